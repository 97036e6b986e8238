//! Adds the output columns to finished rows and sends them to all exporters.

use super::answer_cells::write_answer;
use super::column_plan::ColumnPlan;
use super::columns::KnownColumns;
use super::worker::{ExportResult, ExporterWorker, WaitingChunk};
use crate::limit::memory::ByteGauge;
use crate::limit::stop::Stop;
use crate::pipeline::question::{Outcome, SkipReason};
use crate::pipeline::row_buffer::BufferedRow;
use crate::rules::OutputColumn;
use rowsmith_plugin_api::Error;
use rowsmith_plugin_api::bridge::client::ExporterClient;
use rowsmith_plugin_api::exporter::FinishMode;
use rowsmith_plugin_api::row::{Cell, CellKind, ChunkBuilder, Column};
use std::sync::Arc;

/// Rows per chunk.
const CHUNK_ROWS: usize = 512;
/// Bytes of a chunk that is sent early.
const CHUNK_BYTES: usize = 1 << 20;

/// An exporter with its name for messages.
pub struct NamedExporter {
    /// The name of the plugin and of its target.
    pub name: String,
    /// Calls the plugin.
    pub client: ExporterClient,
    /// True if its target has rows of an earlier run, which a source without rows must not replace.
    pub keeps_earlier_rows: bool,
}

/// The exporters of a run.
pub struct Exporters {
    workers: Vec<ExporterWorker>,
    memory: ByteGauge,
    outputs: Vec<OutputColumn>,
    columns: KnownColumns,
    /// The columns of the outputs, then the status column.
    added: Vec<String>,
    has_status: bool,
    builder: ChunkBuilder,
    plan: Option<ColumnPlan>,
    /// True if no row was pushed.
    untouched: bool,
    /// The error of a row that cannot be exported; it makes every export incomplete.
    broken: Option<Error>,
}

impl Exporters {
    /// Starts the threads of the exporters. `memory` bounds the rows that wait for them.
    pub fn start(
        exporters: Vec<NamedExporter>,
        outputs: Vec<OutputColumn>,
        status_column: Option<&str>,
        stop: &Stop,
        memory: ByteGauge,
    ) -> Self {
        let has_status = status_column.is_some();
        let columns = KnownColumns::new(&outputs, status_column);
        let worker = |exporter| ExporterWorker::start(exporter, columns.clone(), stop.clone());
        Self {
            workers: exporters.into_iter().map(worker).collect(),
            memory,
            outputs,
            added: columns.added(),
            columns,
            has_status,
            builder: ChunkBuilder::new(),
            plan: None,
            untouched: true,
            broken: None,
        }
    }

    /// Sets the columns of the source, before the first row.
    pub async fn announce(&mut self, source: Vec<Column>) {
        if !self.untouched {
            return;
        }
        let names: Arc<[String]> = source.iter().map(|column| column.name.clone()).collect();
        self.plan = Some(ColumnPlan::new(&names, &self.added, &mut self.builder));
        self.columns.announce(source);
        for worker in &self.workers {
            worker.announce(self.columns.clone()).await;
        }
    }

    /// Adds a finished row. Rows arrive in the order of the source.
    pub fn push(&mut self, row: &BufferedRow) -> Result<(), Error> {
        self.untouched = false;
        let source = row.chunk.columns();
        let plan = match self.plan.take() {
            Some(plan) if plan.is_for(source) => plan,
            _ => ColumnPlan::new(source, &self.added, &mut self.builder),
        };
        self.write_cells(row, &plan);
        self.plan = Some(plan);
        self.builder.end_row()
    }

    fn write_cells(&mut self, row: &BufferedRow, plan: &ColumnPlan) {
        for (column, position) in plan.columns.iter().enumerate() {
            let cell = row.chunk.cell(row.row, column);
            if cell.kind != CellKind::Absent {
                self.builder.cell_at(*position, cell);
            }
        }
        if let Some(Outcome::Cached(answer) | Outcome::Enriched(answer)) = &row.outcome {
            if let Err(error) = write_answer(answer, &self.outputs, &plan.added, &mut self.builder) {
                tracing::error!(%error, "a stored answer is not the object it was when it was written");
            }
        } else {
            let outputs = plan.added.iter().take(self.outputs.len());
            outputs.for_each(|position| self.builder.cell_at(*position, Cell::NULL));
        }
        if let (true, Some(position)) = (self.has_status, plan.added.last()) {
            self.builder.cell_at(*position, Cell::string(status(row)));
        }
    }

    /// Sends the rows once they fill a chunk, or all of them with `all`.
    pub async fn flush(&mut self, all: bool) {
        if self.builder.is_empty() || !(all || self.is_full()) {
            return;
        }
        let rows = self.builder.take();
        let held = self.memory.reserve(rows.size()).await;
        let chunk = Arc::new(WaitingChunk { rows, _held: held });
        for worker in &self.workers {
            worker.write(Arc::clone(&chunk)).await;
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
        self.builder.len() >= CHUNK_ROWS || self.builder.size() >= CHUNK_BYTES.min(self.memory.max())
    }

    /// Ends all exporters and returns their results.
    pub async fn finish(mut self, mode: FinishMode) -> Vec<ExportResult> {
        self.flush(true).await;
        let mode = if self.broken.is_some() { FinishMode::Partial } else { mode };
        let mut results: Vec<ExportResult> = Vec::new();
        for worker in self.workers {
            let keeps_earlier_rows = self.untouched && mode == FinishMode::Complete && worker.keeps_earlier_rows;
            let result = worker.finish(if keeps_earlier_rows { FinishMode::Discard } else { mode }).await;
            results.push(ExportResult { kept_earlier_rows: keeps_earlier_rows && result.result.is_ok(), ..result });
        }
        if let Some(error) = &self.broken {
            for exported in &mut results {
                exported.result = Err(error.clone());
            }
        }
        results
    }
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
