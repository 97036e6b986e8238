//! From what a program says or does when it fails to the error that the host acts on.

use crate::wire::quoted;
use rowsmith_child::Ended;
use rowsmith_plugin_api::PluginKind;
use rowsmith_plugin_api::prelude::{Error, ErrorKind};
use serde::Deserialize;

/// What a program sends as `error`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Failure {
    kind: Option<ErrorKind>,
    message: String,
    hint: Option<String>,
    retry_after_ms: Option<u64>,
    config_key: Option<String>,
}

impl Failure {
    pub(crate) fn into_error(self) -> Error {
        let default = if self.config_key.is_some() { ErrorKind::Config } else { ErrorKind::Other };
        let mut error = Error::new(self.kind.unwrap_or(default), self.message);
        error.hint = self.hint;
        error.retry_after_ms = self.retry_after_ms;
        if let Some(key) = self.config_key {
            error = error.with_context("config_key", key);
        }
        error
    }
}

/// The kinds that exit codes stand for: the numbers of BSD's `sysexits.h`.
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

/// What a program that ended early without a word should have done.
fn right_end(kind: PluginKind) -> &'static str {
    match kind {
        PluginKind::Scraper => "a program ends its work with a line that says so: {\"done\": true}",
        PluginKind::Exporter => "a program goes on until it is told to finish, and answers that with {\"done\": true}",
        PluginKind::Provider | PluginKind::Cache => "a program goes on answering until its standard input ends",
    }
}

/// The error of a program that ended too early, or badly; `last_lines` are those of its standard error.
pub(crate) fn of_end(kind: PluginKind, title: &str, ended: Ended, last_lines: &[String]) -> Error {
    let error_kind = match ended.code() {
        Some(0) => ErrorKind::InvalidData,
        Some(code) => kind_of_code(code),
        None => ErrorKind::Other,
    };
    let early = if ended.is_success() { " before it was done" } else { "" };
    let mut message = format!("`{title}` {ended}{early}");
    let mut error = match last_lines {
        [] if ended.is_success() => Error::new(error_kind, message).hint(right_end(kind)),
        [] => {
            Error::new(error_kind, message).hint("it said nothing on its standard error; start it by hand to see more")
        }
        [before @ .., last] => {
            message.push_str(": ");
            message.push_str(&quoted(last));
            let error = Error::new(error_kind, message);
            if before.is_empty() { error } else { error.hint(format!("before that it said: {}", before.join(" / "))) }
        }
    };
    if let Some(code) = ended.code() {
        error = error.with_context("exit_code", code.to_string());
    }
    error
}
