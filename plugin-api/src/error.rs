//! The one error that crosses the plugin boundary.
//!
//! It is flat on purpose: a kind that the host acts on, a sentence that a person reads, and key/value
//! context. Kinds that a side does not know yet are read as [`ErrorKind::Other`].

use rowsmith_abi::{Buffer, PanicMessage};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// A result whose error can cross the boundary.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a failure means for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The same request may succeed later: rate limits, overload, timeouts, broken connections.
    Retryable,
    /// A quota of hours or days is used up; nothing succeeds before it resets.
    QuotaExhausted,
    /// The account has no credit or hit a spending limit.
    Billing,
    /// The key is missing, wrong, or may not do this.
    Auth,
    /// What was named does not exist: a model, a page, a file.
    NotFound,
    /// The service says the request itself is wrong; asking again or asking for less does not help.
    BadRequest,
    /// The request is too large; a smaller one may pass.
    TooLarge,
    /// The service does not accept this answer schema; plain JSON mode may work.
    SchemaRejected,
    /// The service refused the content.
    Blocked,
    /// The plugin's config is wrong.
    Config,
    /// The plugin does not offer this method.
    Unsupported,
    /// Reading or writing a file failed.
    Io,
    /// Data could not be understood.
    InvalidData,
    /// What is stored is damaged.
    Corrupt,
    /// There is no room left to store anything.
    NoSpace,
    /// Someone else holds what was asked for.
    Busy,
    /// The call was cancelled, or nobody wants its result any more.
    Cancelled,
    /// The plugin panicked.
    Panic,
    /// Anything else, and kinds of a newer version.
    #[serde(other)]
    Other,
}

impl ErrorKind {
    /// The kind's name as it is written in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Retryable => "retryable",
            Self::QuotaExhausted => "quota_exhausted",
            Self::Billing => "billing",
            Self::Auth => "auth",
            Self::NotFound => "not_found",
            Self::BadRequest => "bad_request",
            Self::TooLarge => "too_large",
            Self::SchemaRejected => "schema_rejected",
            Self::Blocked => "blocked",
            Self::Config => "config",
            Self::Unsupported => "unsupported",
            Self::Io => "io",
            Self::InvalidData => "invalid_data",
            Self::Corrupt => "corrupt",
            Self::NoSpace => "no_space",
            Self::Busy => "busy",
            Self::Cancelled => "cancelled",
            Self::Panic => "panic",
            Self::Other => "other",
        }
    }
}

/// A failure of a plugin or of a host service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Error {
    /// What the failure means for the caller.
    pub kind: ErrorKind,
    /// One sentence: lower-case, no full stop, naming the thing that failed.
    pub message: String,
    /// For [`ErrorKind::Retryable`] and [`ErrorKind::QuotaExhausted`]: how long the service asks to wait, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// What a person can do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Further facts: `status`, `url`, `request_id`, `config_key`, `path`, `line`, …
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub context: Vec<(String, String)>,
}

impl Error {
    /// An error of the given kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), retry_after_ms: None, hint: None, context: Vec::new() }
    }

    /// A mistake in the plugin's config; `key` is the dotted path inside the plugin's table.
    pub fn config(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Config, message).with_context("config_key", key)
    }

    /// A failed operation on a file.
    pub fn io(doing: impl fmt::Display, path: impl AsRef<std::path::Path>, source: &std::io::Error) -> Self {
        let kind = match source.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => ErrorKind::NoSpace,
            std::io::ErrorKind::NotFound => ErrorKind::NotFound,
            _ => ErrorKind::Io,
        };
        Self::new(kind, format!("cannot {doing} {}: {source}", path.as_ref().display()))
            .with_context("path", path.as_ref().display().to_string())
    }

    /// A method that the plugin does not offer.
    pub fn unsupported(method: &str) -> Self {
        Self::new(ErrorKind::Unsupported, format!("this plugin does not offer `{method}`"))
    }

    /// Adds a fact.
    #[must_use]
    pub fn with_context(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.context.push((key.into(), value.into()));
        self
    }

    /// Adds what a person can do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the service's own wish for a pause.
    #[must_use]
    pub fn retry_after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after_ms = wait.map(|w| u64::try_from(w.as_millis()).unwrap_or(u64::MAX));
        self
    }

    /// The service's own wish for a pause.
    pub fn wait(&self) -> Option<Duration> {
        self.retry_after_ms.map(Duration::from_millis)
    }

    /// The value of a fact.
    pub fn context(&self, key: &str) -> Option<&str> {
        self.context.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
    }

    pub(crate) fn panicked(message: &PanicMessage) -> Self {
        Self::new(ErrorKind::Panic, format!("panicked: {}", message.0))
    }

    /// The error as bytes, for the boundary.
    pub fn encode(&self) -> Buffer {
        let text =
            serde_json::to_vec(self).unwrap_or_else(|_| br#"{"kind":"other","message":"unprintable error"}"#.to_vec());
        Buffer::from(text)
    }

    /// Reads what [`Error::encode`] wrote; anything else becomes an error that says so.
    pub fn decode(bytes: &[u8]) -> Self {
        serde_json::from_slice(bytes).unwrap_or_else(|e| {
            Self::new(ErrorKind::Other, format!("the plugin returned an error that cannot be read ({e})"))
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::new(ErrorKind::InvalidData, error.to_string())
    }
}
