//! Errors of a program: messages with `error`, and exits.

use crate::excerpt::excerpt;
use crate::protocol::known;
use rowsmith_child::Ended;
use rowsmith_plugin_api::PluginKind;
use rowsmith_plugin_api::prelude::{Error, ErrorKind};
use serde::Deserialize;

/// The `error` of a program's message.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ProgramError {
    kind: Option<ErrorKind>,
    message: String,
    hint: Option<String>,
    retry_after_ms: Option<u64>,
    #[serde(default, deserialize_with = "known")]
    retry_at_ms: Option<u64>,
    config_key: Option<String>,
}

impl ProgramError {
    pub(crate) fn into_error(self) -> Error {
        let default = if self.config_key.is_some() { ErrorKind::Config } else { ErrorKind::Other };
        let mut error = Error::new(self.kind.unwrap_or(default), self.message);
        error.hint = self.hint;
        error.retry_after_ms = self.retry_after_ms;
        error.retry_at_ms = self.retry_at_ms;
        if let Some(key) = self.config_key {
            error = error.with_context("config_key", key);
        }
        error
    }
}

/// The error of a program that exits too early or with a failure; `stderr` are its last lines on standard error.
pub(crate) fn exit_error(kind: PluginKind, title: &str, ended: Ended, stderr: &[String]) -> Error {
    let error_kind = match ended.code() {
        Some(0) => ErrorKind::InvalidData,
        Some(code) => kind_of_code(code),
        None => ErrorKind::Other,
    };
    let early = if ended.is_success() { " before it was done" } else { "" };
    let message = format!("`{title}` {ended}{early}");
    let error = match stderr {
        [] if ended.is_success() => Error::new(error_kind, message).hint(expected_end(kind)),
        [] => Error::new(error_kind, message).hint("standard error is empty; run the program by hand for details"),
        [last] => Error::new(error_kind, format!("{message}: {}", excerpt(last))),
        [before @ .., last] => Error::new(error_kind, format!("{message}: {}", excerpt(last)))
            .hint(format!("earlier on standard error: {}", before.join(" / "))),
    };
    match ended.code() {
        Some(code) => error.with_context("exit_code", code.to_string()),
        None => error,
    }
}

/// The kinds of exit codes, as in BSD's `sysexits.h`.
fn kind_of_code(code: i32) -> ErrorKind {
    match code {
        // EX_USAGE and EX_CONFIG.
        64 | 78 => ErrorKind::Config,
        // EX_DATAERR.
        65 => ErrorKind::InvalidData,
        // EX_NOINPUT.
        66 => ErrorKind::NotFound,
        // EX_UNAVAILABLE and EX_TEMPFAIL.
        69 | 75 => ErrorKind::Retryable,
        // EX_CANTCREAT and EX_IOERR.
        73 | 74 => ErrorKind::Io,
        // EX_NOPERM.
        77 => ErrorKind::Auth,
        _ => ErrorKind::Other,
    }
}

/// The hint for a program that exits early without an error.
fn expected_end(kind: PluginKind) -> &'static str {
    match kind {
        PluginKind::Scraper => "a scraper program ends with the line {\"done\": true}",
        PluginKind::Exporter => {
            "an exporter program runs until it receives `finish`, and answers with {\"done\": true}"
        }
        PluginKind::Provider | PluginKind::Cache => "a provider program answers until its standard input ends",
    }
}
