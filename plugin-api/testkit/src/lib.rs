//! An in-process host for the tests of plugins: scripted HTTP, collected rows and logs, no network, no clock.

mod conforms;
mod export;
mod fake_host;
pub mod recording;
mod run;

pub use conforms::assert_manifest;
pub use export::export_rows;
pub use fake_host::{FakeHost, LogRecord};
pub use run::{block_on, scrape_rows};
