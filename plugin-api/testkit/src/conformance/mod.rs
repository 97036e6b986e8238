//! Conformance suites: checks of what the host relies on, for each kind of plugin.
//!
//! A plugin's test is one line:
//!
//! ```
//! use rowsmith_plugin_api::prelude::*;
//! # #[derive(PluginConfig)]
//! # struct Config {
//! #     /// Number of rows.
//! #     count: u32,
//! # }
//! # struct Counter(Config);
//! # impl Scraper for Counter {
//! #     type Config = Config;
//! #     fn new(config: Config, _host: Host) -> Result<Self> {
//! #         Ok(Self(config))
//! #     }
//! #     async fn scrape(&self, rows: &mut RowSink) -> Result<()> {
//! #         for number in 0..self.0.count {
//! #             rows.send(&json!({ "number": number })).await?;
//! #         }
//! #         Ok(())
//! #     }
//! # }
//! # export_plugin!(scraper: Counter, name = "counter", about = "Rows that count");
//!
//! # fn main() {
//! rowsmith_plugin_testkit::assert_conforms!(crate, json!({"count": 3}));
//! # }
//! ```
//!
//! The first argument is the path of the plugin's crate (`crate` in its own unit tests), the second its config. An
//! optional third one, a closure, changes the [`Suite`] before it runs. `{dir}` in the config stands for a temporary
//! folder, a new one for every check. `rowsmith plugin test FILE` runs the same suites on a library.
//!
//! - All kinds: the manifest and its schema are complete; unknown, missing and mistyped settings are refused; two
//!   instances work side by side; exactly the declared capabilities work; nothing panics; errors follow the style;
//!   secrets appear in no error and no log record.
//! - [Scrapers](rowsmith_plugin_api::Scraper): scrapes are repeatable and stop when the host stops them.
//! - [Providers](rowsmith_plugin_api::Provider): one request per call, distinct kinds of errors, keys only in headers.
//! - [Caches](rowsmith_plugin_api::Cache): no value is lost or mixed up, with several threads and processes and after a
//!   process was killed.
//! - [Exporters](rowsmith_plugin_api::Exporter): every value is written, and an earlier result survives until the end.

mod assertion;
mod boundary;
mod cache;
mod call_watch;
mod config_completion;
mod error_audit;
mod exporter;
mod macros;
mod manifest;
mod own_place;
pub mod places;
mod plugin_under_test;
mod provider;
mod report;
mod scraper;
mod settings;
mod suite;
mod worker;

pub use report::{Check, CheckOutcome, Report};
pub use suite::Suite;
pub use worker::{Worker, is_worker};
