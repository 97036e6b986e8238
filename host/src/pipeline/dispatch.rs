//! Stage 6: calls the provider for one batch until there is a response, a final failure or a stop.

use super::batch::{Batch, Stage};
use super::leases::Leases;
use super::parse;
use super::persist::Persister;
use super::prompt::{AnswerShape, Asked, Prompter};
use super::question::{Question, RowKey};
use super::question_digest::QuestionDigest;
use super::reconcile::{self, Verdict};
use super::record::{self, RecordMeta};
use super::row_failure::{FailureReason, RowFailure};
use crate::limit::backoff::{RetryPolicy, jitter};
use crate::limit::budget::BudgetTracker;
use crate::limit::clock::Clock;
use crate::limit::rate_limiter::{CallSize, RateLimiter};
use crate::limit::stop::{Stop, StopReason};
use crate::rules::{OutputColumn, wording};
use crate::settings::test_time::scaled;
use rowsmith_plugin_api::bridge::client::ProviderClient;
use rowsmith_plugin_api::completion::{Completion, FinishReason, Usage};
use rowsmith_plugin_api::{Error, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

/// An event in the life of a call.
#[derive(Debug, Clone)]
pub enum CallEvent {
    /// A call was sent.
    Sent {
        /// The step of the fallback.
        stage: Stage,
        /// True if the call repeats an earlier one.
        retry: bool,
    },
    /// The service reported an error that a retry may resolve.
    PushedBack {
        /// True if a rate limit was reached.
        rate_limited: bool,
    },
    /// The service responded.
    Answered {
        /// Token counts.
        usage: Usage,
        /// The model that responded, when the service names it.
        model: Option<String>,
        /// Items under ids that were not asked.
        unknown: usize,
    },
}

/// The end of a batch.
#[derive(Debug)]
pub enum BatchEnd {
    /// There is a verdict for every question.
    Validated {
        /// The verdicts, in the order of the questions.
        verdicts: Vec<Verdict>,
        /// True if the call failed as a whole, so that its unresolved rows go into smaller calls.
        whole: bool,
    },
    /// The service gave no response within the allowed retries.
    Unanswered(Error),
    /// The run stopped before the call, or the provider cannot be used.
    NotAsked,
    /// Other processes are asking the questions.
    Deferred,
}

/// A batch that has ended.
#[derive(Debug)]
pub struct FinishedBatch {
    /// The batch, with the number of calls per question updated.
    pub batch: Batch,
    /// The end of the batch.
    pub end: BatchEnd,
    /// Calls made.
    pub attempts: u32,
    /// Duration, waiting included.
    pub took: Duration,
    /// The error that prevented the answers from being stored.
    pub not_stored: Option<Error>,
    /// Questions that other processes are asking.
    pub deferred: Vec<Question>,
}

/// Shared parts of all calls of a run.
pub struct Dispatcher {
    /// The provider, guarded by its deadline.
    pub provider: ProviderClient,
    /// Writes requests.
    pub prompter: Prompter,
    /// The output columns with their rules.
    pub outputs: Vec<OutputColumn>,
    /// Limits requests and tokens per time.
    pub rate_limiter: RateLimiter,
    /// Maximum requests of one call.
    pub max_requests_per_answer: u64,
    /// Limits calls, tokens and cost per run.
    pub budget: BudgetTracker,
    /// Decides when a call is retried.
    pub retry: RetryPolicy,
    /// The stop signal.
    pub stop: Stop,
    /// Stores answers.
    pub persister: Persister,
    /// Leases that processes share, when the cache coordinates.
    pub leases: Option<Leases>,
    /// The provider's name in the config, stored with answers.
    pub provider_name: String,
    /// The configured model, stored with answers.
    pub model: String,
    /// Digests of the parts of the question, stored with answers.
    pub question_digest: QuestionDigest,
    /// Wall-clock time.
    pub clock: Clock,
    /// The shape of answers that the provider decodes under.
    pub shape: AnswerShape,
    /// True if the service rejected the schema; then answers are arrays.
    pub schema_rejected: AtomicBool,
    /// Receives at most one event per call, so the channel needs no bound.
    pub events: mpsc::UnboundedSender<CallEvent>,
}

/// Maximum believable token count of one call; a larger count is a mistake of the service.
const MAX_TOKENS: u64 = 1 << 40;

/// Drops token counts that cannot be true.
fn believable(usage: Usage) -> Usage {
    let sane = |count: Option<u64>| count.filter(|count| *count <= MAX_TOKENS);
    Usage {
        input: sane(usage.input),
        cached: sane(usage.cached),
        cache_written: sane(usage.cache_written),
        output: sane(usage.output),
        thinking: sane(usage.thinking),
    }
}

/// Converts the times that a service reports to waits.
fn with_waits(result: Result<Completion, Error>, now_ms: u64) -> Result<Completion, Error> {
    let wait = |at_ms: Option<u64>| at_ms.map(|at_ms| at_ms.saturating_sub(now_ms));
    match result {
        Ok(mut completion) => {
            for hint in &mut completion.limits {
                hint.reset_ms = hint.reset_ms.or(wait(hint.reset_at_ms));
            }
            Ok(completion)
        }
        Err(error) => Err(Error { retry_after_ms: error.retry_after_ms.or(wait(error.retry_at_ms)), ..error }),
    }
}

/// The result of one attempt.
enum Attempt {
    Response(Completion),
    RetryAfter(Duration),
    RetryNow,
    FailedAsWhole(RowFailure),
    Unanswered(Error),
    Stop,
}

/// Usage and model of a response, for the record of each row.
#[derive(Default)]
struct Provenance {
    usage: Usage,
    model: Option<String>,
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

    async fn ask_and_store(&self, batch: &mut Batch, attempts: &mut u32) -> (BatchEnd, Option<Error>) {
        let mut provenance = Provenance::default();
        let end = self.ask(batch, attempts, &mut provenance).await;
        let not_stored = match &end {
            BatchEnd::Validated { verdicts, .. } => self.store(batch, verdicts, &provenance).await.err(),
            _ => None,
        };
        (end, not_stored)
    }

    async fn ask(&self, batch: &mut Batch, attempts: &mut u32, provenance: &mut Provenance) -> BatchEnd {
        let mut tries = 0;
        loop {
            let asked = self.prompter.request(batch, self.shape());
            let Some(result) = self.call(batch, &asked, *attempts > 0).await else {
                return BatchEnd::NotAsked;
            };
            *attempts += 1;
            tries += 1;
            let attempt = match result {
                Ok(completion) => Attempt::Response(completion),
                Err(error) => self.after_error(error, tries, asked.request.schema.is_some()),
            };
            match attempt {
                Attempt::Response(completion) => {
                    provenance.usage = completion.usage;
                    provenance.model.clone_from(&completion.model);
                    return self.validate(completion, &asked);
                }
                Attempt::RetryAfter(wait) => {
                    let wait = if self.rate_limiter.is_unlimited() { Duration::ZERO } else { wait };
                    if self.stop.or(sleep(scaled(wait))).await.is_none() {
                        return BatchEnd::NotAsked;
                    }
                }
                Attempt::RetryNow => tries = 0,
                Attempt::FailedAsWhole(failure) => return failed_as_whole(failure, batch.questions.len()),
                Attempt::Unanswered(error) => return BatchEnd::Unanswered(error),
                Attempt::Stop => return BatchEnd::NotAsked,
            }
        }
    }

    /// Returns the current shape of answers; it changes at most once in a run.
    fn shape(&self) -> AnswerShape {
        if self.schema_rejected.load(Ordering::Relaxed) { AnswerShape::Array { json_mode: true } } else { self.shape }
    }

    /// Makes one call within all limits; `None` when the run stops first.
    async fn call(&self, batch: &mut Batch, asked: &Asked, retry: bool) -> Option<Result<Completion, Error>> {
        if self.stop.is_requested() {
            return None;
        }
        let max_output = u64::from(asked.request.max_output_tokens.unwrap_or(0));
        let reservation = match self.stop.or(self.budget.reserve(asked.input_tokens, max_output)).await? {
            Ok(reservation) => reservation,
            Err(limit) => {
                self.stop.request(StopReason::Limit(limit));
                return None;
            }
        };
        let estimated_tokens = asked.input_tokens + max_output.min(asked.input_tokens);
        let size = CallSize { requests: self.max_requests_per_answer, tokens: estimated_tokens };
        let Some(permit) = self.stop.or(self.rate_limiter.acquire(size)).await else {
            self.budget.cancel(reservation);
            return None;
        };
        for question in &mut batch.questions {
            question.asked += 1;
        }
        self.send(CallEvent::Sent { stage: batch.stage, retry });
        let result = self
            .provider
            .complete(&asked.request)
            .await
            .map(|completion| Completion { usage: believable(completion.usage), ..completion });
        let result = with_waits(result, self.clock.now_ms());
        let usage = match &result {
            Ok(completion) => Some(completion.usage),
            // A call without a response is charged at its worst case; a rejected call is charged nothing.
            Err(error) if error.may_be_billed => Some(Usage::default()),
            Err(_) => None,
        };
        self.budget.settle(reservation, usage.as_ref());
        if let Ok(completion) = &result {
            let Usage { input, output, .. } = completion.usage;
            let tokens = input.zip(output).map(|(input, output)| input.saturating_add(output));
            self.rate_limiter.correct(permit, completion.requests.map(u64::from), tokens);
            self.rate_limiter.learn(&completion.limits, self.retry.max_wait);
        }
        Some(result)
    }

    /// Decides what an error means for the batch, or for the whole run.
    fn after_error(&self, error: Error, tries: u32, with_schema: bool) -> Attempt {
        tracing::debug!(kind = error.kind.as_str(), %error, tries, "a call failed");
        match error.kind {
            // A proxy's page in place of a response may be temporary too.
            ErrorKind::Retryable | ErrorKind::InvalidData => self.after_temporary_error(error, tries),
            ErrorKind::SchemaRejected if with_schema => {
                if !self.schema_rejected.swap(true, Ordering::Relaxed) {
                    tracing::warn!(%error, "the service rejects the answer schema; using plain JSON mode from now on");
                }
                Attempt::RetryNow
            }
            ErrorKind::TooLarge => Attempt::FailedAsWhole(RowFailure::new(FailureReason::TooLarge, error.message)),
            ErrorKind::Blocked => Attempt::FailedAsWhole(RowFailure::new(FailureReason::Refused, error.message)),
            ErrorKind::Panic | ErrorKind::Other | ErrorKind::Io | ErrorKind::BrokenPipe => Attempt::Unanswered(error),
            _ => {
                self.stop.request(StopReason::Provider(error));
                Attempt::Stop
            }
        }
    }

    fn after_temporary_error(&self, error: Error, tries: u32) -> Attempt {
        self.send(CallEvent::PushedBack { rate_limited: error.http_status == Some(429) });
        let requested_wait = error.wait();
        if requested_wait.is_some_and(|wait| wait > self.retry.max_wait) {
            self.stop.request(StopReason::Provider(error));
            return Attempt::Stop;
        }
        if let Some(wait) = requested_wait {
            self.rate_limiter.pause(wait);
        }
        if tries >= self.retry.max_attempts {
            return Attempt::Unanswered(error);
        }
        Attempt::RetryAfter(requested_wait.unwrap_or_else(|| self.retry.delay(tries, jitter())))
    }

    /// Parses and validates a response.
    fn validate(&self, completion: Completion, asked: &Asked) -> BatchEnd {
        let rows = asked.ids.len();
        let Completion { text, finish, finish_detail, usage, model, .. } = completion;
        let answered = |unknown| CallEvent::Answered { usage, model: model.clone(), unknown };
        let detail = finish_detail.map_or_else(String::new, |detail| format!(" ({detail})"));
        if finish == FinishReason::Blocked {
            self.send(answered(0));
            let message = format!("the service refused the content{detail}");
            return failed_as_whole(RowFailure::new(FailureReason::Refused, message), rows);
        }
        let Some(parsed) = parse::parse(&text) else {
            self.send(answered(0));
            let failure = if finish == FinishReason::Length {
                RowFailure::new(FailureReason::CutOff, "the answer reached its limit before the first row")
            } else {
                let start = wording::shorten(text.trim());
                let message = format!("the answer holds no JSON rows{detail}; it begins with: {start}");
                RowFailure::new(FailureReason::Unreadable, message)
            };
            return failed_as_whole(failure, rows);
        };
        let cut_off = parsed.cut_off || finish == FinishReason::Length;
        let reconciled = reconcile::reconcile(parsed, &asked.ids, asked.tags.as_deref(), &self.outputs);
        self.send(answered(reconciled.unknown));
        let none_valid = reconciled.verdicts.iter().all(Result::is_err);
        BatchEnd::Validated { verdicts: reconciled.verdicts, whole: cut_off || none_valid }
    }

    /// Makes valid answers durable. Answers of audits are compared and not kept.
    async fn store(&self, batch: &Batch, verdicts: &[Verdict], provenance: &Provenance) -> Result<(), Error> {
        if batch.stage == Stage::Audit {
            return Ok(());
        }
        let share = |tokens: Option<u64>| tokens.map(|n| n / batch.questions.len().max(1) as u64);
        let meta = RecordMeta {
            provider: self.provider_name.clone(),
            model: provenance.model.clone().unwrap_or_else(|| self.model.clone()),
            time: self.clock.now_secs(),
            input_tokens: share(provenance.usage.input),
            output_tokens: share(provenance.usage.output),
            question: Some(self.question_digest.as_str().to_owned()),
        };
        let meta = serde_json::to_string(&meta).unwrap_or_default();
        let values: Vec<(RowKey, Vec<u8>)> = batch
            .questions
            .iter()
            .zip(verdicts)
            .filter_map(|(question, verdict)| {
                let answer = verdict.as_ref().ok()?;
                Some((question.key, record::encode(&question.key, &meta, answer)))
            })
            .collect();
        self.persister.put(values).await
    }

    fn send(&self, event: CallEvent) {
        // The receiver is gone after the run, and no decision depends on events.
        drop(self.events.send(event));
    }
}

fn failed_as_whole(failure: RowFailure, rows: usize) -> BatchEnd {
    BatchEnd::Validated { verdicts: vec![Err(failure); rows], whole: true }
}
