//! The API for Rowsmith plugins.
//!
//! A plugin is a crate that implements one of four small traits and ends with one macro line:
//!
//! ```
//! use rowsmith_plugin_api::prelude::*;
//!
//! /// Settings of the example scraper.
//! #[derive(PluginConfig)]
//! struct Config {
//!     /// How many rows to make.
//!     count: u32,
//! }
//!
//! #[derive(Serialize)]
//! struct Row {
//!     number: u32,
//! }
//!
//! struct Counter {
//!     config: Config,
//! }
//!
//! impl Scraper for Counter {
//!     type Config = Config;
//!
//!     fn new(config: Config, _host: Host) -> Result<Self> {
//!         Ok(Self { config })
//!     }
//!
//!     async fn scrape(&self, rows: &mut RowSink) -> Result<()> {
//!         for number in 1..=self.config.count {
//!             rows.send(&Row { number }).await?;
//!         }
//!         Ok(())
//!     }
//! }
//!
//! export_plugin!(scraper: Counter, name = "counter", about = "Rows that count");
//! ```
//!
//! The host provides services to plugins ([`Host`]): HTTP, timers, logging, a state folder. Rows are
//! described in [`row`], failures in [`error`]. No type of the binary interface is visible here.

extern crate self as rowsmith_plugin_api;

pub mod bridge;
pub mod cache;
pub mod completion;
pub mod duration;
pub mod envelope;
pub mod error;
pub mod exporter;
pub mod files;
pub mod host;
pub mod http;
pub mod http_provider;
pub mod input;
pub mod lease;
pub mod manifest;
pub mod output;
pub mod prelude;
pub mod program;
pub mod provider;
pub mod quota;
#[cfg(feature = "record-replay")]
pub mod record_replay;
pub mod row;
pub mod schema;
pub mod scraper;
pub mod secret;
pub mod service;
pub mod text;

mod answers;
mod export;

pub use cache::Cache;
pub use completion::{Completion, CompletionRequest, ProviderInfo};
pub use error::{Error, ErrorKind, ReportedSizes, Result};
pub use exporter::Exporter;
pub use host::{Host, Progress};
pub use http::{HttpRequest, HttpResponse};
pub use http_provider::{HttpAdapter, HttpProvider};
pub use manifest::{Manifest, PluginKind};
pub use provider::Provider;
pub use row::RowChunk;
pub use schema::{ConfigSchema, PluginConfig};
pub use scraper::Scraper;
pub use secret::Secret;

/// The version of this crate, as a manifest names it.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Items for the export macro. Not for plugins.
#[doc(hidden)]
pub mod __private {
    pub use crate::bridge::{LinkedPlugin, cache, encode_panic, exporter, provider, scraper};
    pub use rowsmith_abi::{Buffer, Callee, Header, HostHandle, PanicMessage, Plugin, header};

    /// The manifest's lines on what the plugin was built with.
    pub const BUILD_LINES: &str = concat!("abi: 1\napi-version: ", env!("CARGO_PKG_VERSION"), "\n");
}
