//! The reply to a request: its content, and how it is delivered.

use super::mutation::Mutation;
use std::collections::BTreeMap;
use std::time::Duration;

/// The reply to a request. The parts are independent: any reply can be late or break off.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Then {
    pub(crate) reply: Reply,
    pub(crate) mutations: Vec<Mutation>,
    pub(crate) usage: UsageReport,
    pub(crate) retry_after: Option<String>,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) delay: Duration,
    pub(crate) hold: bool,
    pub(crate) delivery: Delivery,
}

/// The content of a reply.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Reply {
    /// The answer, changed by the mutations of the [`Then`].
    #[default]
    Answer,
    /// Status 200 without an answer, because the content was blocked.
    Blocked(BlockedPart),
    /// An error in the wire format of the request.
    Error(ServiceError),
    /// A redirect.
    Redirect {
        /// 301, 302, 307 or 308.
        status: u16,
        /// The target.
        url: String,
    },
    /// A body of blanks.
    Huge {
        /// Size in MiB.
        mib: u64,
        /// True if `content-length` states the size.
        declared: bool,
    },
    /// A body of blanks that is compressed with gzip to about a thousandth of its size.
    GzipBlanks {
        /// Size in MiB after decompression.
        mib: u64,
    },
    /// A web page with status 200, like the log-in page of a network.
    Html,
    /// Any other reply.
    Raw {
        /// The status.
        status: u16,
        /// The content type.
        content_type: String,
        /// The body.
        body: String,
    },
}

/// The blocked part of a call.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum BlockedPart {
    /// The prompt: Gemini `promptFeedback.blockReason`, OpenAI finish reason `content_filter`.
    Prompt,
    /// The answer: Gemini finish reason `SAFETY`, OpenAI `message.refusal`.
    Answer,
}

/// Errors of a service.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ServiceError {
    /// The usual body for this status.
    Status(u16),
    /// Too many requests per minute.
    RateLimited,
    /// The daily quota is exhausted; Gemini still hints at a short wait, as the service does.
    DailyQuota,
    /// The key is wrong: Gemini 400, OpenAI 401.
    WrongKey,
    /// No credit: Gemini 402, OpenAI 429.
    Billing,
    /// The model does not exist.
    UnknownModel,
    /// The schema is too complex.
    SchemaRejected,
    /// The prompt is longer than the model's context.
    TooLarge,
}

/// The delivery of a reply.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Delivery {
    /// Sends the whole reply.
    #[default]
    Whole,
    /// Sends nothing and keeps the connection open until the server stops.
    Hang,
    /// Sends the head and keeps the connection open until the server stops.
    HangAfterHeaders,
    /// Closes the connection without a reply.
    Reset,
    /// Closes the connection after half of the body.
    CutBody,
    /// Declares half of the length of the body.
    ShortLength,
    /// Sends the head and then the body byte by byte, with this pause after each.
    Drip(Duration),
    /// Sends blanks in chunks until the client closes the connection.
    EndlessChunks,
}

/// The token counts of a reply.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum UsageReport {
    /// A quarter of the characters of prompt and answer.
    #[default]
    Counted,
    /// No token counts.
    Absent,
    /// Fixed numbers.
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
