//! The plugin side of the bridge: for each kind, a [`rowsmith_abi::Callee`] around an author's trait implementation.

pub mod cache;
pub mod exporter;
pub mod provider;
pub mod scraper;
