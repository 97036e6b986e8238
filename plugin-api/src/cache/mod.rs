//! The cache trait: storage of answers.
//!
//! A cache stores opaque values under keys of 32 bytes. The host writes format, key and checksum into every value and
//! checks them on every read. A store does not need checks of its own; it must never mix up keys.

mod change;
mod interface;
mod key;
mod store;
pub(crate) mod wire;

pub use change::Change;
pub use interface::Cache;
pub use key::{Key, KeyHasher, KeyMap};
pub use store::{CacheStats, Store, StoreClock};
