//! The error type that crosses the plugin boundary.
//!
//! The error is flat: a kind that the host acts on, a message for people, and key/value context. A kind that one side
//! does not know is read as [`ErrorKind::Other`].

use rowsmith_abi::{Buffer, PanicMessage};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

/// A result whose error can cross the boundary.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Classifies a failure; the host decides by it whether to retry, split or stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The same request may succeed later: rate limit, overload, timeout, broken connection.
    Retryable,
    /// A quota of hours or days is used up; requests fail until it resets.
    QuotaExhausted,
    /// The account has no credit or reached a spending limit.
    Billing,
    /// The key is missing, wrong, or lacks a permission.
    Auth,
    /// The named thing does not exist: a model, a page, a file.
    NotFound,
    /// The service rejects the request itself; neither a retry nor a smaller request helps.
    BadRequest,
    /// The request is too large; a smaller one may succeed. [`Error::sizes`] holds what the service reports.
    TooLarge,
    /// The requested output limit is over the maximum of the model, or does not fit beside the prompt; a smaller one may
    /// succeed. [`Error::sizes`] holds what the service reports.
    OutputLimit,
    /// The service does not accept this answer schema; plain JSON mode may work.
    SchemaRejected,
    /// The service refused the content.
    Blocked,
    /// The plugin's config is wrong.
    Config,
    /// The plugin does not implement this method.
    Unsupported,
    /// Reading or writing a file failed.
    Io,
    /// The reader of the output closed it; set by [`crate::output::OutputFile`] for the standard output and for pipes.
    BrokenPipe,
    /// The data cannot be parsed.
    InvalidData,
    /// Stored data is damaged.
    Corrupt,
    /// The disk or the store is full.
    NoSpace,
    /// Another process holds the resource.
    Busy,
    /// The call was cancelled.
    Cancelled,
    /// The plugin panicked.
    Panic,
    /// Any other failure, and kinds of a newer version.
    #[serde(other)]
    Other,
}

impl ErrorKind {
    /// Classifies an error of the operating system.
    pub fn of_io(source: &std::io::Error) -> Self {
        match source.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Self::NoSpace,
            std::io::ErrorKind::NotFound => Self::NotFound,
            _ => Self::Io,
        }
    }

    /// Returns the kind's name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Retryable => "retryable",
            Self::QuotaExhausted => "quota_exhausted",
            Self::Billing => "billing",
            Self::Auth => "auth",
            Self::NotFound => "not_found",
            Self::BadRequest => "bad_request",
            Self::TooLarge => "too_large",
            Self::OutputLimit => "output_limit",
            Self::SchemaRejected => "schema_rejected",
            Self::Blocked => "blocked",
            Self::Config => "config",
            Self::Unsupported => "unsupported",
            Self::Io => "io",
            Self::BrokenPipe => "broken_pipe",
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

/// Texts that hosts and plugins before version 0.3 use for what is a field or a kind today.
mod legacy {
    /// Starts the message of a panic.
    pub(super) const PANICKED: &str = "panicked: ";
    pub(super) const STATUS: &str = "status";
    pub(super) const SENT: &str = "sent";
    pub(super) const BROKEN_PIPE: &str = "broken_pipe";
    pub(super) const YES: &str = "true";
}

/// Sizes in tokens that a service reports with an error; absent where it reports none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportedSizes {
    /// Maximum output tokens of the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u32>,
    /// Maximum tokens of prompt and answer together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context_tokens: Option<u64>,
    /// Tokens of the rejected prompt.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prompt_tokens: Option<u64>,
}

/// A failure of a plugin or of a host service.
#[expect(clippy::struct_excessive_bools, reason = "independent facts, each with a key of its own at the boundary")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Error {
    /// The class of the failure.
    pub kind: ErrorKind,
    /// One sentence: lower case, no full stop, naming the thing that failed.
    pub message: String,
    /// For [`ErrorKind::Retryable`] and [`ErrorKind::QuotaExhausted`]: the wait that the service asks for, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// The time at which the service accepts requests again, in milliseconds since 1970, for services that report a time.
    /// The host, which has the clock, fills [`Error::retry_after_ms`] from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at_ms: Option<u64>,
    /// The HTTP status of the response that the failure comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    /// True if the service may charge for the request although no usable response arrived.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub may_be_billed: bool,
    /// For [`ErrorKind::Retryable`]: true if the service is still loading the model.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_loading: bool,
    /// For [`ErrorKind::Auth`]: true if the service names the key or the account as the cause, so that no row can be.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_about_account: bool,
    /// For [`ErrorKind::Retryable`]: true if the request was sent, and no response arrived in time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_timeout: bool,
    /// For [`ErrorKind::TooLarge`] and [`ErrorKind::OutputLimit`]: the sizes that the service reports.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sizes: Option<ReportedSizes>,
    /// True if the message is that of another library, as `?` converts it: it does not name what failed, so the host adds
    /// the plugin and the method.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_foreign: bool,
    /// The next step for the user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Further context: `url`, `request_id`, `config_key`, `path`, `line`, …
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub context: Vec<(String, String)>,
}

impl Error {
    /// Creates an error of the given kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            retry_after_ms: None,
            retry_at_ms: None,
            http_status: None,
            may_be_billed: false,
            is_loading: false,
            is_about_account: false,
            is_timeout: false,
            sizes: None,
            is_foreign: false,
            hint: None,
            context: Vec::new(),
        }
    }

    /// Creates an error for a mistake in the plugin's config; `key` is the dotted path inside the plugin's table.
    pub fn config(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Config, message).with_context("config_key", key)
    }

    /// Creates an error for a failed file operation.
    pub fn io(doing: impl fmt::Display, path: impl AsRef<std::path::Path>, source: &std::io::Error) -> Self {
        Self::new(ErrorKind::of_io(source), format!("cannot {doing} {}: {source}", path.as_ref().display()))
            .with_context("path", path.as_ref().display().to_string())
    }

    /// Creates an error for a method that the plugin does not implement.
    pub fn unsupported(method: &str) -> Self {
        Self::new(ErrorKind::Unsupported, format!("this plugin does not offer `{method}`"))
    }

    /// Returns the result of an optional method; `None` if the plugin, or the host, does not have it.
    ///
    /// # Errors
    /// All other errors of `result`.
    pub fn optional<T>(result: Result<T, Self>) -> Result<Option<T>, Self> {
        match result {
            Err(error) if error.kind == ErrorKind::Unsupported => Ok(None),
            result => result.map(Some),
        }
    }

    /// Adds a context entry.
    #[must_use]
    pub fn with_context(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.context.push((key.into(), value.into()));
        self
    }

    /// Sets the HTTP status of the response that the failure comes from.
    #[must_use]
    pub fn with_http_status(mut self, status: u16) -> Self {
        self.http_status = Some(status);
        self
    }

    /// Marks a request that was sent without a usable response: the service may charge for it.
    #[must_use]
    pub fn maybe_billed(mut self) -> Self {
        self.may_be_billed = true;
        self
    }

    /// Marks a service that is still loading the model.
    #[must_use]
    pub fn loading(mut self) -> Self {
        self.is_loading = true;
        self
    }

    /// Marks a failure that the service attributes to the key or the account.
    #[must_use]
    pub fn about_account(mut self) -> Self {
        self.is_about_account = true;
        self
    }

    /// Marks a request that was sent, and whose response did not arrive in time.
    #[must_use]
    pub fn timed_out(mut self) -> Self {
        self.is_timeout = true;
        self
    }

    /// Sets the sizes that the service reports.
    #[must_use]
    pub fn with_sizes(mut self, sizes: ReportedSizes) -> Self {
        self.sizes = Some(sizes);
        self
    }

    /// Sets the next step for the user.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Sets the wait that the service asks for.
    #[must_use]
    pub fn retry_after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after_ms = wait.map(|w| u64::try_from(w.as_millis()).unwrap_or(u64::MAX));
        self
    }

    /// Sets the time at which the service accepts requests again, in milliseconds since 1970.
    #[must_use]
    pub fn retry_at_ms(mut self, time_ms: u64) -> Self {
        self.retry_at_ms = Some(time_ms);
        self
    }

    /// Returns the wait that the service asks for.
    pub fn wait(&self) -> Option<Duration> {
        self.retry_after_ms.map(Duration::from_millis)
    }

    /// Returns the value of a context entry.
    pub fn context(&self, key: &str) -> Option<&str> {
        self.context.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
    }

    /// Creates an error with the message of another library.
    fn foreign(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { is_foreign: true, ..Self::new(kind, message) }
    }

    pub(crate) fn panicked(message: &PanicMessage) -> Self {
        Self::new(ErrorKind::Panic, message.0.clone())
    }

    /// Encodes the error for the boundary.
    pub fn encode(&self) -> Buffer {
        let text = serde_json::to_vec(self.with_legacy_context().as_ref())
            .unwrap_or_else(|_| br#"{"kind":"other","message":"unprintable error"}"#.to_vec());
        Buffer::from(text)
    }

    /// Decodes an error; other bytes than those of [`Error::encode`] become an error about that.
    pub fn decode(bytes: &[u8]) -> Self {
        let decoded: Result<Self, _> = serde_json::from_slice(bytes);
        match decoded {
            Ok(error) => error.without_legacy_texts(),
            Err(e) => Self::new(ErrorKind::Other, format!("the plugin returned an error that cannot be read ({e})")),
        }
    }

    /// Repeats the fields that hosts before version 0.3 read from the context.
    fn with_legacy_context(&self) -> Cow<'_, Self> {
        let mut entries = Vec::new();
        entries.extend(self.http_status.map(|status| (legacy::STATUS, status.to_string())));
        entries.extend(self.may_be_billed.then(|| (legacy::SENT, legacy::YES.to_owned())));
        entries.extend((self.kind == ErrorKind::BrokenPipe).then(|| (legacy::BROKEN_PIPE, legacy::YES.to_owned())));
        if entries.is_empty() {
            return Cow::Borrowed(self);
        }
        let missing = entries.into_iter().filter(|(key, _)| self.context(key).is_none());
        Cow::Owned(missing.fold(self.clone(), |error, (key, value)| error.with_context(key, value)))
    }

    /// Moves what plugins before version 0.3 write into the context to its field.
    pub(crate) fn without_legacy_texts(mut self) -> Self {
        if let (ErrorKind::Panic, Some(message)) = (self.kind, self.message.strip_prefix(legacy::PANICKED)) {
            self.message = message.to_owned();
        }
        if let Some(status) = self.context(legacy::STATUS).and_then(|status| status.parse().ok()) {
            self.http_status.get_or_insert(status);
        }
        self.may_be_billed |= self.context(legacy::SENT) == Some(legacy::YES);
        if self.kind == ErrorKind::Io && self.context(legacy::BROKEN_PIPE) == Some(legacy::YES) {
            self.kind = ErrorKind::BrokenPipe;
        }
        self.context.retain(|(key, _)| !matches!(key.as_str(), legacy::STATUS | legacy::SENT | legacy::BROKEN_PIPE));
        self
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
        Self::foreign(ErrorKind::InvalidData, error.to_string())
    }
}

/// Errors of an [`OutputFile`](crate::output::OutputFile) carry an [`Error`], which is returned unchanged.
impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        error.downcast::<Self>().unwrap_or_else(|error| Self::foreign(ErrorKind::of_io(&error), error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_survive_the_boundary_and_leave_no_legacy_context() {
        let sizes = ReportedSizes { max_output_tokens: Some(1), context_tokens: Some(2), prompt_tokens: None };
        let error = Error::new(ErrorKind::Retryable, "busy")
            .with_http_status(503)
            .maybe_billed()
            .loading()
            .timed_out()
            .with_sizes(sizes)
            .with_context("url", "u");
        assert_eq!(Error::decode(&error.encode()), error);
    }

    #[test]
    fn errors_of_older_plugins_fill_the_fields() {
        let old = br#"{"kind":"retryable","message":"m","context":[["status","429"],["sent","true"],["url","u"]]}"#;
        let error = Error::decode(old);
        assert_eq!((error.http_status, error.may_be_billed), (Some(429), true));
        assert_eq!(error.context, [("url".to_owned(), "u".to_owned())]);
        let old = br#"{"kind":"io","message":"m","context":[["broken_pipe","true"]]}"#;
        assert_eq!(Error::decode(old).kind, ErrorKind::BrokenPipe);
        let old = br#"{"kind":"panic","message":"panicked: m"}"#;
        assert_eq!(Error::decode(old), Error::new(ErrorKind::Panic, "m"));
    }

    #[test]
    fn older_hosts_find_the_fields_in_the_context() {
        let error = Error::new(ErrorKind::BrokenPipe, "m").with_http_status(500).maybe_billed();
        let sent: serde_json::Value = serde_json::from_slice(&error.encode()).unwrap();
        let expected = serde_json::json!([["status", "500"], ["sent", "true"], ["broken_pipe", "true"]]);
        assert_eq!(sent["context"], expected);
    }
}
