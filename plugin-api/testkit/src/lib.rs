//! Test kit for plugins: [`FakeHost`], a host in the test's process without network and clock, and [`conformance`]
//! suites that check what the host relies on.

pub mod conformance;
mod export;
mod fake_host;
mod program;
pub mod record_replay;
mod run;
mod scrape;
mod secret_marker;

pub use export::{export_chunks, export_rows, export_to_file};
pub use fake_host::{FakeHost, LogRecord};
pub use program::has_program;
pub use run::{block_on, scrape_rows};
pub use scrape::{file_scraper, scrape_file};

/// Examples of the documentation, run as doc tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/writing-plugins.md")]
struct WritingPlugins;
