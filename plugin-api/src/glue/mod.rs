//! Between the traits that authors implement and the bytes that cross.
//!
//! For every kind there are two halves: the plugin's (`create`, a [`rowsmith_abi::Callee`]) and the host's
//! (a client with the same methods as the trait). Both sides number the methods by [`method`].

pub mod cache;
pub mod client;
pub mod exporter;
pub mod method;
pub mod provider;
pub mod scraper;

mod logger;
mod setup;

pub use setup::{LinkedPlugin, encode_panic, image_address};
