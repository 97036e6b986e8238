//! The interface of a wire format: recognise a request, read its prompt, write replies.

use crate::http::{Headers, HttpReply, HttpRequest};
use crate::script::{BlockedPart, ServiceError};
use serde_json::Value;
use std::fmt::Debug;

/// A wire format of a service.
///
/// A base URL may carry a prefix, for example that of a gateway, so formats look only at the end of a path.
pub(crate) trait Dialect: Debug + Sync {
    /// Returns the name that request records show.
    fn name(&self) -> &'static str;

    /// Returns the operation that a request asks for; none if the format has no such path.
    fn operation(&self, request: &HttpRequest) -> Option<Operation>;

    /// Returns true if an unknown path is answered with this format's error.
    fn claims_unknown(&self, request: &HttpRequest) -> bool;

    /// Returns the API key of a request.
    fn key<'a>(&self, headers: &'a Headers) -> Option<&'a str>;

    /// Reads the body of a completion request.
    fn read<'a>(&self, body: &'a Value) -> PromptParts<'a>;

    /// Writes the body of a completed answer.
    fn answer(&self, call: &CallId<'_>, completion: &Completion<'_>) -> Value;

    /// Writes the body of a reply whose content was blocked.
    fn blocked(&self, call: &CallId<'_>, part: BlockedPart, usage: Option<Usage>) -> Value;

    /// Writes an error reply. `retry_after` is the wait hint in seconds; a text that is no number is sent unchanged.
    fn error(&self, call: &CallId<'_>, error: ServiceError, retry_after: Option<&str>) -> HttpReply;

    /// Writes the body of the error for an unknown path.
    fn unknown_path(&self) -> Value;

    /// Writes the number of tokens of a prompt.
    fn token_count(&self, _tokens: u64) -> Value {
        self.unknown_path()
    }

    /// Writes the description of one model.
    fn model(&self, name: &str) -> Value;

    /// Writes the list of models.
    fn models(&self, models: &[Value]) -> Value;

    /// Returns the header fields that every reply of the service carries.
    fn headers(&self, _call: &CallId<'_>) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

/// The operation that a request asks for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Operation {
    /// A completion; `model` is set if the path names it.
    Complete { model: Option<String> },
    /// The number of tokens of a prompt.
    CountTokens {
        /// The model that the path names.
        model: String,
    },
    /// The list of models.
    ListModels,
    /// The description of one model.
    ShowModel { model: String },
    /// An unknown path, answered with 404.
    Unknown,
}

impl Operation {
    /// Returns true for requests that a service bills and counts against its quota.
    pub(crate) fn is_completion(&self) -> bool {
        matches!(self, Self::Complete { .. })
    }
}

/// The parts of a completion request that do not depend on the wire format.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PromptParts<'a> {
    /// The model, if the body names it.
    pub(crate) model: Option<&'a str>,
    /// All texts of the prompt.
    pub(crate) texts: Vec<String>,
    /// The text of the last message, which holds the rows.
    pub(crate) last_text: String,
    /// The JSON Schema of the answer.
    pub(crate) schema: Option<&'a Value>,
    /// Maximum tokens of the answer.
    pub(crate) output_cap: Option<u64>,
}

/// The values of a request that its reply repeats.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallId<'a> {
    /// Position among all requests.
    pub(crate) index: usize,
    /// The model that the request names, or a default.
    pub(crate) model: &'a str,
}

/// A completed answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Completion<'a> {
    pub(crate) text: &'a str,
    pub(crate) finish: &'a FinishReason,
    pub(crate) usage: Option<Usage>,
}

/// The reason that an answer ends.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum FinishReason {
    /// The answer is complete.
    Stop,
    /// The answer reached the output cap.
    Length,
    /// A reason in the words of the wire format.
    Other(String),
}

/// Token counts of a reply.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Usage {
    /// Tokens of the prompt, cached ones included.
    pub(crate) prompt: u64,
    /// Tokens of the answer, thinking not included.
    pub(crate) output: u64,
    /// Tokens of thinking.
    pub(crate) thinking: u64,
    /// Tokens of the prompt that came from a cache.
    pub(crate) cached: u64,
}
