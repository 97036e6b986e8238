//! Stage 6: one call after the other for one batch, through the rate_limiter, until there is an answer or no hope.

use super::batch::{Batch, Stage};
use super::leases::Leases;
use super::parse;
use super::persist::Persister;
use super::prompt::{AnswerShape, Asked, Prompter};
use super::question::{Failure, RowKey};
use super::question_digest::QuestionDigest;
use super::reconcile::{self, Verdict};
use super::record::{self, RecordMeta};
use crate::abort::AbortOnDrop;
use crate::limit::backoff::{RetryPolicy, jitter};
use crate::limit::budget::BudgetTracker;
use crate::limit::clock::Clock;
use crate::limit::rate_limiter::RateLimiter;
use crate::limit::stop::{Stop, StopReason};
use crate::rules::{OutputColumn, wording};
use rowsmith_plugin_api::bridge::client::ProviderClient;
use rowsmith_plugin_api::completion::{Completion, CompletionRequest, FinishReason, Usage};
use rowsmith_plugin_api::{Error, ErrorKind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};

/// Something that happened to a call.
#[derive(Debug, Clone)]
pub enum Event {
    /// A call was sent.
    Sent {
        /// What the call is for.
        stage: Stage,
        /// Whether the same call was sent before.
        retry: bool,
    },
    /// The service answered with an error that may pass.
    PushedBack {
        /// Whether it was about a rate limit.
        rate_limited: bool,
    },
    /// The service answered.
    Answered {
        /// What it cost.
        usage: Usage,
        /// Which model it was, when the service says.
        model: Option<String>,
        /// Items under ids that were not asked.
        unknown: usize,
    },
}

/// How a batch ended.
#[derive(Debug)]
pub enum End {
    /// There is a verdict for every question.
    Validated {
        /// The verdicts, in the order of the questions.
        verdicts: Vec<Verdict>,
        /// Whether the call failed as a whole, so that what is left should be asked in smaller calls.
        whole: bool,
    },
    /// The service did not answer although it was asked as often as allowed.
    Unanswered(Error),
    /// The run stopped before the call was made, or the provider cannot be used.
    NotAsked,
    /// Other processes are asking these questions.
    Deferred,
}

/// A batch that has ended.
#[derive(Debug)]
pub struct Done {
    /// The batch; questions know how often they were asked.
    pub batch: Batch,
    /// How it ended.
    pub end: End,
    /// How many calls it took.
    pub attempts: u32,
    /// How long it took, with all waiting.
    pub took: Duration,
    /// Why its answers could not be stored, if so.
    pub not_stored: Option<Error>,
    /// Questions that other processes are asking.
    pub deferred: Vec<super::question::Question>,
}

/// What all calls of a run share.
pub struct Dispatcher {
    /// Who answers.
    pub provider: ProviderClient,
    /// Where its calls run.
    pub calls: Handle,
    /// Writes requests.
    pub prompter: Prompter,
    /// What answers must be.
    pub outputs: Vec<OutputColumn>,
    /// The limits in time.
    pub rate_limiter: RateLimiter,
    /// The limits in all.
    pub budget: BudgetTracker,
    /// When to try again.
    pub retry: RetryPolicy,
    /// The longest time of one call.
    pub timeout: Duration,
    /// The wish to stop.
    pub stop: Stop,
    /// Where answers are kept.
    pub persister: Persister,
    /// The leases that processes share, when the cache offers them.
    pub leases: Option<Leases>,
    /// What is stored beside answers.
    pub provider_name: String,
    /// The model's name.
    pub model: String,
    /// What is asked, in short.
    pub marks: QuestionDigest,
    /// Time.
    pub clock: Clock,
    /// What answers look like where the service decodes under a schema.
    pub shape: AnswerShape,
    /// Set once the service turned down the schema: from then on answers are arrays.
    pub schema_rejected: AtomicBool,
    /// Tells what happens. One event a call or less, so the channel needs no bound.
    pub events: mpsc::UnboundedSender<Event>,
}

/// No call uses more tokens than this; a service that says so has counted wrong.
const MAX_TOKENS: u64 = 1 << 40;

/// The counts of a service, without those that cannot be.
fn believable(usage: Usage) -> Usage {
    let sane = |count: Option<u64>| count.filter(|count| *count <= MAX_TOKENS);
    Usage {
        input: sane(usage.input),
        cached: sane(usage.cached),
        output: sane(usage.output),
        thinking: sane(usage.thinking),
    }
}

/// What one attempt came to.
enum Attempt {
    Answer(Completion),
    Again(Duration),
    AgainAtOnce,
    Whole(Failure),
    Unanswered(Error),
    Stop,
}

/// What a call cost and who answered it, for the record of each row.
#[derive(Default)]
struct Cost {
    usage: Usage,
    model: Option<String>,
}

impl Dispatcher {
    /// Asks a batch until it has ended.
    pub async fn run(self: Arc<Self>, mut batch: Batch) -> Done {
        let start = Instant::now();
        let deferred = match &self.leases {
            Some(leases) => leases.take(&mut batch).await,
            None => Vec::new(),
        };
        let mut attempts = 0;
        let (end, not_stored) = if batch.questions.is_empty() {
            (End::Deferred, None)
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
        Done { batch, end, attempts, took: start.elapsed(), not_stored, deferred }
    }

    async fn ask_and_store(&self, batch: &mut Batch, attempts: &mut u32) -> (End, Option<Error>) {
        let mut cost = Cost::default();
        let end = self.ask(batch, attempts, &mut cost).await;
        let not_stored = match &end {
            End::Validated { verdicts, .. } => self.store(batch, verdicts, &cost).await.err(),
            _ => None,
        };
        (end, not_stored)
    }

    async fn ask(&self, batch: &mut Batch, attempts: &mut u32, cost: &mut Cost) -> End {
        let mut tries = 0;
        loop {
            let asked = self.prompter.request(batch, self.shape());
            let Some(result) = self.call(batch, &asked, *attempts > 0).await else {
                return End::NotAsked;
            };
            *attempts += 1;
            tries += 1;
            let attempt = match result {
                Ok(completion) => Attempt::Answer(completion),
                Err(error) => self.after_error(error, tries, asked.request.schema.is_some()),
            };
            match attempt {
                Attempt::Answer(completion) => {
                    cost.usage = completion.usage;
                    cost.model.clone_from(&completion.model);
                    return self.judge(completion, &asked);
                }
                Attempt::Again(wait) => {
                    let wait = if self.rate_limiter.is_open() { Duration::ZERO } else { wait };
                    if self.stop.or(sleep(wait)).await.is_none() {
                        return End::NotAsked;
                    }
                }
                Attempt::AgainAtOnce => tries = 0,
                Attempt::Whole(failure) => {
                    return End::Validated { verdicts: vec![Err(failure); batch.questions.len()], whole: true };
                }
                Attempt::Unanswered(error) => return End::Unanswered(error),
                Attempt::Stop => return End::NotAsked,
            }
        }
    }

    /// The shape of answers now; it changes at most once in a run.
    fn shape(&self) -> AnswerShape {
        if self.schema_rejected.load(Ordering::Relaxed) { AnswerShape::Array { json_mode: true } } else { self.shape }
    }

    /// Makes one call through all limits; `None` when the run stops first.
    async fn call(&self, batch: &mut Batch, asked: &Asked, retry: bool) -> Option<Result<Completion, Error>> {
        if self.stop.is_requested() {
            return None;
        }
        let most_output = u64::from(asked.request.max_output_tokens.unwrap_or(0));
        let reservation = match self.stop.or(self.budget.reserve(asked.input_tokens, most_output)).await? {
            Ok(reservation) => reservation,
            Err(limit) => {
                self.stop.request(StopReason::Limit(limit));
                return None;
            }
        };
        let Some(permit) =
            self.stop.or(self.rate_limiter.acquire(asked.input_tokens + most_output.min(asked.input_tokens))).await
        else {
            self.budget.cancel(reservation);
            return None;
        };
        for question in &mut batch.questions {
            question.asked += 1;
        }
        self.tell(Event::Sent { stage: batch.stage, retry });
        let result = self
            .complete(&asked.request)
            .await
            .map(|completion| Completion { usage: believable(completion.usage), ..completion });
        let usage = match &result {
            Ok(completion) => Some(completion.usage),
            // What was sent and not answered may have been billed: the worst case stands.
            Err(error) if error.may_be_billed => Some(Usage::default()),
            Err(_) => None,
        };
        self.budget.settle(reservation, usage.as_ref());
        if let Ok(completion) = &result {
            if let (Some(input), Some(output)) = (completion.usage.input, completion.usage.output) {
                self.rate_limiter.correct(permit, input.saturating_add(output));
            }
            self.rate_limiter.learn(&completion.limits, self.retry.max_wait);
        }
        Some(result)
    }

    /// Runs the plugin's future on a runtime of its own, so that it may block without blocking the deadline.
    async fn complete(&self, request: &CompletionRequest) -> Result<Completion, Error> {
        let provider = self.provider.clone();
        let request = request.encode()?;
        let mut task = AbortOnDrop(self.calls.spawn(async move { provider.complete_encoded(request).await }));
        match timeout(self.timeout, &mut task.0).await {
            Ok(Ok(result)) => result,
            Ok(Err(join)) => Err(Error::new(ErrorKind::Panic, format!("the provider's call broke off: {join}"))),
            Err(_) => {
                let seconds = self.timeout.as_secs();
                Err(Error::new(ErrorKind::Retryable, format!("the provider did not answer within {seconds} s"))
                    .maybe_billed())
            }
        }
    }

    /// Decides what an error means for the batch, or for the whole run.
    fn after_error(&self, error: Error, tries: u32, with_schema: bool) -> Attempt {
        tracing::debug!(kind = error.kind.as_str(), %error, tries, "a call failed");
        match error.kind {
            // A page of a proxy in the place of an answer passes as well, or it does not; both count as unanswered.
            ErrorKind::Retryable | ErrorKind::InvalidData => self.after_passing_error(error, tries),
            ErrorKind::SchemaRejected if with_schema => {
                if !self.schema_rejected.swap(true, Ordering::Relaxed) {
                    tracing::warn!(%error, "the service does not accept the answer's schema; asking in plain JSON mode from now on");
                }
                Attempt::AgainAtOnce
            }
            ErrorKind::TooLarge => Attempt::Whole(Failure::new("too_large", error.message)),
            ErrorKind::Blocked => Attempt::Whole(Failure::new("refused", error.message)),
            ErrorKind::Panic | ErrorKind::Other | ErrorKind::Io => Attempt::Unanswered(error),
            _ => {
                self.stop.request(StopReason::Provider(error));
                Attempt::Stop
            }
        }
    }

    fn after_passing_error(&self, error: Error, tries: u32) -> Attempt {
        let rate_limited = error.http_status == Some(429);
        self.tell(Event::PushedBack { rate_limited });
        let asked_wait = error.wait();
        if asked_wait.is_some_and(|wait| wait > self.retry.max_wait) {
            self.stop.request(StopReason::Provider(error));
            return Attempt::Stop;
        }
        if let Some(wait) = asked_wait {
            self.rate_limiter.pause(wait);
        }
        if tries >= self.retry.max_attempts {
            return Attempt::Unanswered(error);
        }
        Attempt::Again(asked_wait.unwrap_or_else(|| self.retry.delay(tries, jitter())))
    }

    /// Reads an answer.
    fn judge(&self, completion: Completion, asked: &Asked) -> End {
        let count = asked.ids.len();
        let whole = |failure: Failure| End::Validated { verdicts: vec![Err(failure); count], whole: true };
        let Completion { text, finish, finish_detail, usage, model, .. } = completion;
        let answered = |unknown| Event::Answered { usage, model: model.clone(), unknown };
        let detail = finish_detail.map_or_else(String::new, |detail| format!(" ({detail})"));
        if finish == FinishReason::Blocked {
            self.tell(answered(0));
            return whole(Failure::new("refused", format!("the service refused the content{detail}")));
        }
        let Some(parsed) = parse::parse(&text) else {
            self.tell(answered(0));
            return whole(if finish == FinishReason::Length {
                Failure::new("cut_off", "the answer reached its limit before the first row")
            } else {
                let start = wording::shorten(text.trim());
                Failure::new("unreadable", format!("the answer holds no JSON rows{detail}; it begins with: {start}"))
            });
        };
        let cut_off = parsed.cut_off || finish == FinishReason::Length;
        let reconciled = reconcile::reconcile(parsed, &asked.ids, asked.tags.as_deref(), &self.outputs);
        self.tell(answered(reconciled.unknown));
        let none_resolved = reconciled.verdicts.iter().all(Result::is_err);
        End::Validated { verdicts: reconciled.verdicts, whole: cut_off || none_resolved }
    }

    /// Makes valid answers durable. Audits only compare, so theirs are not kept.
    async fn store(&self, batch: &Batch, verdicts: &[Verdict], cost: &Cost) -> Result<(), Error> {
        if batch.stage == Stage::Audit {
            return Ok(());
        }
        let share = |tokens: Option<u64>| tokens.map(|n| n / batch.questions.len().max(1) as u64);
        let meta = RecordMeta {
            provider: self.provider_name.clone(),
            model: cost.model.clone().unwrap_or_else(|| self.model.clone()),
            time: self.clock.now_secs(),
            input_tokens: share(cost.usage.input),
            output_tokens: share(cost.usage.output),
            question: Some(self.marks.as_str().to_owned()),
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

    fn tell(&self, event: Event) {
        // After the run nobody listens, and nothing depends on it.
        drop(self.events.send(event));
    }
}
