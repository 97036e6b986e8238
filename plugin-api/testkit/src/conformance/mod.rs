//! Conformance suites: what the host relies on, checked for one plugin of each kind.
//!
//! A plugin's test is one line:
//!
//! ```
//! use rowsmith_plugin_api::prelude::*;
//! # #[derive(Deserialize, ConfigSchema)]
//! # #[serde(deny_unknown_fields)]
//! # struct Config {
//! #     /// How many rows to make.
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
//! The first argument is the path of the plugin's crate (`crate` in its own unit tests), the second its config; a third
//! one, a closure, may change the [`Suite`] before it runs. `{dir}` in the config stands for a temporary folder that is
//! fresh for every check. `rowsmith plugin test FILE` runs the same suites on a library.
//!
//! - All kinds: the manifest and its schema; settings that are unknown, missing or of a wrong type are refused; two
//!   instances live side by side; capabilities are what is declared; nothing panics; errors are sentences; secrets
//!   appear nowhere.
//! - [Scrapers](rowsmith_plugin_api::Scraper): rows repeat, columns differ, and a scraper stops when it is told.
//! - [Providers](rowsmith_plugin_api::Provider): one request a call, failures are told apart, keys travel in headers.
//! - [Caches](rowsmith_plugin_api::Cache): no value is lost or mixed up, also among threads and processes, and when a
//!   process is killed.
//! - [Exporters](rowsmith_plugin_api::Exporter): every value arrives, and an earlier result survives until the end.

mod boundary;
mod cache;
mod exporter;
mod filling;
mod finding;
mod macros;
mod manifest;
mod provider;
mod report;
mod scraper;
mod settings;
mod subject;
mod suite;
mod watch;
mod worker;

pub use report::{Check, Outcome, Report};
pub use suite::Suite;
pub use worker::Worker;
