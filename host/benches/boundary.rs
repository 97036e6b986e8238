//! Cost of the plugin boundary: rows in several representations, one call, and one call to a separate process.
//!
//! `cargo bench --bench boundary` prints a table. Absolute figures depend on the machine; compare those of one run.

#[cfg(unix)]
use rowsmith::{
    limit::stop::Stop,
    plugin::{
        discovery::SearchPath,
        host_services::{PluginId, PluginServices},
        isolated::{Program, isolate},
        registry::{Registry, instantiate},
    },
    redact::Redactor,
    settings::{Isolation, PluginUse},
    startup::open_plugins::services,
};
use rowsmith_abi::{Buffer, Callee, Instance, PanicMessage, ReplyFuture};
use rowsmith_plugin_api::row::{ChunkBuilder, RowChunk};
#[cfg(unix)]
use rowsmith_plugin_api::{
    bridge::client::{CacheClient, Remote},
    manifest::PluginKind,
};
use serde::Serialize;
use serde_json::{Map, Value};
#[cfg(unix)]
use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The allocator of the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ROWS: usize = 100_000;
const CALLS: u32 = 200_000;
/// Fewer, because a call to another process takes far longer.
#[cfg(unix)]
const ISOLATED_CALLS: u32 = 5_000;
const REPEATS: usize = 5;

const DESCRIPTION: &str = "Pick a moonless evening and go out about ninety minutes after sunset, when the sky is \
    fully dark. Sit in a reclining chair facing the darkest part of the sky and do nothing for ten minutes but look. \
    Then try three small tasks: find north with the help of the Pole Star, name the brightest object you see and check \
    it later on a chart, and watch one star near a roof edge until it visibly moves.";

#[derive(Serialize)]
struct Row<'a> {
    category: &'a str,
    subcategory: &'a str,
    topic: &'a str,
    description: &'a str,
    resources: &'a str,
    number: usize,
}

fn row(number: usize) -> Row<'static> {
    Row {
        category: "Getting Started",
        subcategory: "Your First Night Out",
        topic: "Dark Adaptation",
        description: DESCRIPTION,
        resources: "https://example.org/one|https://example.org/two",
        number,
    }
}

#[expect(clippy::print_stdout, reason = "a benchmark's table is its output")]
fn say(text: &str) {
    println!("{text}");
}

/// Returns the nanoseconds for each of `count` items in the fastest of a few runs.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn nanos<T>(count: usize, mut work: impl FnMut() -> T) -> f64 {
    let best = (0..REPEATS).map(|_| {
        let start = Instant::now();
        black_box(work());
        start.elapsed()
    });
    best.min().unwrap_or(Duration::ZERO).as_secs_f64() * 1e9 / count as f64
}

fn main() {
    say("rows of 6 columns and about 500 bytes            ns/row: make      cross      read");
    for rows in [1, 20, 256, 4_096] {
        chunk_format(rows);
        json_text(rows);
    }
    calls();
    #[cfg(unix)]
    isolated_calls();
}

/// Measures the format of the boundary: built by the plugin, moved as bytes, validated and read by the host.
fn chunk_format(rows: usize) {
    let rounds = ROWS / rows;
    let make = nanos(ROWS, || {
        let mut builder = ChunkBuilder::new();
        (0..rounds).map(|_| build(&mut builder, rows).len()).sum::<usize>()
    });
    let chunk = build(&mut ChunkBuilder::new(), rows);
    let cross = nanos(ROWS, || {
        (0..rounds).map(|_| RowChunk::decode(&chunk.encode().unwrap_or_default()).map_or(0, |c| c.len())).sum::<usize>()
    });
    let read = nanos(ROWS, || (0..rounds).map(|_| read_cells(&chunk)).sum::<usize>());
    say(&format!("chunk of {rows:>4}, own format                          {make:>14.0} {cross:>10.0} {read:>9.0}"));
}

fn build(builder: &mut ChunkBuilder, rows: usize) -> RowChunk {
    for number in 0..rows {
        builder.push(&row(number)).unwrap_or_default();
    }
    builder.take()
}

fn read_cells(chunk: &RowChunk) -> usize {
    let columns = chunk.columns().len();
    (0..chunk.len()).map(|row| (0..columns).map(|column| chunk.cell(row, column).text.len()).sum::<usize>()).sum()
}

/// Measures the alternative: one JSON text for each chunk, which the host parses into maps.
fn json_text(rows: usize) {
    let rounds = ROWS / rows;
    let list = || (0..rows).map(row).collect::<Vec<_>>();
    let make = nanos(ROWS, || (0..rounds).map(|_| serde_json::to_vec(&list()).map_or(0, |b| b.len())).sum::<usize>());
    let text = serde_json::to_vec(&list()).unwrap_or_default();
    let cross = nanos(ROWS, || (0..rounds).map(|_| parse(&text).len()).sum::<usize>());
    let parsed = parse(&text);
    let read = nanos(ROWS, || (0..rounds).map(|_| parsed.iter().map(read_map).sum::<usize>()).sum::<usize>());
    say(&format!("chunk of {rows:>4}, JSON text to maps                   {make:>14.0} {cross:>10.0} {read:>9.0}"));
}

fn parse(text: &[u8]) -> Vec<Map<String, Value>> {
    serde_json::from_slice(text).unwrap_or_default()
}

fn read_map(map: &Map<String, Value>) -> usize {
    map.values().map(|value| value.as_str().map_or(8, str::len)).sum()
}

/// Returns the payload of a call.
struct Echo;

impl Callee for Echo {
    fn call(&self, _: u32, payload: Buffer) -> ReplyFuture {
        Box::pin(std::future::ready(Ok(payload)))
    }

    fn panicked(&self, message: PanicMessage) -> Buffer {
        Buffer::from(message.0)
    }
}

fn calls() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let linked: Arc<dyn Callee> = Arc::new(Echo);
    let crossed = Instance::new(Arc::new(Echo));
    say("\none call that returns its payload                         ns/call");
    for size in [20, 16 * 1_024] {
        let payload = vec![b'x'; size];
        let direct = nanos(CALLS as usize, || {
            runtime.block_on(async {
                for _ in 0..CALLS {
                    black_box(linked.call(1, Buffer::from(payload.clone())).await.unwrap_or_default());
                }
            });
        });
        let through = nanos(CALLS as usize, || {
            runtime.block_on(async {
                for _ in 0..CALLS {
                    black_box(crossed.call(1, Buffer::from(payload.clone())).await.unwrap_or_default());
                }
            });
        });
        say(&format!("{size:>6} bytes, linked in                               {direct:>14.0}"));
        say(&format!("{size:>6} bytes, through the vtable and its guards       {through:>14.0}"));
    }
}

/// Looks up 20 keys in the memory cache, in this process and in a separate one.
#[cfg(unix)]
fn isolated_calls() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let handle = runtime.handle().clone();
    let shared = runtime.block_on(async { services(Stop::default(), Redactor::default(), handle) });
    let mut registry = Registry::new(SearchPath::new(&[], &[]), BTreeMap::new());
    let memory = PluginUse {
        kind: PluginKind::Cache,
        name: "memory".to_owned(),
        library: None,
        isolation: Isolation::None,
        timeout: Duration::MAX,
        config: Value::Object(Map::new()),
        pointer: String::new(),
    };
    let source = registry.source(&memory).expect("the memory cache; `cargo bench` builds it");
    let here = instantiate(&source, &memory.config, &shared, Isolation::None, memory.timeout).expect("an instance");
    let program = Program::at(env!("CARGO_BIN_EXE_rowsmith").into());
    let services =
        Arc::new(PluginServices::new(shared.clone(), PluginId { kind: PluginKind::Cache, name: "memory".to_owned() }));
    let separate = isolate(program, &source, &memory.config, services, &shared, memory.timeout).expect("a process");
    say("\nlookup of 20 keys in the memory cache                       ns/call");
    let keys: Vec<_> = (0..20).map(|number| [number; 32]).collect();
    for (place, client) in [("in this process", here), ("in a separate process", Remote::new(separate))] {
        let client = CacheClient(client);
        let time = nanos(ISOLATED_CALLS as usize, || {
            runtime.block_on(async {
                for _ in 0..ISOLATED_CALLS {
                    black_box(client.get_many(&keys).await.map_or(0, |values| values.all().map_or(0, |all| all.len())));
                }
            });
        });
        say(&format!("{place:<55}{time:>14.0}"));
    }
}
