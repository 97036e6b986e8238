//! The thread of one exporter.

use super::columns::KnownColumns;
use super::exporters::NamedExporter;
use crate::limit::memory::HeldBytes;
use crate::limit::stop::{Stop, StopReason};
use rowsmith_plugin_api::bridge::client::ExporterClient;
use rowsmith_plugin_api::exporter::{ExportSummary, FinishMode};
use rowsmith_plugin_api::row::RowChunk;
use rowsmith_plugin_api::{Error, ErrorKind};
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

/// Maximum chunks that wait for a slow exporter.
const CHUNKS_AHEAD: usize = 8;

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
    /// True if the source has no rows, and the rows of an earlier output were kept.
    pub kept_earlier_rows: bool,
}

impl ExportResult {
    /// Returns the number of rows that the exporter reports, if it differs from the number sent.
    pub fn miscounted(&self) -> Option<u64> {
        let written = self.result.as_ref().ok()?.rows;
        (self.kept && written != self.given).then_some(written)
    }
}

/// Returns whether an exporter failed because the reader of its output is gone.
pub fn is_closed_pipe(error: Option<&Error>) -> bool {
    error.is_some_and(|error| error.kind == ErrorKind::BrokenPipe)
}

/// Rows that wait for exporters, and their memory.
pub(super) struct WaitingChunk {
    pub(super) rows: RowChunk,
    /// Held until the last exporter has written the rows.
    pub(super) _held: HeldBytes,
}

enum ExportCommand {
    Announce(KnownColumns),
    Write(Arc<WaitingChunk>),
    Finish(FinishMode, oneshot::Sender<ExportResult>),
}

/// The handle of an exporter's thread.
pub(super) struct ExporterWorker {
    name: String,
    /// True if a source without rows must not replace the target.
    pub(super) keeps_earlier_rows: bool,
    commands: mpsc::Sender<ExportCommand>,
}

impl ExporterWorker {
    /// Starts the thread. An exporter that receives no row begins with the known columns.
    pub(super) fn start(exporter: NamedExporter, columns: KnownColumns, stop: Stop) -> Self {
        let NamedExporter { name, client, keeps_earlier_rows } = exporter;
        let (commands, receiver) = mpsc::channel(CHUNKS_AHEAD);
        let runtime = Handle::current();
        let title = name.clone();
        let output = Output { exporter: client, columns, begun: false };
        let thread = std::thread::Builder::new().name("export".to_owned());
        if let Err(error) = thread.spawn(move || runtime.block_on(run(title, output, receiver, stop))) {
            // `finish` then reports the exporter as failed.
            tracing::error!(exporter = name, %error, "cannot start the thread of an exporter");
        }
        Self { name, keeps_earlier_rows, commands }
    }

    /// Sets the known columns, before the first chunk.
    pub(super) async fn announce(&self, columns: KnownColumns) {
        drop(self.commands.send(ExportCommand::Announce(columns)).await);
    }

    /// Sends a chunk, after a wait while the exporter is behind.
    pub(super) async fn write(&self, chunk: Arc<WaitingChunk>) {
        // A failed worker has ended; `finish` returns its error.
        drop(self.commands.send(ExportCommand::Write(chunk)).await);
    }

    /// Ends the exporter and returns its result.
    pub(super) async fn finish(self, mode: FinishMode) -> ExportResult {
        let (sender, receiver) = oneshot::channel();
        drop(self.commands.send(ExportCommand::Finish(mode, sender)).await);
        receiver.await.unwrap_or_else(|_| ExportResult {
            name: self.name,
            result: Err(Error::new(ErrorKind::Other, "the exporter's thread ended early")),
            given: 0,
            kept: false,
            kept_earlier_rows: false,
        })
    }
}

/// Executes the commands of one exporter. After a failure the rest is drained, so that the run continues.
async fn run(name: String, mut output: Output, mut commands: mpsc::Receiver<ExportCommand>, stop: Stop) {
    let mut given = 0;
    let mut failure: Option<Error> = None;
    while let Some(command) = commands.recv().await {
        match command {
            ExportCommand::Announce(columns) => output.columns = columns,
            ExportCommand::Write(chunk) => {
                if failure.is_none() {
                    given += chunk.rows.len() as u64;
                    failure = output.write(&chunk.rows).await.err();
                    if is_closed_pipe(failure.as_ref()) {
                        // The output has no reader, so no further row needs an answer.
                        stop.request(StopReason::ClosedPipe);
                    } else if let Some(error) = &failure {
                        tracing::error!(exporter = name, %error, "an exporter failed; the run continues");
                    }
                }
            }
            ExportCommand::Finish(mode, done) => {
                let result = output.finish(mode, failure.take()).await;
                let kept = mode != FinishMode::Discard;
                drop(done.send(ExportResult { name, result, given, kept, kept_earlier_rows: false }));
                return;
            }
        }
    }
    // The run was aborted; an unfinished output must not replace an earlier one.
    drop(output.exporter.finish(FinishMode::Discard).await);
}

/// The output of an exporter.
struct Output {
    exporter: ExporterClient,
    columns: KnownColumns,
    begun: bool,
}

impl Output {
    async fn begin(&mut self, names: &[String]) -> Result<(), Error> {
        self.exporter.describe_columns(&self.columns.describe(names)).await?;
        self.exporter.begin(names).await?;
        self.begun = true;
        Ok(())
    }

    async fn write(&mut self, chunk: &RowChunk) -> Result<(), Error> {
        if !self.begun {
            self.begin(chunk.columns()).await?;
        }
        self.exporter.write(chunk).await
    }

    /// Ends the exporter; one without rows begins first, with the known columns.
    async fn finish(&mut self, mode: FinishMode, failure: Option<Error>) -> Result<ExportSummary, Error> {
        if let Some(failure) = failure {
            // The first failure is the one to report.
            drop(self.exporter.finish(FinishMode::Discard).await);
            return Err(failure);
        }
        if !self.begun && mode != FinishMode::Discard {
            self.begin(&self.columns.names()).await?;
        }
        self.exporter.finish(mode).await
    }
}
