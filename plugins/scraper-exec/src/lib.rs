//! Reads rows from a program in any language.
//!
//! The program starts with the scrape and sends one row per line. While the pipeline is full, its writes block. See
//! `docs/exec-plugins.md` for the protocol.
#![forbid(unsafe_code)]

mod config;
mod scraper;
mod state;

pub use scraper::ExecScraper;

rowsmith_plugin_api::export_plugin!(
    scraper: ExecScraper,
    name = "exec",
    about = "Reads rows from a program in any language",
    capabilities = ["list", "record"]
);
