//! The memory of a run is bounded in bytes, by counters that do not depend on the machine.

use super::harness;
use super::harness::runs::{Service, Table};
use rowsmith::pipeline::orchestrator::RunEnd;
use rowsmith::settings::Settings;
use std::num::NonZeroUsize;
use std::time::Duration;

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// Returns settings with a window of this many MiB, in which rows are asked about their whole description.
fn settings(window_mib: usize) -> Settings {
    let mut settings = harness::settings(None);
    settings.run.window_mib = NonZeroUsize::new(window_mib).unwrap();
    settings.enrich.max_chars.clear();
    settings
}

async fn run(window_mib: usize, table: Table, service: Service) -> RunEnd {
    let shared = harness::host_services();
    let cache = harness::open_memory_cache(&shared);
    let end = harness::run(&settings(window_mib), table, service, &cache, &shared).await;
    assert_eq!(end.tally.rows.enriched, table.rows);
    end
}

fn rows(rows: u64, description_bytes: usize) -> Table {
    Table { description_bytes: Some(description_bytes), ..Table::from(rows) }
}

fn service() -> Service {
    Service::from(Duration::from_secs(1))
}

#[tokio::test(start_paused = true)]
async fn large_rows_stay_within_the_window() {
    for (name, table, service) in [
        ("rows", rows(60, 256 * KIB), service()),
        ("a slow exporter", Table { export: Duration::from_secs(60), ..rows(60, 256 * KIB) }, service()),
        ("retries", rows(60, 256 * KIB), Service { failing: [20, 20], ..service() }),
        ("answers", rows(400, 1), Service { answer_bytes: 2 * KIB, ..service() }),
    ] {
        let end = run(8, table, service).await;
        assert!(end.memory_peak <= 8 * MIB, "{name}: {} KiB", end.memory_peak / KIB);
    }
}

#[tokio::test(start_paused = true)]
async fn a_row_or_an_answer_over_the_window_passes_alone() {
    let end = run(1, rows(3, 2 * MIB), service()).await;
    assert_eq!(end.tally.calls.total, 3);
    let end = run(1, rows(40, 1), Service { answer_bytes: 128 * KIB, ..service() }).await;
    assert_eq!(end.tally.calls.total, 2);
}

#[tokio::test(start_paused = true)]
async fn the_window_makes_calls_smaller_only_when_it_is_full() {
    let end = run(1, rows(101, 100), service()).await;
    assert_eq!(end.tally.calls.total, 6, "small rows fill calls of 20");
    // A row takes twice its bytes, and half of the window is for rows.
    let end = run(16, rows(40, 640 * KIB), service()).await;
    assert!((10..=20).contains(&end.tally.calls.total), "{} calls", end.tally.calls.total);
}
