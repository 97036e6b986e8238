//! Calls the provider within all limits, with retries.

use super::answer_store::{AnswerStore, Provenance};
use super::attempts::Attempts;
use super::call_event::CallEvent;
use super::error_action::{Cause, ErrorAction, end_of_call};
use super::finished_batch::{BatchEnd, FinishedBatch};
use super::normalize::normalize;
use super::response;
use crate::limit::backoff::{Backoff, jitter};
use crate::limit::budget::BudgetTracker;
use crate::limit::memory::ByteGauge;
use crate::limit::outage::outage_error;
use crate::limit::rate_limiter::{AfterFailure, CallEnd, CallSize, RateLimiter};
use crate::limit::service_state::Verdict;
use crate::limit::stop::{Stop, StopReason};
use crate::pipeline::batch::{Batch, Stage};
use crate::pipeline::equal_texts::EqualTexts;
use crate::pipeline::learning::{Reaction, SizeLearner};
use crate::pipeline::leases::Leases;
use crate::pipeline::prompt::{AnswerShape, Asked, Prompter};
use crate::pipeline::question::{Answer, Question, RowKey};
use crate::pipeline::row_failure::{FailureReason, RowFailure};
use crate::pipeline::unanswered_rows::UnansweredRows;
use crate::rules::OutputColumn;
use crate::settings::test_time::scaled;
use rowsmith_plugin_api::Error;
use rowsmith_plugin_api::bridge::client::ProviderClient;
use rowsmith_plugin_api::completion::{Completion, Usage};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

/// Copies of a response until its answers are durable: the text, the parsed values, the answers and their records.
const RESPONSE_COPIES: usize = 4;
/// Maximum bytes of a response that does not wait for the memory of others.
const SMALL_RESPONSE: usize = 64 * 1024;

/// Shared parts of all calls of a run.
pub struct Dispatcher {
    /// The provider, guarded by its deadline.
    pub provider: ProviderClient,
    /// Writes requests.
    pub prompter: Prompter,
    /// The sizes that calls teach.
    pub sizes: SizeLearner,
    /// The output columns with their rules.
    pub outputs: Vec<OutputColumn>,
    /// Rows that earlier runs recorded without a response.
    pub unanswered_rows: UnansweredRows,
    /// Finds equal texts in the answers of a call.
    pub equal_texts: EqualTexts,
    /// Limits requests and tokens per time.
    pub rate_limiter: RateLimiter,
    /// Maximum requests of one call.
    pub max_requests_per_answer: u64,
    /// Limits calls, tokens and cost per run.
    pub budget: BudgetTracker,
    /// Limits retries.
    pub retry: RetryLimits,
    /// The stop signal.
    pub stop: Stop,
    /// Stores answers.
    pub answers: AnswerStore,
    /// Leases that processes share, when the cache coordinates.
    pub leases: Option<Leases>,
    /// Bounds the memory of responses until their answers are durable.
    pub answer_memory: ByteGauge,
    /// The shape of answers that the provider decodes under.
    pub shape: AnswerShape,
    /// True if the service rejected the schema; then answers are arrays.
    pub schema_rejected: AtomicBool,
    /// Receives at most one event per call, so the channel needs no bound.
    pub events: mpsc::UnboundedSender<CallEvent>,
}

/// Limits of retries.
#[derive(Debug, Clone, Copy)]
pub struct RetryLimits {
    /// Maximum calls for a batch, the first included. Default: the time of an outage is the only limit.
    pub max_attempts: Option<u32>,
    /// Maximum wait that a service may ask for; a longer one means that the quota is used up.
    pub max_wait: Duration,
}

/// The next step after a failed call.
enum Next {
    /// The call is retried at this time.
    Repeat(Instant),
    /// The batch has ended.
    End(BatchEnd),
}

impl Dispatcher {
    /// Asks a batch until it has ended.
    pub async fn run(self: Arc<Self>, mut batch: Batch) -> FinishedBatch {
        let start = Instant::now();
        let deferred = match &self.leases {
            Some(leases) => leases.take(&mut batch).await,
            None => Vec::new(),
        };
        let mut attempts = 0;
        let (end, not_stored) = if batch.questions.is_empty() {
            (BatchEnd::Deferred, None)
        } else {
            let keys: Vec<RowKey> = batch.questions.iter().map(|question| question.key).collect();
            let work = self.ask_and_store(&mut batch, &mut attempts);
            match &self.leases {
                Some(leases) => {
                    let result = leases.hold(&keys, work).await;
                    leases.release(&keys).await;
                    result
                }
                None => work.await,
            }
        };
        FinishedBatch { batch, end, attempts, took: start.elapsed(), not_stored, deferred }
    }

    /// Stores answers that were checked after their call.
    pub async fn store_checked(self: Arc<Self>, questions: Vec<Question>, answers: Vec<Answer>) -> FinishedBatch {
        let start = Instant::now();
        let batch = Batch { questions, stage: Stage::Single };
        let verdicts: Vec<_> = answers.into_iter().map(Ok).collect();
        let not_stored = self.answers.store(&batch, &verdicts, None, Provenance::default()).await.err();
        let end = BatchEnd::Validated { verdicts, whole: false, suspected: None };
        FinishedBatch { batch, end, attempts: 0, took: start.elapsed(), not_stored, deferred: Vec::new() }
    }

    async fn ask_and_store(&self, batch: &mut Batch, attempts: &mut u32) -> (BatchEnd, Option<Error>) {
        let mut provenance = Provenance::default();
        let end = self.ask(batch, attempts, &mut provenance).await;
        let not_stored = match &end {
            BatchEnd::Validated { verdicts, suspected, .. } => {
                self.answers.store(batch, verdicts, suspected.as_ref(), provenance).await.err()
            }
            _ => None,
        };
        (end, not_stored)
    }

    async fn ask(&self, batch: &mut Batch, attempts: &mut u32, provenance: &mut Provenance) -> BatchEnd {
        let is_known = matches!(batch.questions.as_slice(), [only] if self.unanswered_rows.contains(&only.key));
        let mut tries = Attempts::new(self.retry.max_attempts, batch.questions.len(), is_known);
        let mut resizes = 0;
        loop {
            let mut asked = self.prompter.request(batch, self.shape());
            self.sizes.fit(&mut asked, resizes);
            let Some(result) = self.call(batch, &asked, *attempts > 0).await else {
                return BatchEnd::NotAsked;
            };
            *attempts += 1;
            let next = match result {
                Ok(completion) => {
                    // A response of usual size does not wait for others.
                    let bytes = completion.text.len();
                    let held = if bytes > SMALL_RESPONSE {
                        self.answer_memory.reserve(bytes * RESPONSE_COPIES).await
                    } else {
                        self.answer_memory.hold(bytes * RESPONSE_COPIES)
                    };
                    let model = completion.model.clone();
                    *provenance = Provenance { usage: completion.usage, model, _held: Some(held) };
                    let cap_grew = self.sizes.answered(&completion, &asked.sizes);
                    let (event, end) =
                        response::validate(completion, &asked, &self.outputs, &self.equal_texts, cap_grew);
                    self.send(event);
                    return end;
                }
                Err(failed) => match self.sizes.failed(&failed.error, &asked.sizes) {
                    Reaction::Resize => {
                        resizes += 1;
                        Next::Repeat(Instant::now())
                    }
                    Reaction::Split => {
                        let failure = RowFailure::new(FailureReason::TooLarge, failed.error.message);
                        Next::End(BatchEnd::failed(failure, batch.questions.len()))
                    }
                    Reaction::None => self.next(failed, &mut tries, batch.questions.len()),
                },
            };
            match next {
                Next::Repeat(at) if at > Instant::now() => {
                    let wait = self.stop.or(sleep_until(at));
                    if self.rate_limiter.rest(wait).await.is_none() {
                        return BatchEnd::NotAsked;
                    }
                }
                Next::Repeat(_) => {}
                Next::End(end) => return end,
            }
        }
    }

    /// Selects the step after a failed call.
    fn next(&self, failed: FailedCall, tries: &mut Attempts, rows: usize) -> Next {
        let FailedCall { error, action, after } = failed;
        match (action, after) {
            (ErrorAction::Retry(cause), Some(after)) => self.retry(error, cause, after, tries),
            (ErrorAction::RetryChanged, _) if tries.may_change() => Next::Repeat(Instant::now()),
            (ErrorAction::RetryWithoutSchema, _) => {
                self.drop_schema(&error);
                tries.restart();
                Next::Repeat(Instant::now())
            }
            (ErrorAction::FailRows(reason), _) => {
                Next::End(BatchEnd::failed(RowFailure::new(reason, error.message), rows))
            }
            (ErrorAction::StopRun, _) => self.stop_run(error),
            (ErrorAction::LeaveUnanswered | ErrorAction::RetryChanged | ErrorAction::Retry(_), _) => {
                Next::End(BatchEnd::Unanswered(error))
            }
        }
    }

    fn retry(&self, error: Error, cause: Cause, after: AfterFailure, tries: &mut Attempts) -> Next {
        if let Some(pause) = after.pause_to_report {
            tracing::warn!(%error, "{}", pause.text(Instant::now()));
        }
        if after.waited_in_queue {
            return Next::Repeat(Instant::now());
        }
        let exhausted = tries.are_exhausted(cause, after);
        // The service was reached, and answered others in an earlier run.
        let is_fault_of_known_row = tries.are_for_known_row() && (error.http_status.is_some() || error.may_be_billed);
        match after.verdict {
            Verdict::GivenUp(_) if is_fault_of_known_row => Next::End(BatchEnd::Unanswered(error)),
            // Timeouts take so long that the time is over before halves are tried.
            Verdict::GivenUp(limit) if !(cause == Cause::Timeout && tries.is_divisible()) => {
                self.stop_run(outage_error(error, limit))
            }
            _ if exhausted => Next::End(BatchEnd::Unanswered(error)),
            Verdict::Paused(until) => Next::Repeat(until),
            Verdict::GivenUp(_) => Next::Repeat(Instant::now()),
            Verdict::CallAlone if self.rate_limiter.is_unlimited() => Next::Repeat(Instant::now()),
            Verdict::CallAlone => {
                Next::Repeat(Instant::now() + scaled(Backoff::PROVIDER.delay(tries.counted(), jitter())))
            }
        }
    }

    fn stop_run(&self, error: Error) -> Next {
        self.stop.request(StopReason::Provider(error));
        Next::End(BatchEnd::NotAsked)
    }

    /// Returns the current shape of answers; it changes at most once in a run.
    fn shape(&self) -> AnswerShape {
        if self.schema_rejected.load(Ordering::Relaxed) { AnswerShape::Array { json_mode: true } } else { self.shape }
    }

    fn drop_schema(&self, error: &Error) {
        if !self.schema_rejected.swap(true, Ordering::Relaxed) {
            tracing::warn!(%error, "the service rejects the answer schema; using plain JSON mode from now on");
        }
    }

    /// Makes one call within all limits; `None` when the run stops first.
    async fn call(&self, batch: &mut Batch, asked: &Asked, retry: bool) -> Option<Result<Completion, FailedCall>> {
        if self.stop.is_requested() {
            return None;
        }
        let max_output = u64::from(asked.max_output_tokens);
        let reservation = match self.stop.or(self.budget.reserve(asked.input_tokens, max_output)).await? {
            Ok(reservation) => reservation,
            Err(limit) => {
                self.stop.request(StopReason::Limit(limit));
                return None;
            }
        };
        let estimated_tokens = asked.input_tokens + max_output.min(asked.input_tokens);
        let size = CallSize { requests: self.max_requests_per_answer, tokens: estimated_tokens };
        let Some(permit) = self.stop.or(self.rate_limiter.acquire(size)).await.flatten() else {
            self.budget.cancel(reservation);
            return None;
        };
        for question in &mut batch.questions {
            question.asked += 1;
        }
        self.send(CallEvent::Sent { stage: batch.stage, retry });
        self.sizes.sent();
        let result = normalize(self.provider.complete(&asked.request).await, self.answers.clock.now_ms());
        let usage = match &result {
            Ok(completion) => Some(completion.usage),
            // A call without a response is charged at its worst case; a rejected call is charged nothing.
            Err(error) if error.may_be_billed => Some(Usage::default()),
            Err(_) => None,
        };
        self.budget.settle(reservation, usage.as_ref());
        match result {
            Ok(completion) => {
                let Usage { input, output, .. } = completion.usage;
                let tokens = input.zip(output).map(|(input, output)| input.saturating_add(output));
                self.rate_limiter.correct(&permit, completion.requests.map(u64::from), tokens);
                self.rate_limiter.learn(&completion.limits, self.retry.max_wait);
                self.rate_limiter.end(&permit, CallEnd::Answered(batch.questions.len()));
                Some(Ok(completion))
            }
            Err(error) => {
                let action = ErrorAction::after(&error, asked.request.schema.is_some(), self.retry.max_wait);
                tracing::debug!(kind = error.kind.as_str(), %error, ?action, "a call failed");
                let after = self.rate_limiter.end(&permit, end_of_call(&error, action));
                if matches!(action, ErrorAction::Retry(_)) {
                    self.send(CallEvent::PushedBack { rate_limited: error.http_status == Some(429) });
                }
                Some(Err(FailedCall { error, action, after }))
            }
        }
    }

    fn send(&self, event: CallEvent) {
        // The receiver is gone after the run, and no decision depends on events.
        drop(self.events.send(event));
    }
}

/// A call that failed.
struct FailedCall {
    error: Error,
    action: ErrorAction,
    /// The state of the service, after a temporary failure.
    after: Option<AfterFailure>,
}
