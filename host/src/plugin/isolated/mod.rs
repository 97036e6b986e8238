//! Runs a plugin in a process of its own (`isolation = "process"`).
//!
//! The host starts its own executable again. The child opens the library and serves it over a socket, so that a segmentation
//! fault, an `abort()`, an `exit()` or an endless call costs the call and not the run.
//!
//! `frame` encodes messages, `wire` is the socket, and `start` is the first message. On the child's side, [`serve`] serves
//! the plugin and `host_services` forwards its requests. On the host's side, `process` is a running child, `session` and
//! `connection` make calls to it, `supervisor` starts the next one, `restart_policy` keeps a call from ending with a child
//! twice, and `launch` assembles them.

#[cfg(test)]
mod child_stub;
mod connection;
pub mod frame;
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
