//! Stage 12: sends rows to the exporters in the order of the source, each exporter on a thread of its own.

use super::question::{Outcome, SkipReason};
use super::row_buffer::BufferedRow;
use crate::limit::stop::{Stop, StopReason};
use crate::rules::OutputColumn;
use rowsmith_plugin_api::bridge::client::ExporterClient;
use rowsmith_plugin_api::exporter::{ExportSummary, FinishMode};
use rowsmith_plugin_api::row::{Cell, CellKind, ChunkBuilder, RowChunk};
use rowsmith_plugin_api::{Error, ErrorKind};
use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

/// Maximum chunks that wait for a slow exporter.
const CHUNKS_AHEAD: usize = 8;
/// Rows per chunk.
const CHUNK_ROWS: usize = 512;

/// The result of one exporter.
#[derive(Debug, Clone)]
pub struct ExportResult {
    /// The exporter and its target.
    pub name: String,
    /// The summary, or the error.
    pub result: Result<ExportSummary, Error>,
    /// Number of rows sent to the exporter.
    pub given: u64,
    /// True if the output is kept.
    pub kept: bool,
}

enum ExportCommand {
    Write(Arc<RowChunk>),
    Finish(FinishMode, oneshot::Sender<ExportResult>),
}

/// The thread of one exporter.
struct ExporterWorker {
    name: String,
    commands: mpsc::Sender<ExportCommand>,
}

/// The positions of columns in the output, for chunks of one shape.
struct ColumnPlan {
    /// The columns of the chunks.
    source: Arc<[String]>,
    /// The output position of each of these columns.
    columns: Vec<usize>,
    /// The positions of the output columns, then of the status column.
    outputs: Vec<usize>,
}

/// Adds the output columns to finished rows and sends them to all exporters.
pub struct Export {
    workers: Vec<ExporterWorker>,
    outputs: Vec<OutputColumn>,
    status_column: Option<String>,
    builder: ChunkBuilder,
    /// True if no row was pushed.
    untouched: bool,
    /// The error of a row that cannot be exported; it makes every export incomplete.
    broken: Option<Error>,
    plan: Option<ColumnPlan>,
}

impl Export {
    /// Starts the threads of the exporters.
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

    /// Adds a finished row. Rows arrive in the order of the source.
    pub fn push(&mut self, row: &BufferedRow) -> Result<(), Error> {
        self.untouched = false;
        if self.plan.as_ref().is_none_or(|plan| !Arc::ptr_eq(&plan.source, row.chunk.columns())) {
            self.plan_columns(row.chunk.columns());
        }
        let Some(ColumnPlan { columns: positions, outputs, .. }) = &self.plan else {
            return Ok(());
        };
        for (column, position) in positions.iter().enumerate() {
            let cell = row.chunk.cell(row.row, column);
            if cell.kind != CellKind::Absent {
                self.builder.cell_at(*position, cell);
            }
        }
        match &row.outcome {
            Some(Outcome::Cached(answer) | Outcome::Enriched(answer)) => {
                write_answer(answer, &self.outputs, outputs, &mut self.builder);
            }
            _ => {
                outputs
                    .iter()
                    .take(self.outputs.len())
                    .for_each(|position| self.builder.cell_at(*position, Cell::NULL));
            }
        }
        if self.status_column.is_some()
            && let Some(position) = outputs.last()
        {
            self.builder.cell_at(*position, Cell::string(status(row)));
        }
        self.builder.end_row()
    }

    fn plan_columns(&mut self, source: &Arc<[String]>) {
        let made = self.outputs.iter().map(|o| &o.column).chain(&self.status_column);
        let mut known: Vec<String> = self.builder.columns().to_vec();
        let mut place_of = |name: &String| {
            known.iter().position(|c| c == name).unwrap_or_else(|| {
                known.push(name.clone());
                known.len() - 1
            })
        };
        let positions = source.iter().map(&mut place_of).collect();
        let outputs = made.map(&mut place_of).collect();
        if self.builder.is_empty() {
            self.builder = ChunkBuilder::with_columns(known.into());
        } else {
            self.builder.set_columns(known);
        }
        self.plan = Some(ColumnPlan { source: Arc::clone(source), columns: positions, outputs });
    }

    /// Sends the rows once they fill a chunk, or all of them with `all`.
    pub async fn flush(&mut self, all: bool) {
        if self.builder.is_empty() || (!all && self.builder.len() < CHUNK_ROWS) {
            return;
        }
        let chunk = Arc::new(self.builder.take());
        for worker in &self.workers {
            // A failed worker has ended; `finish` returns its error.
            drop(worker.commands.send(ExportCommand::Write(Arc::clone(&chunk))).await);
        }
    }

    /// Records a row that cannot be exported; every exporter fails with it at the end.
    pub fn fail(&mut self, error: Error) {
        self.broken.get_or_insert(error);
    }

    /// Returns whether no row was pushed.
    pub fn is_untouched(&self) -> bool {
        self.untouched
    }

    /// Returns whether the pushed rows fill a chunk.
    pub fn is_full(&self) -> bool {
        self.builder.len() >= CHUNK_ROWS
    }

    /// Ends all exporters and returns their results.
    pub async fn finish(mut self, ending: FinishMode) -> Vec<ExportResult> {
        self.flush(true).await;
        let ending = if self.broken.is_some() { FinishMode::Partial } else { ending };
        let mut results: Vec<ExportResult> = Vec::new();
        for worker in std::mem::take(&mut self.workers) {
            let (sender, receiver) = oneshot::channel();
            drop(worker.commands.send(ExportCommand::Finish(ending, sender)).await);
            results.push(receiver.await.unwrap_or_else(|_| ExportResult {
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

impl ExportResult {
    /// Returns the number of rows that the exporter reports, if it differs from the number sent.
    pub fn miscounted(&self) -> Option<u64> {
        let written = self.result.as_ref().ok()?.rows;
        (self.kept && written != self.given).then_some(written)
    }
}

/// Executes the commands of one exporter. After a failure the rest is drained, so that the run continues.
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
    while let Some(command) = commands.recv().await {
        match command {
            ExportCommand::Write(chunk) => {
                if failure.is_none() {
                    given += chunk.len() as u64;
                    failure = write(&exporter, &chunk, &mut begun).await.err();
                    if is_closed_pipe(failure.as_ref()) {
                        // The output has no reader, so no further row needs an answer.
                        stop.request(StopReason::ClosedPipe);
                    } else if let Some(error) = &failure {
                        tracing::error!(exporter = name, %error, "an exporter failed; the answers are safe in the cache");
                    }
                }
            }
            ExportCommand::Finish(ending, done) => {
                let result = finish(&exporter, ending, (!begun).then_some(made.as_slice()), failure.take()).await;
                drop(done.send(ExportResult { name, result, given, kept: ending != FinishMode::Discard }));
                return;
            }
        }
    }
    // The run was aborted; an unfinished output must not replace an earlier one.
    drop(exporter.finish(FinishMode::Discard).await);
}

/// Returns whether an exporter failed because the reader of its output is gone.
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

/// Ends an exporter; one without rows begins first, with the known columns.
async fn finish(
    exporter: &ExporterClient,
    ending: FinishMode,
    unbegun: Option<&[String]>,
    failure: Option<Error>,
) -> Result<ExportSummary, Error> {
    if let Some(failure) = failure {
        // The first failure is the one to report.
        drop(exporter.finish(FinishMode::Discard).await);
        return Err(failure);
    }
    if let (Some(columns), true) = (unbegun, ending != FinishMode::Discard) {
        exporter.begin(columns).await?;
    }
    exporter.finish(ending).await
}

/// Returns the value of the status column.
fn status(row: &BufferedRow) -> &'static str {
    match &row.outcome {
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

/// Writes the fields of an answer into the output columns.
fn write_answer(answer: &str, outputs: &[OutputColumn], positions: &[usize], builder: &mut ChunkBuilder) {
    struct Fields<'a> {
        outputs: &'a [OutputColumn],
        positions: &'a [usize],
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
                let Some(position) = at.and_then(|at| self.positions.get(at)) else {
                    continue;
                };
                next += 1;
                write_raw(raw.get(), *position, self.builder);
            }
            Ok(())
        }
    }
    let mut deserializer = serde_json::Deserializer::from_str(answer);
    let written = deserializer.deserialize_map(Fields { outputs, positions, builder });
    if let Err(error) = written {
        tracing::error!(%error, "a stored answer is not the object it was when it was written");
    }
}

fn write_raw(text: &str, position: usize, builder: &mut ChunkBuilder) {
    let bytes = text.as_bytes();
    let cell = match bytes.first() {
        Some(b'"') if !bytes.contains(&b'\\') => {
            Cell::string(text.get(1..text.len().saturating_sub(1)).unwrap_or_default())
        }
        Some(b'"') => {
            let string: String = serde_json::from_str(text).unwrap_or_default();
            builder.cell_at(position, Cell::string(&string));
            return;
        }
        Some(b'{' | b'[') => Cell { kind: CellKind::Json, text },
        Some(b't') => Cell { kind: CellKind::True, text: "" },
        Some(b'f') => Cell { kind: CellKind::False, text: "" },
        Some(b'n') | None => Cell::NULL,
        Some(_) => Cell { kind: CellKind::Number, text },
    };
    builder.cell_at(position, cell);
}
