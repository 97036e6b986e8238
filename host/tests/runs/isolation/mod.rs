//! `isolation = "process"`: the same results, and the cost of a process that ends.

mod children;
mod deaths;
mod faults;
mod sameness;

use rowsmith_test_harness::config::ENRICH;

/// Returns the shared config with the plugins of these tables in separate processes.
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
