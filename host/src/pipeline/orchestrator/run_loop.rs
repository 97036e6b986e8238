//! The loop of a run, and its end.

use super::audit::Audit;
use super::batch_queue::{BatchQueue, Supply};
use super::brake::Brake;
use super::last_call::LastCall;
use super::open_questions::OpenQuestions;
use super::service_health::{HealthRules, ServiceHealth};
use super::suspicion::Suspicions;
use crate::abort::AbortOnDrop;
use crate::limit::memory::MemoryWindow;
use crate::limit::stop::{Stop, StopReason};
use crate::pipeline::batch::{Batch, BatchLimits};
use crate::pipeline::dispatch::{CallEvent, Dispatcher, FinishedBatch};
use crate::pipeline::export::{ExportResult, Exporters};
use crate::pipeline::failure_file::FailureFile;
use crate::pipeline::fingerprint::{Fingerprinter, InputPlan};
use crate::pipeline::learning::{Calibration, RowsPerCall};
use crate::pipeline::progress::Snapshot;
use crate::pipeline::question::{Outcome, SkipReason};
use crate::pipeline::row_buffer::{BufferedRow, RowBuffer};
use crate::pipeline::scrape::RowSource;
use crate::pipeline::tally::Tally;
use crate::pipeline::unanswered_rows::UnansweredRows;
use crate::plugin::row_intake::Scraped;
use crate::settings::test_time::scaled;
use crate::settings::{Fallback, OnFailure, Settings};
use rowsmith_plugin_api::bridge::client::CacheClient;
use rowsmith_plugin_api::exporter::FinishMode;
use rowsmith_plugin_api::{Error, ErrorKind};
use std::sync::Arc;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// Copies of the rows of a call in its request: the text, the encoded request and the body on the network.
const REQUEST_COPIES: usize = 3;

/// The connected parts of a run.
pub struct Pipeline {
    /// The rows of the scraper.
    pub rows: RowSource,
    /// The cache.
    pub cache: CacheClient,
    /// Computes row keys.
    pub fingerprinter: Fingerprinter,
    /// Makes calls.
    pub dispatcher: Arc<Dispatcher>,
    /// The events of calls.
    pub events: mpsc::UnboundedReceiver<CallEvent>,
    /// Receives rows in order.
    pub exporters: Exporters,
    /// Receives failed rows.
    pub failures: FailureFile,
    /// Receives the progress of the run.
    pub progress: watch::Sender<Snapshot>,
    /// Maximum rows per call that an earlier run has learned.
    pub learned_rows: Option<usize>,
    /// Bounds the memory of rows, calls and output.
    pub memory: MemoryWindow,
    /// The stop signal.
    pub stop: Stop,
}

/// The end of a run.
#[derive(Debug)]
pub struct RunEnd {
    /// The counters.
    pub tally: Tally,
    /// The reason for an early stop.
    pub stopped: Option<StopReason>,
    /// The sizes that the next run starts with.
    pub calibration: Calibration,
    /// The error that ended the source early.
    pub source_error: Option<Error>,
    /// The error of the scraper after the export.
    pub scraper_error: Option<Error>,
    /// The result of each exporter.
    pub exported: Vec<ExportResult>,
    /// The path of the failure file, or the error that prevented it.
    pub failure_file: Result<Option<String>, String>,
    /// Highest memory of rows, calls, answers and output, in bytes.
    pub memory_peak: usize,
}

/// The state of a run.
pub(super) struct Run<'a> {
    pub(super) settings: &'a Settings,
    pub(super) cache: CacheClient,
    pub(super) fingerprinter: Fingerprinter,
    pub(super) dispatcher: Arc<Dispatcher>,
    pub(super) exporters: Exporters,
    pub(super) failures: FailureFile,
    pub(super) progress: watch::Sender<Snapshot>,
    pub(super) stop: Stop,
    pub(super) memory: MemoryWindow,
    pub(super) rows: RowBuffer,
    pub(super) input_plan: Option<InputPlan>,
    pub(super) questions: OpenQuestions,
    pub(super) queue: BatchQueue,
    pub(super) deferred_until: Instant,
    pub(super) health: ServiceHealth,
    pub(super) brake: Brake,
    pub(super) rows_per_call: RowsPerCall,
    pub(super) warned_of_rows: bool,
    pub(super) audit: Audit,
    pub(super) suspicions: Suspicions,
    /// Rows without a response, for later runs.
    pub(super) unanswered: UnansweredRows,
    pub(super) in_flight: JoinSet<FinishedBatch>,
    pub(super) last_call: LastCall,
    pub(super) source_ended: bool,
    /// True if the scraper waits until rows have left the pipeline.
    pub(super) source_blocked: bool,
    pub(super) source_error: Option<Error>,
    pub(super) tally: Tally,
}

/// Runs a pipeline to its end.
pub async fn run(settings: &Settings, pipeline: Pipeline) -> RunEnd {
    let (mut run, mut source, mut events) = Run::new(settings, pipeline);
    let (stop, dispatcher, memory) = (run.stop.clone(), Arc::clone(&run.dispatcher), run.memory.clone());
    let deadline = settings.budget.deadline().and_then(|limit| Instant::now().checked_add(scaled(limit)));
    run.last_call = LastCall::new(deadline, settings.run.stop_grace());
    // A task of its own, because the loop waits for the cache.
    let deadline_stop = stop.clone();
    let _deadline = deadline.map(|deadline| {
        AbortOnDrop(tokio::spawn(async move {
            sleep_until(deadline).await;
            deadline_stop.request(StopReason::Limit("reached `deadline_secs`".to_owned()));
        }))
    });
    loop {
        run.last_call.note(stop.reason().as_ref(), Instant::now());
        run.source_blocked = source.is_blocked();
        run.dispatch();
        run.export_ready().await;
        run.show_progress();
        if run.is_done() {
            break;
        }
        let (stopping, last_call) = (stop.is_requested(), run.last_call.at());
        tokio::select! {
            biased;
            Some(event) = events.recv() => run.count(event),
            Some(finished) = run.in_flight.join_next() => match finished {
                Ok(finished) => run.apply(finished),
                Err(error) => run.stop.request(StopReason::Provider(Error::new(
                    ErrorKind::Other, format!("a call ended unexpectedly: {error}")))),
            },
            () = stop.requested(), if !stopping => {}
            () = dispatcher.rate_limiter.room_changed() => {}
            () = memory.rows.blocked(), if !run.source_ended => {}
            () = sleep_until(last_call.unwrap_or_else(Instant::now)), if last_call.is_some() && !run.in_flight.is_empty() => {
                run.cancel_calls().await;
            }
            scraped = source.next(), if run.wants_rows(stopping) => match scraped {
                Some(Scraped::Columns(columns)) => run.announce(columns).await,
                Some(Scraped::Rows(chunk)) => run.ingest(chunk).await,
                Some(Scraped::End(result)) => run.end_of_source(result.err()),
                None => run.end_of_source(None),
            },
            () = sleep_until(run.deferred_until), if run.queue.has_deferred() && !stopping => run.retry_deferred().await,
        }
    }
    // Notifies the scraper that no more rows are needed.
    let source_end = source.end();
    while let Ok(event) = events.try_recv() {
        run.count(event);
    }
    tokio::join!(run.finish(), source_end).0
}

impl<'a> Run<'a> {
    fn new(settings: &'a Settings, pipeline: Pipeline) -> (Self, RowSource, mpsc::UnboundedReceiver<CallEvent>) {
        let Pipeline {
            rows,
            cache,
            fingerprinter,
            dispatcher,
            events,
            exporters,
            failures,
            progress,
            learned_rows,
            memory,
            stop,
        } = pipeline;
        let limits = BatchLimits::new(&settings.batch);
        let unanswered = UnansweredRows::new(dispatcher.unanswered_rows.rows());
        let run = Self {
            settings,
            cache,
            fingerprinter,
            dispatcher,
            exporters,
            failures,
            progress,
            stop,
            rows: RowBuffer::new(&memory.rows),
            memory,
            input_plan: None,
            questions: OpenQuestions::default(),
            queue: BatchQueue::new(limits),
            deferred_until: Instant::now(),
            health: ServiceHealth::new(HealthRules {
                can_split: settings.batch.fallback != Fallback::None,
                counts_attempts: settings.retry.max_attempts.is_some(),
            }),
            brake: Brake::new(settings.budget.min_valid_share),
            rows_per_call: RowsPerCall::new(limits.max_rows, learned_rows, settings.batch.adapt),
            warned_of_rows: false,
            audit: Audit::new(settings.batch.audit),
            suspicions: Suspicions::default(),
            unanswered,
            in_flight: JoinSet::new(),
            last_call: LastCall::new(None, settings.run.stop_grace()),
            source_ended: false,
            source_blocked: false,
            source_error: None,
            tally: Tally::default(),
        };
        (run, rows, events)
    }

    fn wants_rows(&self, stopping: bool) -> bool {
        !self.source_ended && !stopping && !self.has_max_rows()
    }

    fn has_max_rows(&self) -> bool {
        self.rows.len() >= self.settings.run.window_rows.get()
    }

    /// Returns whether no row can arrive before others have left.
    pub(super) fn is_full(&self) -> bool {
        self.source_blocked || self.has_max_rows()
    }

    /// Returns whether every row has ended, or the run stops and no call is in flight.
    fn is_done(&self) -> bool {
        let idle = self.in_flight.is_empty();
        idle && (self.stop.is_requested() || (self.source_ended && self.rows.is_empty() && self.audit.is_complete()))
    }

    fn end_of_source(&mut self, error: Option<Error>) {
        self.source_ended = true;
        // A scraper that is cancelled by the stop signal did what it should.
        let obeyed = |error: &Error| error.kind == ErrorKind::Cancelled && self.stop.is_requested();
        self.source_error = error.filter(|error| !obeyed(error));
    }

    async fn cancel_calls(&mut self) {
        tracing::warn!("{} calls that were still in flight are cancelled", self.dispatcher.rate_limiter.in_flight());
        self.in_flight.abort_all();
        while self.in_flight.join_next().await.is_some() {}
    }

    /// Stages 4 and 6: starts as many calls as may run.
    fn dispatch(&mut self) {
        if self.tally.rows.cached > 0 {
            self.health.record_cached();
        }
        if self.in_flight.is_empty() {
            let reaction = self.health.decide(self.queue.has_no_ready_batch(), self.queue.has_new());
            self.react(reaction);
            self.apply_brake();
        }
        while self.has_room() && !self.stop.is_requested() {
            let limits = BatchLimits { max_rows: self.rows_per_call.next_limit(), ..self.batch_limits() };
            self.queue.set_limits(limits);
            let calls_in_flight = !self.in_flight.is_empty();
            let supply = Supply {
                admits_new_batches: self.health.admits_new_batches(calls_in_flight)
                    && self.brake.admits_new_batches(self.in_flight.len()),
                source_ended: self.source_ended,
                starved: !calls_in_flight && self.is_full(),
            };
            let Some(batch) = self.queue.next(supply) else { break };
            let bytes = batch.bytes() * REQUEST_COPIES;
            if !self.memory.calls.has_room(bytes) {
                self.queue.put_back(batch);
                break;
            }
            self.rows_per_call.sent(batch.questions.len());
            self.start(batch, bytes);
        }
    }

    fn start(&mut self, batch: Batch, bytes: usize) {
        let held = self.memory.calls.hold(bytes);
        let call = Arc::clone(&self.dispatcher).run(batch);
        self.in_flight.spawn(async move {
            let finished = call.await;
            drop(held);
            finished
        });
    }

    /// Returns whether another batch may be started.
    fn has_room(&self) -> bool {
        let batches = self.in_flight.len();
        batches < self.brake.max_in_flight() && self.dispatcher.rate_limiter.has_room(batches)
    }

    /// Returns the limits of the next calls, learned ones included.
    pub(super) fn batch_limits(&self) -> BatchLimits {
        let max_chars = self.dispatcher.sizes.max_row_chars();
        let max_rows = self.rows_per_call.limit();
        let max_bytes = Some(self.memory.calls.max() / REQUEST_COPIES);
        BatchLimits { max_rows, max_chars, max_bytes, ..BatchLimits::new(&self.settings.batch) }
    }

    fn count(&mut self, event: CallEvent) {
        self.tally.event(event);
    }

    /// Stage 12: exports the rows at the front that have ended.
    async fn export_ready(&mut self) {
        while let Some(row) = self.rows.pop_ended() {
            self.export_row(&row);
            if self.exporters.is_full() {
                self.exporters.flush(false).await;
            }
        }
        if self.rows.is_empty() || !self.has_room() {
            self.exporters.flush(self.source_ended).await;
        }
    }

    /// Exports a row, unless failed rows are dropped.
    fn export_row(&mut self, row: &BufferedRow) {
        let failed = matches!(row.outcome, Some(Outcome::Failed(_)));
        if failed && self.settings.run.on_failure == OnFailure::Drop {
            return;
        }
        if let Err(error) = self.exporters.push(row) {
            self.exporters.fail(error);
        }
    }

    /// Ends open rows, exports finished ones, and ends the exporters.
    async fn finish(mut self) -> RunEnd {
        let mut stopped = self.stop.reason();
        if stopped == Some(StopReason::FewValidRows) {
            self.fail_rejected();
        }
        let left = self.rows.end_all(&Outcome::Skipped(SkipReason::Stopped));
        self.tally.skip(SkipReason::Stopped, left as u64);
        let by_signal = matches!(stopped, Some(StopReason::Interrupted | StopReason::Terminated));
        if by_signal && left == 0 && self.source_ended {
            // The signal came after the last row had ended.
            stopped = None;
        }
        while let Some(row) = self.rows.pop_ended() {
            let finished = !matches!(row.outcome, Some(Outcome::Skipped(SkipReason::Stopped)));
            if finished || self.settings.run.status_column.is_some() {
                self.export_row(&row);
                self.exporters.flush(false).await;
            }
        }
        self.show_progress();
        self.tally.learned = self.dispatcher.sizes.changes();
        let mode = match (&stopped, &self.source_error) {
            (None, None) => FinishMode::Complete,
            (Some(StopReason::Config(_)), _) => FinishMode::Discard,
            // A partial file without rows has no use.
            _ if self.exporters.is_untouched() => FinishMode::Discard,
            _ => FinishMode::Partial,
        };
        // Answers of which almost none is valid say nothing about the size of calls.
        let rows_per_call = self.rows_per_call.learned().filter(|_| stopped != Some(StopReason::FewValidRows));
        let mut calibration = self.dispatcher.sizes.calibration(rows_per_call);
        calibration.question.unanswered_rows = self.unanswered.rows();
        let exported = self.exporters.finish(mode).await;
        RunEnd {
            tally: self.tally,
            stopped,
            calibration,
            source_error: self.source_error,
            scraper_error: None,
            exported,
            failure_file: self.failures.finish(),
            memory_peak: self.memory.peak(),
        }
    }
}
