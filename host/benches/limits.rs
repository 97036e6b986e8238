//! Memory of large tables, and throughput of a service that fails now and then. `cargo bench --bench limits` prints a table.

#[expect(unused_imports, reason = "other benchmarks use the rest")]
mod harness;
#[expect(unused_imports, reason = "other benchmarks use the rest")]
mod measure;

use harness::runs::{Service, Table};
use measure::{line, lmdb, say, watch_own_memory};
use std::num::NonZeroUsize;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|a| a == "--window") {
        let own = watch_own_memory();
        let at: usize = arguments[at + 1].parse().expect("the number of a table");
        let peak = runtime.block_on(window_run(at));
        say(&format!("{} {}", own.load(Ordering::Relaxed), peak >> 10));
        return;
    }
    say("benchmark                                   rows/s        ns/row");
    window();
    faults(&runtime);
}

/// Tables whose memory is measured: a name, rows, bytes of a description, bytes that are added to an answer.
const WINDOW_TABLES: [(&str, u64, usize, usize); 3] = [
    ("1,000,000 rows of 100 bytes", 1_000_000, 100, 0),
    ("3,000 rows of 1 MiB", 3_000, 1 << 20, 0),
    ("20 answers of 5 MB", 20, 100, 5_000_000),
];

/// Asks a table with the default window; returns the peak of the counted memory in bytes.
async fn window_run(table: usize) -> usize {
    let (_, rows, description_bytes, answer_bytes) = WINDOW_TABLES[table];
    let shared = harness::host_services();
    let folder = tempfile::tempdir().expect("a folder");
    let cache = lmdb(folder.path(), &shared);
    let mut settings = harness::settings(None);
    settings.enrich.max_chars.clear();
    let table = Table { description_bytes: Some(description_bytes), ..Table::from(rows) };
    let service = Service { answer_bytes, ..Service::from(Duration::ZERO) };
    let end = harness::run(&settings, table, service, &cache, &shared).await;
    assert_eq!(end.tally.rows.enriched, rows);
    end.memory_peak
}

/// Measures the peak memory of processes that ask large and many rows.
fn window() {
    for (at, (name, rows, ..)) in WINDOW_TABLES.into_iter().enumerate() {
        let start = Instant::now();
        let output = std::process::Command::new(std::env::current_exe().expect("this program"))
            .args(["--window", &at.to_string()])
            .stderr(std::process::Stdio::inherit())
            .output()
            .expect("a second process");
        assert!(output.status.success(), "{name}: {}", output.status);
        line(name, rows, start.elapsed());
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut peaks = text.split_whitespace().filter_map(|number| number.parse::<u64>().ok());
        let (own, counted) = (peaks.next().unwrap_or(0), peaks.next().unwrap_or(0));
        say(&format!("  peak of anonymous memory                      {:>6} MB", own / 1_000));
        say(&format!("  counted for the window                        {:>6} MB", counted / 1_000));
    }
}

/// Compares the rate of a service that fails now and then with that of one that works: 48 calls at once of 100 ms.
fn faults(runtime: &tokio::runtime::Runtime) {
    const ROWS: u64 = 48_000;
    let rate = |failing| {
        let start = Instant::now();
        let end = runtime.block_on(async {
            let shared = harness::host_services();
            let cache = harness::open_memory_cache(&shared);
            let mut settings = harness::settings(None);
            settings.provider_limits.max_concurrency = NonZeroUsize::new(48);
            let service = Service { failing, ..Service::from(Duration::from_millis(100)) };
            harness::run(&settings, ROWS, service, &cache, &shared).await
        });
        assert_eq!(end.tally.rows.enriched, ROWS);
        line(&format!("{} % 503, {} % resets, 48 calls of 0.1 s", failing[0], failing[1]), ROWS, start.elapsed())
    };
    let (clean, failing) = (rate([0, 0]), rate([5, 2]));
    say(&format!("  ratio to the service without failures       {:>8.2}", failing / clean));
}
