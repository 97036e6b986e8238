//! The frozen binary interface between Rowsmith and its plugins.
//!
//! Only this crate uses `abi_stable` and `async-ffi`, so they can be replaced without a change of a plugin's source. The
//! interface is minimal: bytes in, a future of bytes out. `rowsmith-plugin-api` defines the meaning of the bytes (rows,
//! prompts, errors), which can evolve without a change here.
//!
//! The version of this crate is the version of the interface: plugins and hosts with the same major version are
//! compatible. No `#[repr(C)]` struct of this crate changes within a major version.

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

/// Major version of the interface. Plugins and hosts with the same one are compatible.
pub const ABI_MAJOR: u32 = 1;
/// Version of this crate, for messages.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Prefix of the name of a plugin's exported symbol; the name of the crate follows.
pub const ENTRY_PREFIX: &str = "rowsmith_plugin_v1__";
