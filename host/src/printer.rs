//! Prints data to standard output and everything else to standard error.

use crate::diagnostic::printable;
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
}

const RED: &str = "\u{1b}[1;31m";
const YELLOW: &str = "\u{1b}[1;33m";
const CYAN: &str = "\u{1b}[1;36m";
const RESET: &str = "\u{1b}[0m";

impl Printer {
    /// Prints a line of data to standard output.
    ///
    /// # Errors
    /// When standard output is closed; commands then end without a message.
    pub fn data(self, text: impl Display) -> io::Result<()> {
        writeln!(io::stdout().lock(), "{text}")
    }

    /// Prints a line to standard error, unless quiet.
    pub fn note(self, text: impl Display) {
        if !self.quiet {
            say(&printable(&text.to_string()));
        }
    }

    /// Prints an error.
    pub fn error(self, text: impl Display) {
        say(&format!("{}: {}", self.paint(RED, "error"), printable(&text.to_string())));
    }

    /// Prints a warning, unless quiet.
    pub fn warning(self, text: impl Display) {
        if !self.quiet {
            say(&format!("{}: {}", self.paint(YELLOW, "warning"), printable(&text.to_string())));
        }
    }

    /// Prints the next step after an error.
    pub fn hint(self, text: impl Display) {
        say(&format!("{}: {}", self.paint(CYAN, "hint"), printable(&text.to_string())));
    }

    /// Prints rendered text.
    pub fn rendered(self, text: impl Display) {
        say(&text.to_string());
    }

    fn paint(self, color: &str, word: &'static str) -> Cow<'static, str> {
        if self.color { Cow::Owned(format!("{color}{word}{RESET}")) } else { Cow::Borrowed(word) }
    }
}

/// Writes to standard error, which may be closed.
fn say(text: &str) {
    drop(writeln!(io::stderr().lock(), "{text}"));
}
