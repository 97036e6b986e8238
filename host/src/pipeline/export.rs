//! Stage 12: rows to the exporters, in the source's order, each exporter on a thread of its own.

use super::question::{Outcome, SkipReason};
use super::row_buffer::Slot;
use crate::limit::stop::{Stop, StopReason};
use crate::rules::OutputColumn;
use rowsmith_plugin_api::bridge::client::ExporterClient;
use rowsmith_plugin_api::exporter::{Ending, ExportSummary};
use rowsmith_plugin_api::row::{Cell, CellKind, ChunkBuilder, RowChunk};
use rowsmith_plugin_api::{Error, ErrorKind};
use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

/// Chunks that may wait for a slow exporter.
const CHUNKS_AHEAD: usize = 8;
/// Rows that leave together.
const CHUNK_ROWS: usize = 512;

/// How one exporter ended.
#[derive(Debug, Clone)]
pub struct Exported {
    /// What it is and where it writes to.
    pub name: String,
    /// What it has written, or why it failed.
    pub result: Result<ExportSummary, Error>,
    /// How many rows it was given.
    pub given: u64,
    /// Whether it was asked to keep them.
    pub kept: bool,
}

enum ExportCommand {
    Write(Arc<RowChunk>),
    Finish(Ending, oneshot::Sender<Exported>),
}

/// One exporter's thread.
struct ExporterWorker {
    name: String,
    commands: mpsc::Sender<ExportCommand>,
}

/// Where the cells of chunks of one shape go.
struct Places {
    /// The columns of the chunks.
    source: Arc<[String]>,
    /// Where each of them goes.
    columns: Vec<usize>,
    /// Where the outputs go, then the status.
    outputs: Vec<usize>,
}

/// Turns ended rows into rows with output columns and hands them to all exporters.
pub struct Export {
    workers: Vec<ExporterWorker>,
    outputs: Vec<OutputColumn>,
    status_column: Option<String>,
    builder: ChunkBuilder,
    /// Whether no row was pushed.
    untouched: bool,
    /// Why a row could not be made ready, which makes every export incomplete.
    broken: Option<Error>,
    plan: Option<Places>,
}

impl Export {
    /// Starts the exporters' threads.
    pub fn start(
        exporters: Vec<(String, ExporterClient)>,
        outputs: Vec<OutputColumn>,
        status_column: Option<String>,
        stop: &Stop,
    ) -> Self {
        let made: Vec<String> = outputs.iter().map(|o| o.column.clone()).chain(status_column.clone()).collect();
        let workers = exporters
            .into_iter()
            .map(|(name, exporter)| {
                let (commands, receiver) = mpsc::channel(CHUNKS_AHEAD);
                let runtime = Handle::current();
                let (title, stop, made) = (name.clone(), stop.clone(), made.clone());
                std::thread::spawn(move || runtime.block_on(run_worker(title, exporter, receiver, made, stop)));
                ExporterWorker { name, commands }
            })
            .collect();
        Self {
            workers,
            outputs,
            status_column,
            builder: ChunkBuilder::new(),
            untouched: true,
            broken: None,
            plan: None,
        }
    }

    /// Adds a row that has ended. Rows come in the source's order.
    pub fn push(&mut self, slot: &Slot) -> Result<(), Error> {
        self.untouched = false;
        if self.plan.as_ref().is_none_or(|plan| !Arc::ptr_eq(&plan.source, slot.chunk.columns())) {
            self.make_plan(slot.chunk.columns());
        }
        let Some(Places { columns: places, outputs, .. }) = &self.plan else {
            return Ok(());
        };
        for (column, place) in places.iter().enumerate() {
            let cell = slot.chunk.cell(slot.row, column);
            if cell.kind != CellKind::Absent {
                self.builder.cell_at(*place, cell);
            }
        }
        match &slot.outcome {
            Some(Outcome::Cached(answer) | Outcome::Enriched(answer)) => {
                write_answer(answer, &self.outputs, outputs, &mut self.builder);
            }
            _ => outputs.iter().take(self.outputs.len()).for_each(|place| self.builder.cell_at(*place, Cell::NULL)),
        }
        if self.status_column.is_some()
            && let Some(place) = outputs.last()
        {
            self.builder.cell_at(*place, Cell::string(status(slot)));
        }
        self.builder.end_row()
    }

    fn make_plan(&mut self, source: &Arc<[String]>) {
        let made = self.outputs.iter().map(|o| &o.column).chain(&self.status_column);
        let mut known: Vec<String> = self.builder.columns().to_vec();
        let mut place_of = |name: &String| {
            known.iter().position(|c| c == name).unwrap_or_else(|| {
                known.push(name.clone());
                known.len() - 1
            })
        };
        let places = source.iter().map(&mut place_of).collect();
        let outputs = made.map(&mut place_of).collect();
        if self.builder.is_empty() {
            self.builder = ChunkBuilder::with_columns(known.into());
        } else {
            self.builder.set_columns(known);
        }
        self.plan = Some(Places { source: Arc::clone(source), columns: places, outputs });
    }

    /// Hands rows over when there are enough of them, or whatever there is when `all`.
    pub async fn flush(&mut self, all: bool) {
        if self.builder.is_empty() || (!all && self.builder.len() < CHUNK_ROWS) {
            return;
        }
        let chunk = Arc::new(self.builder.take());
        for worker in &self.workers {
            // A worker that failed has ended; its error comes with `finish`.
            drop(worker.commands.send(ExportCommand::Write(Arc::clone(&chunk))).await);
        }
    }

    /// A row cannot be exported: every exporter fails for it at the end.
    pub fn fail(&mut self, error: Error) {
        self.broken.get_or_insert(error);
    }

    /// Whether no row was pushed at all.
    pub fn is_untouched(&self) -> bool {
        self.untouched
    }

    /// Whether the rows that were pushed are enough to hand over.
    pub fn is_full(&self) -> bool {
        self.builder.len() >= CHUNK_ROWS
    }

    /// Ends all exporters and returns how each ended.
    pub async fn finish(mut self, ending: Ending) -> Vec<Exported> {
        self.flush(true).await;
        let ending = if self.broken.is_some() { Ending::Partial } else { ending };
        let mut results: Vec<Exported> = Vec::new();
        for worker in std::mem::take(&mut self.workers) {
            let (sender, receiver) = oneshot::channel();
            drop(worker.commands.send(ExportCommand::Finish(ending, sender)).await);
            results.push(receiver.await.unwrap_or_else(|_| Exported {
                name: worker.name,
                result: Err(Error::new(ErrorKind::Other, "the exporter's thread ended early")),
                given: 0,
                kept: false,
            }));
        }
        if let Some(error) = &self.broken {
            for exported in &mut results {
                exported.result = Err(error.clone());
            }
        }
        results
    }
}

impl Exported {
    /// How many rows it says it wrote, when these are not the ones that it was given.
    pub fn miscounted(&self) -> Option<u64> {
        let written = self.result.as_ref().ok()?.rows;
        (self.kept && written != self.given).then_some(written)
    }
}

/// Carries out one exporter's commands. After a failure the rest is only drained, so that the run goes on.
async fn run_worker(
    name: String,
    exporter: ExporterClient,
    mut commands: mpsc::Receiver<ExportCommand>,
    made: Vec<String>,
    stop: Stop,
) {
    let mut begun = false;
    let mut given = 0;
    let mut failure: Option<Error> = None;
    while let Some(order) = commands.recv().await {
        match order {
            ExportCommand::Write(chunk) => {
                if failure.is_none() {
                    given += chunk.len() as u64;
                    failure = write(&exporter, &chunk, &mut begun).await.err();
                    if is_closed_pipe(failure.as_ref()) {
                        // Nobody reads the rows any more, so none need be asked.
                        stop.request(StopReason::ClosedPipe);
                    } else if let Some(error) = &failure {
                        tracing::error!(exporter = name, %error, "an exporter failed; the answers are safe in the cache");
                    }
                }
            }
            ExportCommand::Finish(ending, done) => {
                let result = finish(&exporter, ending, (!begun).then_some(made.as_slice()), failure.take()).await;
                drop(done.send(Exported { name, result, given, kept: ending != Ending::Discard }));
                return;
            }
        }
    }
    // The run broke off; what was begun must not take the place of an earlier result.
    drop(exporter.finish(Ending::Discard).await);
}

/// Whether an exporter failed only because nobody reads its output any more.
pub fn is_closed_pipe(error: Option<&Error>) -> bool {
    error.is_some_and(|error| error.kind == ErrorKind::BrokenPipe)
}

async fn write(exporter: &ExporterClient, chunk: &RowChunk, begun: &mut bool) -> Result<(), Error> {
    if !*begun {
        exporter.begin(chunk.columns()).await?;
        *begun = true;
    }
    exporter.write(chunk).await
}

/// Ends an exporter; one that has seen no row begins first, with the columns that are known.
async fn finish(
    exporter: &ExporterClient,
    ending: Ending,
    unbegun: Option<&[String]>,
    failure: Option<Error>,
) -> Result<ExportSummary, Error> {
    if let Some(failure) = failure {
        // The first failure is the one to tell of.
        drop(exporter.finish(Ending::Discard).await);
        return Err(failure);
    }
    if let (Some(columns), true) = (unbegun, ending != Ending::Discard) {
        exporter.begin(columns).await?;
    }
    exporter.finish(ending).await
}

/// The word of the status column.
fn status(slot: &Slot) -> &'static str {
    match &slot.outcome {
        Some(Outcome::Cached(_)) => "cached",
        Some(Outcome::Enriched(_)) => "enriched",
        Some(Outcome::Failed(_)) => "failed",
        Some(Outcome::Skipped(reason)) => match reason {
            SkipReason::NothingToAsk => "skipped: nothing to ask",
            SkipReason::Offline => "skipped: offline",
            SkipReason::Stopped => "skipped: stopped",
        },
        None => "open",
    }
}

/// Writes an answer's fields into the output columns.
fn write_answer(answer: &str, outputs: &[OutputColumn], places: &[usize], builder: &mut ChunkBuilder) {
    struct Fields<'a> {
        outputs: &'a [OutputColumn],
        places: &'a [usize],
        builder: &'a mut ChunkBuilder,
    }
    impl<'de> Visitor<'de> for Fields<'_> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an answer")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
            let mut next = 0;
            while let Some(name) = map.next_key::<Cow<'de, str>>()? {
                let raw: &RawValue = map.next_value()?;
                // Answers are written in the order of the outputs.
                let expected = self.outputs.get(next).is_some_and(|o| o.name == name);
                let at = if expected { Some(next) } else { self.outputs.iter().position(|o| o.name == name) };
                let Some(place) = at.and_then(|at| self.places.get(at)) else {
                    continue;
                };
                next += 1;
                write_raw(raw.get(), *place, self.builder);
            }
            Ok(())
        }
    }
    let mut deserializer = serde_json::Deserializer::from_str(answer);
    let written = deserializer.deserialize_map(Fields { outputs, places, builder });
    if let Err(error) = written {
        tracing::error!(%error, "a stored answer is not the object it was when it was written");
    }
}

fn write_raw(text: &str, place: usize, builder: &mut ChunkBuilder) {
    let bytes = text.as_bytes();
    let cell = match bytes.first() {
        Some(b'"') if !bytes.contains(&b'\\') => {
            Cell::string(text.get(1..text.len().saturating_sub(1)).unwrap_or_default())
        }
        Some(b'"') => {
            let string: String = serde_json::from_str(text).unwrap_or_default();
            builder.cell_at(place, Cell::string(&string));
            return;
        }
        Some(b'{' | b'[') => Cell { kind: CellKind::Json, text },
        Some(b't') => Cell { kind: CellKind::True, text: "" },
        Some(b'f') => Cell { kind: CellKind::False, text: "" },
        Some(b'n') | None => Cell::NULL,
        Some(_) => Cell { kind: CellKind::Number, text },
    };
    builder.cell_at(place, cell);
}
