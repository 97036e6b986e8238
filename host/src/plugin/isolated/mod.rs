//! `isolation = "process"`: a plugin in a process of its own.
//!
//! The host starts its own executable once more. That child opens the library and serves it over a socket, so that a
//! segmentation fault, an `abort()`, an `exit()` or a call that never ends costs the call and not the run.
//!
//! `frame` is what crosses, in both directions; `wire` is where it crosses; `start` is the first message.
//! The child's side is [`serve`] with `host_services`, the host's services as the plugin sees them. The host's side is
//! `process`, a child that runs; `session` with `connection`, the calls to it; `supervisor`, which starts the next one,
//! with `restart_policy`, which keeps calls from ending with a child twice; and `launch`, which puts them together.

#[cfg(test)]
mod child_stub;
mod connection;
mod frame;
mod host_services;
mod launch;
mod process;
mod restart_policy;
mod serve;
mod session;
mod start;
mod supervisor;
mod wire;

pub use launch::isolate;
pub use process::Program;
pub use serve::{is_asked_for, serve};
