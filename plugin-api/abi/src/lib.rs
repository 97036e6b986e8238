//! The frozen binary interface between Rowsmith and its plugins.
//!
//! Everything that `abi_stable` and `async-ffi` define lives in this crate and nowhere else, so that it
//! could be exchanged without touching a plugin author's source. The interface is as thin as it can be:
//! bytes in, a future of bytes out. What the bytes mean (rows, prompts, errors) is decided one layer up,
//! in `rowsmith-plugin-api`, and may evolve without a change here.
//!
//! The version of this crate *is* the version of the interface: a plugin and a host load each other when
//! the majors agree. Nothing in a `#[repr(C)]` struct of this crate may change within one major.

mod buffer;
mod guard;
mod host;
mod instance;
mod mismatch;
mod module;

pub use buffer::Buffer;
pub use guard::{GuardedFuture, PanicMessage, catch, install_panic_hook};
pub use host::{HostHandle, HostSide};
pub use instance::{CallFuture, Callee, Instance, ReplyFuture};
pub use mismatch::{Mismatch, describe_mismatch};
pub use module::{Header, Plugin, PluginModule, PluginModuleRef, header};

/// The major version of the interface; plugins and hosts of one major work together.
pub const ABI_MAJOR: u32 = 1;
/// The version of this crate, for messages.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// What the name of a plugin's exported symbol begins with; the crate's name follows.
pub const ENTRY_PREFIX: &str = "rowsmith_plugin_v1__";
