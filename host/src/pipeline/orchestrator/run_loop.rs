//! The loop of a run, and its end.

use crate::limit::concurrency::Concurrency;
use crate::limit::stop::{Stop, StopReason};
use crate::pipeline::batch::{Batch, BatchLimits, Packer, Stage};
use crate::pipeline::dispatch::{Dispatcher, Done, Event};
use crate::pipeline::export::{Export, Exported};
use crate::pipeline::failure_file::FailureFile;
use crate::pipeline::fallback::{self};
use crate::pipeline::fingerprint::{Fingerprinter, InputPlan};
use crate::pipeline::progress::Snapshot;
use crate::pipeline::question::{Answer, Failure, Outcome, Question, RowKeyMap, RowKeySet, SkipReason};
use crate::pipeline::row_buffer::{RowBuffer, RowIndex, Slot};
use crate::pipeline::scrape::RowSource;
use crate::pipeline::tally::Tally;
use crate::plugin::row_intake::Scraped;
use crate::settings::{OnFailure, Settings};
use rowsmith_plugin_api::bridge::client::CacheClient;
use rowsmith_plugin_api::exporter::Ending;
use rowsmith_plugin_api::{Error, ErrorKind};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// How long calls that are under way at the deadline may take; their answers may be paid for.
const DEADLINE_GRACE: Duration = Duration::from_secs(10);

/// What a run is made of.
pub struct Pipeline {
    /// Rows.
    pub rows: RowSource,
    /// Where answers are.
    pub cache: CacheClient,
    /// Computes keys.
    pub fingerprinter: Fingerprinter,
    /// Makes calls.
    pub dispatcher: Arc<Dispatcher>,
    /// What calls tell.
    pub events: mpsc::UnboundedReceiver<Event>,
    /// Takes rows.
    pub export: Export,
    /// Takes failed rows.
    pub failures: FailureFile,
    /// Shows how far the run is.
    pub progress: watch::Sender<Snapshot>,
    /// The wish to stop.
    pub stop: Stop,
}

/// How a run ended.
#[derive(Debug)]
pub struct RunEnd {
    /// The counts.
    pub tally: Tally,
    /// Why it stopped early, if so.
    pub stopped: Option<StopReason>,
    /// Why the source ended early, if so.
    pub source_error: Option<Error>,
    /// How each exporter ended.
    pub exported: Vec<Exported>,
    /// Where failed rows are, and why they could not be written.
    pub failure_file: Result<Option<String>, String>,
}

/// The places of rows that share a question.
pub(super) struct Places {
    pub(super) first: RowIndex,
    pub(super) further: Vec<RowIndex>,
}

/// The state of a run.
pub(super) struct Run<'a> {
    pub(super) settings: &'a Settings,
    pub(super) cache: CacheClient,
    pub(super) fingerprinter: Fingerprinter,
    pub(super) dispatcher: Arc<Dispatcher>,
    pub(super) export: Export,
    pub(super) failures: FailureFile,
    pub(super) progress: watch::Sender<Snapshot>,
    pub(super) stop: Stop,
    pub(super) window: RowBuffer,
    pub(super) plan: Option<InputPlan>,
    pub(super) packer: Packer,
    pub(super) repacker: Packer,
    /// Batches of the fallback, which go before new ones.
    pub(super) queue: VecDeque<Batch>,
    /// The places of rows that wait for the answer to a question.
    pub(super) waiting: RowKeyMap<Places>,
    /// All questions that were asked in this run, so that later rows with the same are told apart from hits.
    pub(super) asked: RowKeySet,
    /// Questions that failed in this run; they are not asked again.
    pub(super) failed: RowKeyMap<Failure>,
    pub(super) deferred: Vec<Question>,
    pub(super) deferred_until: Instant,
    pub(super) audits: RowKeyMap<Answer>,
    pub(super) in_flight: JoinSet<Done>,
    pub(super) first_in_flight: usize,
    pub(super) concurrency: Concurrency,
    pub(super) unanswered_batches: u32,
    pub(super) unanswered_parts: u32,
    /// Batches without an answer, while it is not known whether the service answers at all.
    pub(super) unanswered: Vec<(Batch, Error)>,
    /// Whether one of them is being asked in halves, to tell a poisoned row from a service that fails.
    pub(super) probing: bool,
    pub(super) ever_answered: bool,
    pub(super) source_ended: bool,
    pub(super) source_error: Option<Error>,
    pub(super) tally: Tally,
}

/// Runs a pipeline to its end.
pub async fn run(settings: &Settings, parts: Pipeline) -> RunEnd {
    let Pipeline { mut rows, cache, fingerprinter, dispatcher, mut events, export, failures, progress, stop } = parts;
    let limits =
        BatchLimits { max_rows: settings.batch.max_rows.get(), max_input_tokens: settings.batch.max_input_tokens };
    let mut run = Run {
        settings,
        cache,
        fingerprinter,
        dispatcher,
        export,
        failures,
        progress,
        stop: stop.clone(),
        window: RowBuffer::default(),
        plan: None,
        packer: Packer::new(limits, Stage::First),
        repacker: fallback::repacker(limits),
        queue: VecDeque::new(),
        waiting: RowKeyMap::default(),
        asked: RowKeySet::default(),
        failed: RowKeyMap::default(),
        deferred: Vec::new(),
        deferred_until: Instant::now(),
        audits: RowKeyMap::default(),
        in_flight: JoinSet::new(),
        first_in_flight: 0,
        concurrency: Concurrency::new(settings.provider_limits.max_concurrency.get()),
        unanswered_batches: 0,
        unanswered_parts: 0,
        unanswered: Vec::new(),
        probing: false,
        ever_answered: false,
        source_ended: false,
        source_error: None,
        tally: Tally::default(),
    };
    let deadline = settings.budget.deadline.and_then(|limit| Instant::now().checked_add(limit));
    let last_call = deadline.and_then(|deadline| deadline.checked_add(DEADLINE_GRACE));
    loop {
        run.dispatch();
        run.export_ready().await;
        run.show();
        if run.is_done() {
            break;
        }
        let stopping = stop.is_requested();
        tokio::select! {
            biased;
            Some(event) = events.recv() => run.event(event),
            Some(done) = run.in_flight.join_next() => match done {
                Ok(done) => run.done(done),
                Err(error) => run.stop.request(StopReason::Provider(Error::new(
                    ErrorKind::Other, format!("a call broke off: {error}")))),
            },
            () = stop.requested(), if !stopping => {}
            () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() && !stopping => {
                run.stop.request(StopReason::Limit("deadline_secs is over".to_owned()));
            }
            () = sleep_until(last_call.unwrap_or_else(Instant::now)), if last_call.is_some() && !run.in_flight.is_empty() => {
                tracing::warn!("calls that were still under way after the deadline are given up");
                run.in_flight.abort_all();
                while run.in_flight.join_next().await.is_some() {}
            }
            scraped = rows.next(), if run.wants_rows(stopping) => match scraped {
                Some(Scraped::Rows(chunk)) => run.ingest(chunk).await,
                Some(Scraped::End(result)) => run.end_of_source(result.err()),
                None => run.end_of_source(None),
            },
            () = sleep_until(run.deferred_until), if !run.deferred.is_empty() && !stopping => run.retry_deferred().await,
        }
    }
    // This tells the scraper that no more rows are wanted.
    let source_end = rows.end();
    while let Ok(event) = events.try_recv() {
        run.event(event);
    }
    tokio::join!(run.finish(), source_end).0
}

impl Run<'_> {
    fn wants_rows(&self, stopping: bool) -> bool {
        !self.source_ended && !stopping && self.window.len() < self.settings.run.window_rows.get()
    }

    /// A run is done when every row has ended, or when it stops and no call is under way.
    fn is_done(&self) -> bool {
        let idle = self.in_flight.is_empty();
        idle && (self.stop.is_requested() || (self.source_ended && self.window.is_empty() && self.audits.is_empty()))
    }

    fn end_of_source(&mut self, error: Option<Error>) {
        self.source_ended = true;
        // A scraper that gives up because of the stop has done what it should.
        let obeyed = |error: &Error| error.kind == ErrorKind::Cancelled && self.stop.is_requested();
        self.source_error = error.filter(|error| !obeyed(error));
    }

    /// Stage 4 and 6: starts as many calls as may run.
    fn dispatch(&mut self) {
        if self.in_flight.is_empty() && !self.unanswered.is_empty() && (self.queue.is_empty() || !self.probing) {
            self.judge_service();
        }
        while self.in_flight.len() < self.concurrency.limit() && !self.stop.is_requested() {
            let Some(batch) = self.next_batch() else { break };
            self.first_in_flight += usize::from(batch.stage == Stage::First);
            self.in_flight.spawn(Arc::clone(&self.dispatcher).run(batch));
        }
    }

    fn next_batch(&mut self) -> Option<Batch> {
        if let Some(batch) = self.queue.pop_front() {
            return Some(batch);
        }
        let probe_is_out = self.probing && !self.ever_answered && !self.in_flight.is_empty();
        if !self.unanswered.is_empty() || probe_is_out {
            // Nothing new is asked before it is known that the service answers. A probe that ended without
            // an answer to wait for, because its rows were given up or another process asks them, holds up nothing.
            return None;
        }
        if let Some(batch) = self.packer.take_full().or_else(|| self.repacker.take_full()) {
            return Some(batch);
        }
        // Nothing can fill the calls any more: the source has ended, or the window is full of waiting rows.
        let starved = self.in_flight.is_empty() && self.window.len() >= self.settings.run.window_rows.get();
        if (self.source_ended || starved)
            && let Some(batch) = self.packer.take_any()
        {
            return Some(batch);
        }
        let no_more_to_share = self.source_ended && self.first_in_flight == 0 && self.deferred.is_empty();
        if no_more_to_share || starved { self.repacker.take_any() } else { None }
    }

    fn event(&mut self, event: Event) {
        if matches!(event, Event::PushedBack { .. }) {
            self.concurrency.pushed_back();
        }
        self.tally.event(event);
    }

    /// Stage 12: lets rows out whose turn it is.
    async fn export_ready(&mut self) {
        while let Some(slot) = self.window.pop_ended() {
            self.export_row(&slot);
            if self.export.is_full() {
                self.export.flush(false).await;
            }
        }
        if self.window.is_empty() || self.in_flight.len() == self.concurrency.limit() {
            self.export.flush(self.source_ended).await;
        }
    }

    /// Hands over a row that has ended, unless failed rows are left out.
    fn export_row(&mut self, slot: &Slot) {
        let failed = matches!(slot.outcome, Some(Outcome::Failed(_)));
        if failed && self.settings.run.on_failure == OnFailure::Drop {
            return;
        }
        if let Err(error) = self.export.push(slot) {
            self.export.fail(error);
        }
    }

    fn show(&self) {
        self.progress.send_modify(|snapshot| {
            snapshot.rows = self.tally.rows.clone();
            snapshot.calls = self.tally.calls.total;
            snapshot.tokens = self.tally.tokens.clone();
            snapshot.asked = self.tally.asked;
            snapshot.in_flight = self.in_flight.len() as u64;
            snapshot.source_ended = self.source_ended;
            snapshot.cost_usd = self.dispatcher.budget.cost_usd();
        });
    }

    /// Ends rows that are still open, lets finished ones out, and ends the exporters.
    async fn finish(mut self) -> RunEnd {
        let mut stopped = self.stop.reason();
        let left = self.window.end_all(&Outcome::Skipped(SkipReason::Stopped));
        self.tally.skip(SkipReason::Stopped, left as u64);
        let by_signal = matches!(stopped, Some(StopReason::Interrupted | StopReason::Terminated));
        if by_signal && left == 0 && self.source_ended {
            // The signal came when everything was done.
            stopped = None;
        }
        while let Some(slot) = self.window.pop_ended() {
            let finished = !matches!(slot.outcome, Some(Outcome::Skipped(SkipReason::Stopped)));
            let wanted = finished || self.settings.run.status_column.is_some();
            if wanted {
                self.export_row(&slot);
            }
        }
        self.show();
        let ending = match (&stopped, &self.source_error) {
            (None, None) => Ending::Complete,
            (Some(StopReason::Config(_)), _) => Ending::Discard,
            // A file without rows would only be in the way.
            _ if self.export.is_untouched() => Ending::Discard,
            _ => Ending::Partial,
        };
        let exported = self.export.finish(ending).await;
        RunEnd {
            tally: self.tally,
            stopped,
            source_error: self.source_error,
            exported,
            failure_file: self.failures.finish(),
        }
    }
}
