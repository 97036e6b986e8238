//! The end of a process: its exit code and its output.

use serde_json::Value;
use std::path::Path;
use std::process::ExitStatus;

/// Paths of this machine and the words that replace them in outputs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Redactions(Vec<(String, &'static str)>);

impl Redactions {
    pub(crate) fn with(mut self, word: &'static str, path: &Path) -> Self {
        self.0.push((path.display().to_string(), word));
        self
    }

    pub(crate) fn apply(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (path, word)| text.replace(path, word))
    }
}

/// The end of a process.
///
/// Paths of this machine are replaced by words: `DIR` (the sandbox), `PLUGINS`, `TEST-PLUGINS`, `PROGRAM`, `PROGRAMS` (its
/// folder) and `CHECKOUT`.
#[derive(Debug)]
pub struct Output {
    /// The arguments, joined by spaces.
    pub arguments: String,
    /// The exit status of the process.
    pub status: ExitStatus,
    /// The text of the standard output.
    pub stdout: String,
    /// The text of the standard error.
    pub stderr: String,
}

impl Output {
    /// Returns the exit code. A signal counts as 128 plus its number, as in a shell.
    #[track_caller]
    pub fn code(&self) -> i32 {
        self.status.code().or_else(|| Some(128 + signal(self.status)?)).unwrap()
    }

    /// Asserts the exit code.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "most callers want the assertion only")]
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(self.code(), code, "exit code\nstdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// Parses the standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in:\n{}", self.stdout))
    }

    /// Returns the errors, warnings, notes and hints of the standard error, without the summary of a run.
    pub fn messages(&self) -> String {
        let is_message = |line: &&str| {
            ["error", "warning", "note", "hint", "help"].iter().any(|word| {
                let rest = line.trim_start().strip_prefix(word);
                rest.is_some_and(|rest| rest.starts_with([':', '[']))
            })
        };
        self.stderr.lines().filter(is_message).flat_map(|line| [line, "\n"]).collect()
    }
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}
