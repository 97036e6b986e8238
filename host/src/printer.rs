//! Prints data to standard output and everything else to standard error.
//!
//! Everything passes through here: secrets are removed, and characters that control the terminal are escaped.

use crate::diagnostic::{printable, printable_but_colour, printable_json};
use crate::redact::Redactor;
use crate::settings::env;
use std::borrow::Cow;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

/// Use of colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum ColorChoice {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl ColorChoice {
    /// Returns whether standard error is coloured.
    pub fn for_stderr(self) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if env::read(env::NO_COLOR).is_some_and(|v| !v.is_empty()) => false,
            Self::Auto if env::read(env::CLICOLOR_FORCE).is_some_and(|v| v != "0") => true,
            Self::Auto => io::stderr().is_terminal() && env::read(env::TERM).is_none_or(|term| term != "dumb"),
        }
    }
}

/// Prints all output of the program.
#[derive(Debug, Clone, Copy)]
pub struct Printer {
    /// Colours standard error.
    pub color: bool,
    /// Prints errors only.
    pub quiet: bool,
    redactor: &'static Redactor,
}

const RED: &str = "\u{1b}[1;31m";
const YELLOW: &str = "\u{1b}[1;33m";
const CYAN: &str = "\u{1b}[1;36m";
const RESET: &str = "\u{1b}[0m";

impl Printer {
    /// Creates a printer. It removes the secrets that `redactor` has at the time of printing.
    pub fn new(color: bool, quiet: bool, redactor: Redactor) -> Self {
        // There is one printer for the life of the process.
        Self { color, quiet, redactor: Box::leak(Box::new(redactor)) }
    }

    /// Prints a line of data to standard output.
    ///
    /// # Errors
    /// When standard output is closed; commands then end without a message.
    pub fn data(self, text: impl Display) -> io::Result<()> {
        let text = text.to_string();
        writeln!(io::stdout().lock(), "{}", printable(&self.redactor.clean(&text)))
    }

    /// Prints a line to standard error, unless quiet.
    pub fn note(self, text: impl Display) {
        if !self.quiet {
            self.line(text);
        }
    }

    /// Prints a line to standard error.
    pub fn line(self, text: impl Display) {
        say(&self.message(&text));
    }

    /// Prints an error.
    pub fn error(self, text: impl Display) {
        say(&format!("{}: {}", self.paint(RED, "error"), self.message(&text)));
    }

    /// Prints a warning, unless quiet.
    pub fn warning(self, text: impl Display) {
        if !self.quiet {
            say(&format!("{}: {}", self.paint(YELLOW, "warning"), self.message(&text)));
        }
    }

    /// Prints the next step after an error.
    pub fn hint(self, text: impl Display) {
        say(&format!("{}: {}", self.paint(CYAN, "hint"), self.message(&text)));
    }

    /// Prints rendered text, which may be coloured.
    pub fn rendered(self, text: impl Display) {
        say(&printable_but_colour(&self.redactor.clean_message(&text.to_string())));
    }

    /// Prints JSON to standard error.
    pub fn json_line(self, json: &str) {
        say(&printable_json(&self.redactor.clean(json)));
    }

    /// Returns a text as [`Printer::note`] prints it.
    pub fn message(self, text: &dyn Display) -> String {
        printable(&self.redactor.clean_message(&text.to_string())).into_owned()
    }

    fn paint(self, color: &str, word: &'static str) -> Cow<'static, str> {
        if self.color { Cow::Owned(format!("{color}{word}{RESET}")) } else { Cow::Borrowed(word) }
    }
}

/// Writes to standard error, which may be closed.
fn say(text: &str) {
    drop(writeln!(io::stderr().lock(), "{text}"));
}
