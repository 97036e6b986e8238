//! What the server does with a request: what it says, and how it brings that across.

use super::mutation::Mutation;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::time::Duration;

/// What the server does with one request. The parts are independent: any reply can come late or break off.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Act {
    pub(crate) reply: Reply,
    pub(crate) mutations: Vec<Mutation>,
    pub(crate) usage: UsageReport,
    pub(crate) retry_after: Option<String>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) delay_ms: u64,
    pub(crate) hold: bool,
    pub(crate) delivery: Delivery,
}

/// What is said.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reply {
    /// The answer, changed by the mutations of the [`Act`].
    #[default]
    Answer,
    /// A reply of status 200 without an answer, since the content was blocked.
    Blocked(Block),
    /// An error in the words of the dialect.
    Failure(Failure),
    /// A redirect to another address.
    Redirect {
        /// 301, 302, 307 or 308.
        status: u16,
        /// The address.
        url: String,
    },
    /// A body of blanks.
    Huge {
        /// Its size in MiB.
        mib: u64,
        /// Whether `content-length` tells the size beforehand.
        declared: bool,
    },
    /// A web page with status 200, as the log-in page of a network gives it.
    Html,
    /// Anything else.
    Raw {
        /// The status.
        status: u16,
        /// The content type.
        content_type: String,
        /// The body.
        body: String,
    },
}

/// What was blocked.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// The prompt: Gemini `promptFeedback.blockReason`, OpenAI finish reason `content_filter`.
    Prompt,
    /// The answer: Gemini finish reason `SAFETY`, OpenAI `message.refusal`.
    Answer,
}

/// Errors of a service.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// The usual body for this status.
    Status(u16),
    /// Too many requests per minute.
    RateLimited,
    /// No more requests today; Gemini still hints at a short wait, as the service does.
    DailyQuota,
    /// The key is wrong: Gemini 400, OpenAI 401.
    WrongKey,
    /// No credit: Gemini 402, OpenAI 429.
    Billing,
    /// There is no such model.
    UnknownModel,
    /// The schema is too complex.
    SchemaRejected,
    /// The prompt is longer than the model's context.
    TooLarge,
}

/// How a reply is brought across.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// As it should be.
    #[default]
    Whole,
    /// Nothing is sent, and the connection stays open until the server stops.
    Hang,
    /// The head is sent, and the connection stays open until the server stops.
    HangAfterHeaders,
    /// The connection is closed without a reply.
    Reset,
    /// The connection is closed after half of the body.
    CutBody,
}

/// What the reply says about tokens.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum UsageReport {
    /// A quarter of the characters of prompt and answer.
    #[default]
    Counted,
    /// Nothing.
    Absent,
    /// These numbers.
    Fixed {
        /// Tokens of the prompt, cached ones included.
        prompt: u64,
        /// Tokens of the answer, thinking not included.
        output: u64,
        /// Tokens of thinking.
        thinking: u64,
        /// Tokens of the prompt that came from a cache.
        cached: u64,
    },
}

impl Act {
    /// The right answer.
    pub fn answer() -> Self {
        Self::default()
    }

    /// The right answer with one change.
    pub fn mutated(mutation: Mutation) -> Self {
        Self::answer().with(mutation)
    }

    /// A reply of the caller's choice.
    pub fn reply(reply: Reply) -> Self {
        Self {
            reply,
            ..Self::default()
        }
    }

    /// An error with this status and the dialect's usual body for it.
    pub fn status(status: u16) -> Self {
        Self::reply(Reply::Failure(Failure::Status(status)))
    }

    /// Too many requests per minute, with a hint how long to wait, in seconds.
    pub fn rate_limited(retry_after: impl Into<String>) -> Self {
        Self::reply(Reply::Failure(Failure::RateLimited)).retry_after(retry_after)
    }

    /// No more requests today.
    pub fn daily_quota() -> Self {
        Self::reply(Reply::Failure(Failure::DailyQuota))
    }

    /// The key is wrong.
    pub fn wrong_key() -> Self {
        Self::reply(Reply::Failure(Failure::WrongKey))
    }

    /// No credit.
    pub fn billing() -> Self {
        Self::reply(Reply::Failure(Failure::Billing))
    }

    /// There is no such model.
    pub fn unknown_model() -> Self {
        Self::reply(Reply::Failure(Failure::UnknownModel))
    }

    /// The schema is too complex.
    pub fn schema_rejected() -> Self {
        Self::reply(Reply::Failure(Failure::SchemaRejected))
    }

    /// The prompt is too long.
    pub fn too_large() -> Self {
        Self::reply(Reply::Failure(Failure::TooLarge))
    }

    /// The prompt is blocked.
    pub fn blocked_prompt() -> Self {
        Self::reply(Reply::Blocked(Block::Prompt))
    }

    /// The answer is blocked.
    pub fn blocked_answer() -> Self {
        Self::reply(Reply::Blocked(Block::Answer))
    }

    /// A temporary redirect that keeps method and body (307).
    pub fn redirect(url: impl Into<String>) -> Self {
        Self::reply(Reply::Redirect {
            status: 307,
            url: url.into(),
        })
    }

    /// A body of `mib` MiB that `content-length` announces.
    pub fn huge_body(mib: u64) -> Self {
        Self::reply(Reply::Huge { mib, declared: true })
    }

    /// A body of `mib` MiB that nothing announces.
    pub fn unannounced_huge_body(mib: u64) -> Self {
        Self::reply(Reply::Huge { mib, declared: false })
    }

    /// A web page with status 200.
    pub fn html() -> Self {
        Self::reply(Reply::Html)
    }

    /// Any status and JSON body.
    pub fn raw_json(status: u16, body: impl Into<String>) -> Self {
        Self::reply(Reply::Raw {
            status,
            content_type: "application/json".to_owned(),
            body: body.into(),
        })
    }

    /// No reply, on a connection that stays open.
    pub fn hang() -> Self {
        Self::answer().deliver(Delivery::Hang)
    }

    /// Only the head of the answer, on a connection that stays open.
    pub fn hang_after_headers() -> Self {
        Self::answer().deliver(Delivery::HangAfterHeaders)
    }

    /// No reply, on a connection that is closed.
    pub fn reset() -> Self {
        Self::answer().deliver(Delivery::Reset)
    }

    /// Half of the answer, on a connection that is closed.
    pub fn cut_body() -> Self {
        Self::answer().deliver(Delivery::CutBody)
    }

    /// Changes the answer; without effect on other replies.
    #[must_use]
    pub fn with(mut self, mutation: Mutation) -> Self {
        self.mutations.push(mutation);
        self
    }

    /// Hints how long to wait, in seconds, as the dialect does it: Gemini `RetryInfo`, OpenAI `retry-after`. A text
    /// that is no number is sent as it is.
    #[must_use]
    pub fn retry_after(mut self, hint: impl Into<String>) -> Self {
        self.retry_after = Some(hint.into());
        self
    }

    /// Adds a header field to the reply.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.insert(name.into(), value.into());
        self
    }

    /// Sets what the answer says about tokens.
    #[must_use]
    pub fn usage(mut self, usage: UsageReport) -> Self {
        self.usage = usage;
        self
    }

    /// Waits before replying.
    #[must_use]
    pub fn delay(mut self, delay: Duration) -> Self {
        self.delay_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX);
        self
    }

    /// Waits until the test releases the request.
    #[must_use]
    pub fn hold(mut self) -> Self {
        self.hold = true;
        self
    }

    /// Sets how the reply is brought across.
    #[must_use]
    pub fn deliver(mut self, delivery: Delivery) -> Self {
        self.delivery = delivery;
        self
    }
}
