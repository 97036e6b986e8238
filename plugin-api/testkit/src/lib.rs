//! An in-process host for the tests of plugins: scripted HTTP, collected rows and logs, no network, no clock.

mod fake_host;
pub mod recording;
mod run;

pub use fake_host::{FakeHost, LogRecord};
pub use run::{block_on, scrape_rows};

/// The examples of the documentation, compiled and run as doc tests.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/writing-plugins.md")]
struct WritingPlugins;
