//! Reads rows from a program of any language.
//!
//! The program is started when the scraping begins and sends one row a line; while the pipeline is full, its pipe is. See
//! `docs/exec-plugins.md` for the conversation.
#![forbid(unsafe_code)]

mod config;
mod scraper;

pub use scraper::ExecScraper;

rowsmith_plugin_api::export_plugin!(
    scraper: ExecScraper,
    name = "exec",
    about = "Reads rows from a program of any language",
    capabilities = ["list"]
);
