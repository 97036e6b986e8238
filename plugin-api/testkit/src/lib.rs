//! An in-process host for the tests of plugins: scripted HTTP, collected rows and logs, no network, no clock; and
//! [`conformance`] suites that say whether a plugin keeps what its kind promises.

pub mod conformance;
mod export;
mod fake_host;
mod marker;
mod program;
mod recorded;
pub mod recording;
mod run;

pub use export::export_rows;
pub use fake_host::{FakeHost, LogRecord};
pub use program::has_program;
pub use run::{block_on, scrape_rows};

/// The examples of the documentation, compiled and run as doc tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/writing-plugins.md")]
struct WritingPlugins;
