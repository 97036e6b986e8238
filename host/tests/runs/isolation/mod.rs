//! `isolation = "process"` with the real program: the same results, and what a process that dies costs.

mod children;
mod deaths;
mod faults;
mod sameness;

use rowsmith_test_harness::config::ENRICH;

/// The config with these tables' plugins in processes of their own.
fn isolated(tables: &[&str]) -> String {
    tables.iter().fold(ENRICH.to_owned(), |config, table| {
        let (before, after) = config.split_once(table).unwrap();
        format!("{before}{table}\nisolation = \"process\"{after}")
    })
}

const SCRAPER: &str = "[scraper]";
const CACHE: &str = "[cache]";
const PROVIDER: &str = "[providers.gemini]";
const EXPORTER: &str = "[[exporters]]";
const ALL: [&str; 4] = [SCRAPER, CACHE, PROVIDER, EXPORTER];
