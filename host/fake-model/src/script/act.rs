//! What the server does with a request: what it says, and how it brings that across.

use super::mutation::Mutation;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
