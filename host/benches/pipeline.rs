//! Speed and memory of the pipeline. `cargo bench --bench pipeline` prints a table.
//!
//! Absolute figures depend on the machine; compare the ratios of one run.

mod harness;
mod measure;

use measure::{bundled, line, lmdb, say, status_kib, watch_own_memory};
use rowsmith::pipeline::assemble::fingerprinter;
use rowsmith::pipeline::lookup::look_up;
use rowsmith::pipeline::orchestrator::RunEnd;
use rowsmith::pipeline::question::RowKey;
use rowsmith_plugin_api::bridge::client::{ExporterClient, ScraperClient};
use rowsmith_plugin_api::completion::ProviderInfo;
use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_api::row::{ChunkBuilder, RowChunk};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const CACHED_ROWS: u64 = 100_000;
const FRESH_ROWS: u64 = 300_000;
const MEMORY_ROWS: u64 = 1_000_000;
const REPEATS: usize = 3;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|a| a == "--memory") {
        let own = watch_own_memory();
        runtime.block_on(cached_run(Path::new(&arguments[at + 1]), MEMORY_ROWS));
        say(&format!("{} {}", own.load(Ordering::Relaxed), status_kib("VmHWM:")));
        return;
    }
    say("benchmark                                   rows/s        ns/row");
    let wanted = |name: &str| arguments.iter().skip(1).all(|a| a.starts_with('-') || name.contains(a.as_str()));
    if wanted("fingerprint") {
        fingerprint();
    }
    if wanted("lookup") {
        runtime.block_on(lookups());
    }
    if wanted("fresh") {
        fresh(&runtime);
    }
    if wanted("cached") {
        cached(&runtime);
    }
    if wanted("memory") {
        memory(&runtime);
    }
}

/// Returns the shortest of a few runs, which other load disturbs least.
fn best<T>(mut work: impl FnMut() -> T) -> Duration {
    (0..REPEATS)
        .map(|_| {
            let start = Instant::now();
            black_box(work());
            start.elapsed()
        })
        .min()
        .unwrap_or_default()
}

fn chunk(rows: u64) -> RowChunk {
    let mut builder = ChunkBuilder::new();
    for number in 0..rows {
        let row = json!({
            "Category": "Getting Started", "Subcategory": "Your First Night Out", "Topic": format!("Topic {number}"),
            "Description": harness::DESCRIPTION, "Resources": "https://example.org/one|https://example.org/two",
        });
        builder.push(&row).expect("a row");
    }
    builder.take()
}

fn keys(rows: &RowChunk) -> Vec<RowKey> {
    let prints = fingerprinter(
        &harness::settings(None),
        &("instant".to_owned(), "1.0.0".to_owned()),
        &ProviderInfo::new("instant"),
    );
    let plan = prints.plan(rows.columns());
    (0..rows.len()).map(|row| prints.key(&plan, rows, row)).collect()
}

fn fingerprint() {
    let rows = chunk(10_000);
    line("fingerprint", 10_000, best(|| keys(&rows)));
    let text = vec![b'x'; 560];
    let bare = best(|| (0..10_000).map(|_| Sha256::digest(&text)[0]).fold(0_u8, u8::wrapping_add));
    line("  (SHA-256 of 560 bytes alone)", 10_000, bare);
}

async fn lookups() {
    let folder = tempfile::tempdir().expect("a folder");
    let shared = harness::host_services();
    let settings = harness::settings(None);
    let stores = [
        ("lookup of hits, memory", harness::open_memory_cache(&shared)),
        ("lookup of hits, LMDB", lmdb(folder.path(), &shared)),
    ];
    for (what, cache) in stores {
        harness::run(&settings, 10_000, Duration::ZERO, &cache, &shared).await;
        let keys = keys(&chunk(10_000));
        let mut fastest = Duration::MAX;
        for _ in 0..REPEATS {
            let start = Instant::now();
            for keys in keys.chunks(256) {
                let found = look_up(&cache, keys).await.expect("an answer");
                assert!(found.answers.iter().all(Option::is_some));
            }
            fastest = fastest.min(start.elapsed());
        }
        line(what, 10_000, fastest);
    }
}

fn fresh(runtime: &tokio::runtime::Runtime) {
    let took = best(|| {
        runtime.block_on(async {
            let shared = harness::host_services();
            let cache = harness::open_memory_cache(&shared);
            let end = harness::run(&harness::settings(None), FRESH_ROWS, Duration::ZERO, &cache, &shared).await;
            assert_eq!(end.tally.rows.enriched, FRESH_ROWS);
        });
    });
    line("fresh run, instant provider, memory", FRESH_ROWS, took);
}

/// Writes the rows of a roadmap as CSV.
fn write_csv(path: &Path, rows: u64) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).expect("a file"));
    writeln!(file, "Category,Subcategory,Topic,Description,Resources").expect("a header");
    for number in 0..rows {
        writeln!(
            file,
            "Getting Started,Your First Night Out,Topic {number},\"{}\",https://example.org/one|https://example.org/two",
            harness::DESCRIPTION
        )
        .expect("a row");
    }
}

/// Runs from CSV to CSV over LMDB; every run after the first is fully cached.
async fn cached_run(folder: &Path, rows: u64) -> RunEnd {
    let shared = harness::host_services();
    let config = json!({"path": folder.join("rows.csv")});
    let scraper = bundled(PluginKind::Scraper, "csv", &config, &shared).map(ScraperClient).expect("the scraper opens");
    let config = json!({"path": folder.join("out.csv")});
    let exporter =
        bundled(PluginKind::Exporter, "csv", &config, &shared).map(ExporterClient).expect("the exporter opens");
    let cache = lmdb(folder, &shared);
    let end = harness::run_with(&harness::settings(None), scraper, exporter, Duration::ZERO, &cache, &shared).await;
    assert_eq!(end.tally.rows.scraped, rows);
    end
}

/// Parses, hashes and gets from LMDB, and does nothing else.
fn bare_loop(folder: &Path) -> u64 {
    let mut options = heed::EnvOpenOptions::new();
    options.max_dbs(8).map_size(1 << 30);
    let env = loop {
        // SAFETY: only this process uses the folder; while the plugin still has the store open, heed refuses to open it.
        #[expect(unsafe_code, reason = "heed opens stores this way")]
        match unsafe { options.open(folder.join("cache")) } {
            Err(heed::Error::EnvAlreadyOpened) => std::thread::yield_now(),
            opened => break opened.expect("the store"),
        }
    };
    let opened = env.open_databases_and_commit(env.read_txn().expect("a transaction"), |opener, transaction| {
        let answers =
            opener.open_database::<heed::types::Bytes, heed::types::Bytes>(transaction, Some("answers-v1"))?;
        heed::Result::Ok(heed::CommitOrAbort::<_, ()>::Commit(answers))
    });
    let database = opened.expect("the store").commit().flatten().expect("the answers");
    let transaction = env.read_txn().expect("a transaction");
    let prints = keys_of_bare_rows();
    let mut reader = csv::Reader::from_path(folder.join("rows.csv")).expect("the rows");
    let mut record = csv::StringRecord::new();
    let mut found = 0;
    while reader.read_record(&mut record).expect("a row") {
        let mut hash = prints.clone();
        for field in record.iter().take(4) {
            hash.update((field.len() as u64).to_le_bytes());
            hash.update(field.as_bytes());
        }
        let key: [u8; 32] = hash.finalize().into();
        found += database.get(&transaction, &key).expect("a lookup").map_or(0, |value| value.len() as u64);
    }
    found
}

fn keys_of_bare_rows() -> Sha256 {
    Sha256::new_with_prefix(b"about the length of the fixed part of a key")
}

fn cached(runtime: &tokio::runtime::Runtime) {
    let folder = tempfile::tempdir().expect("a folder");
    write_csv(&folder.path().join("rows.csv"), CACHED_ROWS);
    let first = Instant::now();
    let end = runtime.block_on(cached_run(folder.path(), CACHED_ROWS));
    assert_eq!(end.tally.rows.enriched, CACHED_ROWS);
    line("fresh run, instant provider, CSV, LMDB", CACHED_ROWS, first.elapsed());
    let took = best(|| {
        let end = runtime.block_on(cached_run(folder.path(), CACHED_ROWS));
        assert_eq!(end.tally.rows.cached, CACHED_ROWS);
    });
    let ours = line("cached run, CSV to CSV, LMDB", CACHED_ROWS, took);
    let bare = line("  (bare loop: parse, SHA-256, LMDB get)", CACHED_ROWS, best(|| bare_loop(folder.path())));
    say(&format!("  ratio to the bare loop                      {:>8.2}", ours / bare));
}

/// Measures the peak memory of a process that only exports a million cached rows.
fn memory(runtime: &tokio::runtime::Runtime) {
    let folder = tempfile::tempdir().expect("a folder");
    write_csv(&folder.path().join("rows.csv"), MEMORY_ROWS);
    runtime.block_on(cached_run(folder.path(), MEMORY_ROWS));
    let start = Instant::now();
    let output = std::process::Command::new(std::env::current_exe().expect("this program"))
        .arg("--memory")
        .arg(folder.path())
        .output()
        .expect("a second process");
    line("cached run of 1,000,000 rows", MEMORY_ROWS, start.elapsed());
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut peaks = text.split_whitespace().filter_map(|number| number.parse::<u64>().ok());
    let (own, all) = (peaks.next().unwrap_or(0), peaks.next().unwrap_or(0));
    say(&format!("  peak of anonymous memory                      {:>6} MB", own / 1_000));
    say(&format!("  with the pages of the mapped store            {:>6} MB", all / 1_000));
}
