//! The run: wires the stages and owns all state.
//!
//! One task does everything but the calls: it takes rows in, looks them up, packs questions, hands batches
//! to [`Dispatcher`] tasks (the only concurrent step), and lets rows out in order. So no state is shared.

use super::batch::{Batch, BatchLimits, Packer, Stage};
use super::dispatch::{Dispatcher, Done, End, Event};
use super::export::{Export, Exported};
use super::fallback::{self, LeftOver};
use super::fingerprint::{Fingerprinter, InputPlan};
use super::lookup::look_up;
use super::question::{Answer, Failure, Outcome, Question, RowKey, RowKeyMap, RowKeySet, SkipReason};
use super::reconcile::Verdict;
use super::scrape::Scraped;
use super::window::{Place, Slot, Window};
use crate::config::settings::{OnFailure, Pairing, Settings};
use crate::limit::concurrency::Concurrency;
use crate::limit::stop::{Stop, StopReason};
use crate::report::failures::FailureFile;
use crate::report::progress::Snapshot;
use crate::report::tally::{BatchRecord, FailedRow, Tally};
use rowsmith_plugin_api::exporter::Ending;
use rowsmith_plugin_api::glue::client::CacheClient;
use rowsmith_plugin_api::{Error, RowChunk};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// How long to leave questions alone that another process is asking.
const DEFERRED_PAUSE: Duration = Duration::from_millis(500);
/// Batches in a row that the service leaves unanswered before it counts as unusable.
const UNANSWERED_IN_A_ROW: u32 = 3;

/// What a run is made of.
pub struct Parts {
    /// Rows.
    pub rows: mpsc::Receiver<Scraped>,
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
struct Places {
    first: Place,
    further: Vec<Place>,
}

/// The state of a run.
struct Run<'a> {
    settings: &'a Settings,
    cache: CacheClient,
    fingerprinter: Fingerprinter,
    dispatcher: Arc<Dispatcher>,
    export: Export,
    failures: FailureFile,
    progress: watch::Sender<Snapshot>,
    stop: Stop,
    window: Window,
    plan: Option<InputPlan>,
    packer: Packer,
    repacker: Packer,
    /// Batches of the fallback, which go before new ones.
    queue: VecDeque<Batch>,
    /// The places of rows that wait for the answer to a question.
    waiting: RowKeyMap<Places>,
    /// All questions that were asked in this run, so that later rows with the same are told apart from hits.
    asked: RowKeySet,
    /// Questions that failed in this run; they are not asked again.
    given_up: RowKeyMap<Failure>,
    deferred: Vec<Question>,
    deferred_until: Instant,
    audits: RowKeyMap<Answer>,
    in_flight: JoinSet<Done>,
    first_in_flight: usize,
    concurrency: Concurrency,
    unanswered: u32,
    ever_answered: bool,
    source_ended: bool,
    source_error: Option<Error>,
    tally: Tally,
}

/// Runs a pipeline to its end.
pub async fn run(settings: &Settings, parts: Parts) -> RunEnd {
    let Parts { mut rows, cache, fingerprinter, dispatcher, mut events, export, failures, progress, stop } = parts;
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
        window: Window::default(),
        plan: None,
        packer: Packer::new(limits, Stage::First),
        repacker: fallback::repacker(limits),
        queue: VecDeque::new(),
        waiting: RowKeyMap::default(),
        asked: RowKeySet::default(),
        given_up: RowKeyMap::default(),
        deferred: Vec::new(),
        deferred_until: Instant::now(),
        audits: RowKeyMap::default(),
        in_flight: JoinSet::new(),
        first_in_flight: 0,
        concurrency: Concurrency::new(settings.provider_limits.max_concurrency.get()),
        unanswered: 0,
        ever_answered: false,
        source_ended: false,
        source_error: None,
        tally: Tally::default(),
    };
    let deadline = settings.budget.deadline.map(|limit| Instant::now() + limit);
    loop {
        run.dispatch();
        run.let_out().await;
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
                    rowsmith_plugin_api::ErrorKind::Other, format!("a call broke off: {error}")))),
            },
            () = stop.requested(), if !stopping => {}
            () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() && !stopping => {
                run.stop.request(StopReason::Limit("deadline_secs is over".to_owned()));
            }
            scraped = rows.recv(), if run.wants_rows(stopping) => match scraped {
                Some(Scraped::Rows(chunk)) => run.take_in(chunk).await,
                Some(Scraped::End(result)) => run.end_of_source(result.err()),
                None => run.end_of_source(None),
            },
            () = sleep_until(run.deferred_until), if !run.deferred.is_empty() && !stopping => run.retry_deferred().await,
        }
    }
    // Dropping the receiver tells the scraper that no more rows are wanted.
    drop(rows);
    while let Ok(event) = events.try_recv() {
        run.event(event);
    }
    run.finish().await
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
        self.source_error = error;
    }

    /// Stages 2 and 3: fingerprints rows and looks them up.
    async fn take_in(&mut self, mut chunk: RowChunk) {
        if let Some(limit) = self.settings.run.limit {
            let left = usize::try_from(limit - self.tally.rows.scraped).unwrap_or(usize::MAX);
            if chunk.len() >= left {
                chunk.truncate(left);
                self.source_ended = true;
            }
        }
        let chunk = Arc::new(chunk);
        let plan = match self.plan.take() {
            Some(plan) if plan.fits(&chunk) => plan,
            earlier => {
                let plan = self.fingerprinter.plan(chunk.columns());
                if let Err(problem) = self.check_columns(&plan, &chunk, earlier.is_none()) {
                    self.stop.request(StopReason::Config(problem));
                    return;
                }
                plan
            }
        };
        self.tally.rows.scraped += chunk.len() as u64;
        let mut keys = Vec::with_capacity(chunk.len());
        let mut rows = Vec::with_capacity(chunk.len());
        for row in 0..chunk.len() {
            if plan.is_blank(&chunk, row) {
                rows.push(None);
            } else {
                let key = self.fingerprinter.key(&plan, &chunk, row);
                rows.push(Some(key));
                keys.push(key);
            }
        }
        let answers = self.answers(&keys).await;
        let mut answers = answers.into_iter();
        for (row, key) in rows.into_iter().enumerate() {
            let slot = Slot { chunk: Arc::clone(&chunk), row, key, outcome: None, duplicate: false };
            let place = self.window.push(slot);
            match key {
                None => self.end(place, Outcome::Skipped(SkipReason::NothingToAsk), false),
                Some(key) => {
                    let answer = answers.next().flatten();
                    self.route(place, key, answer, || question(&plan, &chunk, row, key, &self.settings.batch.pairing));
                }
            }
        }
        self.plan = Some(plan);
    }

    /// Answers from the cache. With `--refresh`, only those of questions that this run has asked itself.
    async fn answers(&mut self, keys: &[RowKey]) -> Vec<Option<Answer>> {
        let refresh = self.settings.run.refresh;
        if refresh && !keys.iter().any(|key| self.asked.contains(key)) {
            return vec![None; keys.len()];
        }
        match look_up(&self.cache, keys).await {
            Ok(mut found) => {
                self.tally.damaged += found.damaged;
                if refresh {
                    for (answer, key) in found.answers.iter_mut().zip(keys) {
                        if !self.asked.contains(key) {
                            *answer = None;
                        }
                    }
                }
                found.answers
            }
            Err(error) => {
                self.stop.request(StopReason::Cache(error));
                vec![None; keys.len()]
            }
        }
    }

    /// Sends a row where it belongs: out, to an open question, or to a new one.
    fn route(&mut self, place: Place, key: RowKey, answer: Option<Answer>, question: impl FnOnce() -> Question) {
        let asked = !self.asked.is_empty() && self.asked.contains(&key);
        if let Some(answer) = answer {
            let outcome = if asked { Outcome::Enriched(answer) } else { Outcome::Cached(answer) };
            self.end(place, outcome, asked);
        } else if let Some(places) = self.waiting.get_mut(&key) {
            places.further.push(place);
        } else if let Some(failure) = self.given_up.get(&key) {
            let outcome = Outcome::Failed(failure.clone());
            self.end(place, outcome, true);
        } else if self.settings.run.offline {
            self.end(place, Outcome::Skipped(SkipReason::Offline), false);
        } else {
            self.waiting.insert(key, Places { first: place, further: Vec::new() });
            self.asked.insert(key);
            self.tally.asked += 1;
            self.packer.push(question());
        }
    }

    fn check_columns(&self, plan: &InputPlan, chunk: &RowChunk, first: bool) -> Result<(), String> {
        let has = || chunk.columns().iter().map(|c| format!("`{c}`")).collect::<Vec<_>>().join(", ");
        if let Some(output) = self.settings.enrich.output.iter().find(|o| chunk.column(&o.column).is_some()) {
            return Err(format!(
                "the output column `{}` is already a column of the source; give it another name with `column` in [enrich.output.{}]",
                output.column, output.name
            ));
        }
        if !first || !self.settings.enrich.missing_input_is_error {
            return Ok(());
        }
        match plan.missing().next() {
            None => Ok(()),
            Some(missing) => {
                let near = crate::config::nearest(missing, chunk.columns().iter().map(String::as_str));
                let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                Err(format!("the input column `{missing}` is not in the source, which has {}{hint}", has()))
            }
        }
    }

    /// Stage 4 and 6: starts as many calls as may run.
    fn dispatch(&mut self) {
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

    /// Stages 9 and 10: takes the verdicts of a batch.
    fn done(&mut self, done: Done) {
        let Done { batch, end, attempts, took, not_stored, deferred } = done;
        self.first_in_flight -= usize::from(batch.stage == Stage::First);
        if let Some(error) = not_stored {
            // The answers are exported all the same: they are paid for.
            self.stop.request(StopReason::Cache(error));
        }
        if !deferred.is_empty() {
            self.deferred.extend(deferred);
            self.deferred_until = Instant::now() + DEFERRED_PAUSE;
        }
        let outcome = match &end {
            End::Judged { verdicts, .. } if verdicts.iter().all(Result::is_ok) => "answered",
            End::Judged { verdicts, .. } if verdicts.iter().any(Result::is_ok) => "partial",
            End::Judged { .. } => "failed",
            End::Unanswered(_) => "unanswered",
            End::NotAsked | End::Deferred => "not_asked",
        };
        let rows = batch.questions.len();
        if attempts > 0 {
            let seconds = took.as_secs_f64();
            self.tally.batch(BatchRecord { rows, stage: stage_name(batch.stage), outcome, attempts, seconds });
        }
        match end {
            End::Judged { verdicts, whole } => {
                self.unanswered = 0;
                self.ever_answered = true;
                self.concurrency.answered();
                self.judged(batch, verdicts, whole);
            }
            End::Unanswered(error) => self.unanswered(batch, error),
            End::NotAsked if batch.stage == Stage::Audit => self.end_audits(&batch),
            // The rows stay open; a run that stops ends them all.
            End::NotAsked | End::Deferred => {}
        }
    }

    fn judged(&mut self, batch: Batch, verdicts: Vec<Verdict>, whole: bool) {
        if batch.stage == Stage::Audit {
            self.compare(&batch, &verdicts);
            return;
        }
        let size = batch.questions.len();
        let mut left = Vec::new();
        for (question, verdict) in batch.questions.into_iter().zip(verdicts) {
            match verdict {
                Ok(answer) => {
                    self.audit(&question, &answer, size);
                    self.resolve(question.key, Outcome::Enriched(answer));
                }
                Err(failure) => left.push((question, failure)),
            }
        }
        self.fall_back(batch.stage, size, whole, left);
    }

    fn fall_back(&mut self, stage: Stage, size: usize, whole: bool, left: Vec<LeftOver>) {
        let next = fallback::next(self.settings.batch.fallback, stage, size, whole, left);
        self.queue.extend(next.batches);
        next.repack.into_iter().for_each(|question| self.repacker.push(question));
        for (question, failure) in next.failed {
            self.given_up.insert(question.key, failure.clone());
            self.resolve(question.key, Outcome::Failed(failure));
        }
    }

    /// The service did not answer. When it answers others, it is the batch's fault; else the run stops.
    fn unanswered(&mut self, batch: Batch, error: Error) {
        self.unanswered += 1;
        if batch.stage == Stage::Audit {
            self.end_audits(&batch);
        } else if !self.ever_answered || self.unanswered >= UNANSWERED_IN_A_ROW {
            self.stop.request(StopReason::Provider(error));
        } else {
            let size = batch.questions.len();
            let failure = Failure::new("service", error.message);
            // A row that was alone has had all its tries already.
            let stage = if size == 1 { Stage::Single } else { batch.stage };
            let left = batch.questions.into_iter().map(|question| (question, failure.clone())).collect();
            self.fall_back(stage, size, true, left);
        }
    }

    /// Ends all rows that wait for a question.
    fn resolve(&mut self, key: RowKey, outcome: Outcome) {
        let Some(places) = self.waiting.remove(&key) else { return };
        for place in places.further {
            self.end(place, outcome.clone(), true);
        }
        self.end(places.first, outcome, false);
    }

    fn end(&mut self, place: Place, outcome: Outcome, duplicate: bool) {
        self.tally.end(&outcome, duplicate);
        let failure = if let Outcome::Failed(failure) = &outcome { Some(failure.clone()) } else { None };
        let slot = self.window.end(place, outcome, duplicate);
        let (Some(failure), Some(slot)) = (failure, slot) else {
            return;
        };
        let failed = FailedRow {
            row: place + 1,
            key: slot.key.map(|key| key.hex()).unwrap_or_default(),
            reason: failure.reason,
            message: failure.message,
            source: slot.chunk.row(slot.row).object(),
        };
        self.failures.write(&failed);
        if self.tally.failures.len() < Tally::MOST_FAILURES {
            self.tally.failures.push(failed);
        }
        if self.settings.run.on_failure == OnFailure::Stop {
            self.stop.request(StopReason::RowFailed);
        }
        if let Some(most) = self.settings.budget.max_failed_rows.filter(|most| self.tally.rows.failed > *most) {
            self.stop.request(StopReason::Limit(format!("more than max_failed_rows = {most} rows have failed")));
        }
    }

    /// Asks a sample of rows again, alone.
    fn audit(&mut self, question: &Question, answer: &Answer, size: usize) {
        if size > 1 && question.key.fraction() < self.settings.batch.audit {
            self.audits.insert(question.key, Arc::clone(answer));
            let again = Question { rejected: None, ..question.clone() };
            self.queue.push_back(Batch { questions: vec![again], stage: Stage::Audit });
        }
    }

    fn compare(&mut self, batch: &Batch, verdicts: &[Verdict]) {
        for (question, verdict) in batch.questions.iter().zip(verdicts) {
            let (Some(first), Ok(alone)) = (self.audits.remove(&question.key), verdict) else {
                continue;
            };
            let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap_or_default();
            let (first, alone) = (read(&first), read(alone));
            self.tally.audit.rows += 1;
            for output in &self.settings.enrich.output {
                let same = u64::from(first.get(&output.name) == alone.get(&output.name));
                *self.tally.audit.agree.entry(output.column.clone()).or_default() += same;
            }
        }
    }

    fn end_audits(&mut self, batch: &Batch) {
        for question in &batch.questions {
            self.audits.remove(&question.key);
        }
    }

    /// Looks again for questions that another process was asking.
    async fn retry_deferred(&mut self) {
        let questions = std::mem::take(&mut self.deferred);
        let keys: Vec<_> = questions.iter().map(|question| question.key).collect();
        let found = look_up(&self.cache, &keys).await.unwrap_or_default().answers;
        let mut found = found.into_iter();
        for question in questions {
            match found.next().flatten() {
                Some(answer) => self.resolve(question.key, Outcome::Cached(answer)),
                None => self.packer.push(question),
            }
        }
    }

    /// Stage 12: lets rows out whose turn it is.
    async fn let_out(&mut self) {
        while let Some(slot) = self.window.pop_ended() {
            let dropped =
                self.settings.run.on_failure == OnFailure::Drop && matches!(slot.outcome, Some(Outcome::Failed(_)));
            if dropped {
                continue;
            }
            if let Err(error) = self.export.push(&slot) {
                tracing::error!(%error, "a row cannot be exported");
            }
            if self.export.is_full() {
                self.export.flush(false).await;
            }
        }
        if self.window.is_empty() || self.in_flight.len() == self.concurrency.limit() {
            self.export.flush(self.source_ended).await;
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
            snapshot.waited = self.dispatcher.gate.waited();
            snapshot.cost_usd = self.dispatcher.ledger.cost_usd();
        });
    }

    /// Ends rows that are still open, lets finished ones out, and ends the exporters.
    async fn finish(mut self) -> RunEnd {
        let stopped = self.stop.reason();
        let left = self.window.end_all(&Outcome::Skipped(SkipReason::Stopped));
        self.tally.skip(SkipReason::Stopped, left as u64);
        while let Some(slot) = self.window.pop_ended() {
            let finished = !matches!(slot.outcome, Some(Outcome::Skipped(SkipReason::Stopped)));
            let wanted = finished || self.settings.run.status_column.is_some();
            let dropped =
                self.settings.run.on_failure == OnFailure::Drop && matches!(slot.outcome, Some(Outcome::Failed(_)));
            if wanted
                && !dropped
                && let Err(error) = self.export.push(&slot)
            {
                tracing::error!(%error, "a row cannot be exported");
            }
        }
        self.show();
        debug_assert!(self.tally.adds_up(), "every row ends exactly once: {:?}", self.tally.rows);
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

fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::First => "first",
        Stage::Repack => "repack",
        Stage::Halve => "halve",
        Stage::Single => "single",
        Stage::Audit => "audit",
    }
}

fn question(plan: &InputPlan, chunk: &RowChunk, row: usize, key: RowKey, pairing: &Pairing) -> Question {
    let echo = match pairing {
        Pairing::Column(column) => Some(chunk.row(row).get(column).display().into()),
        Pairing::Tag | Pairing::Off => None,
    };
    Question { key, body: plan.body(chunk, row).into(), echo, asked: 0, rejected: None }
}
