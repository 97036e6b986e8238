//! `isolation = "process"` with the real program: the same results, and what a process that dies costs.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails, in helper functions too")]
#![cfg(target_os = "linux")]

#[path = "../support/mod.rs"]
mod support;

mod children;
mod deaths;
mod faults;
mod sameness;

use support::CONFIG;

/// The config with these tables' plugins in processes of their own.
fn isolated(tables: &[&str]) -> String {
    tables.iter().fold(CONFIG.to_owned(), |config, table| {
        let (before, after) = config.split_once(table).unwrap();
        format!("{before}{table}\nisolation = \"process\"{after}")
    })
}

const SCRAPER: &str = "[scraper]";
const CACHE: &str = "[cache]";
const PROVIDER: &str = "[providers.gemini]";
const EXPORTER: &str = "[[exporters]]";
const ALL: [&str; 4] = [SCRAPER, CACHE, PROVIDER, EXPORTER];
