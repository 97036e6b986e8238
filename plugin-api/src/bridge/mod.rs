//! The bridge between the traits that authors implement and the bytes that cross the boundary.
//!
//! Every kind of plugin has two halves: the plugin side in [`guest`] (`create`, a [`rowsmith_abi::Callee`]) and the host
//! side in [`client`] (a client with the methods of the trait). Both sides number the methods by [`method`].

pub mod client;
pub mod guest;
pub mod method;

mod cache_client;
mod logger;
mod setup;

pub use guest::{cache, exporter, provider, scraper};
pub use setup::{LinkedPlugin, encode_panic, image_address};
