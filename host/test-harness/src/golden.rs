//! Texts that users read, kept in files.

use crate::build::checkout;
use crate::output::Output;
use regex::Regex;
use snapbox::assert::Action;
use snapbox::data::DataFormat;
use snapbox::{Assert, Data, Redactions};
use std::fmt::Write as _;

/// The environment variable that selects what happens to a difference: `overwrite` updates the file.
const ACTION: &str = "SNAPSHOTS";

/// Named texts that are compared with one file of `host/tests/golden`.
///
/// One test owns one file. `SNAPSHOTS=overwrite` updates it; read the difference before you commit it.
#[derive(Debug)]
pub struct Golden {
    name: &'static str,
    text: String,
}

impl Golden {
    /// Starts the texts of the file `name`.txt.
    pub fn new(name: &'static str) -> Self {
        Self { name, text: String::new() }
    }

    /// Adds a text under a heading. Spaces at the end of lines are dropped.
    pub fn add(&mut self, heading: &str, text: &str) {
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        let text = lines.join("\n");
        let text = text.trim_end();
        writeln!(self.text, "==== {heading}").unwrap();
        writeln!(self.text, "{}", if text.is_empty() { "(no text)\n".to_owned() } else { format!("{text}\n") })
            .unwrap();
    }

    /// Adds the command line, exit code and texts of a process.
    pub fn record(&mut self, output: &Output) {
        let mut text = String::new();
        for (name, stream) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
            if !stream.is_empty() {
                writeln!(text, "-- {name}\n{}", stream.trim_end()).unwrap();
            }
        }
        self.add(&format!("rowsmith {} (exit {})", output.arguments, output.code()), &text);
    }

    /// Compares all texts with the file and shows the difference.
    #[track_caller]
    pub fn check(self) {
        let path = checkout().join("host/tests/golden").join(self.name).with_extension("txt");
        let expected = Data::read_from(&path, Some(DataFormat::Text));
        let check = Assert::new().action_env(ACTION).normalize_paths(false).redact_with(redactions());
        check.eq(Data::text(self.text), expected);
    }
}

/// Returns the difference between a text and its expected form; none if they match.
///
/// In the expected form, a line `...` matches any number of lines and `[..]` any text in a line.
pub fn difference(text: &str, expected: &str) -> Option<String> {
    let (text, expected) = (Data::text(text), Data::text(expected));
    let difference = Assert::new().action(Action::Verify).normalize_paths(false).try_eq(None, text, expected);
    difference.err().map(|difference| difference.to_string())
}

/// Returns the patterns of values that differ between runs and versions.
fn redactions() -> Redactions {
    let mut redactions = Redactions::new();
    for (placeholder, pattern) in [
        ("[HASH]", r"\b([0-9a-f]{64}|[0-9a-f]{12})\b"),
        ("[TIME]", r"\b\d+\.\d+ s\b"),
        ("[VERSION]", concat!(r"\b", env!("CARGO_PKG_VERSION"), r"\b")),
        ("[LOCATION]", r"[\w./-]+\.rs:\d+:\d+"),
        ("[ADDRESS]", r"127\.0\.0\.1:\d{4,5}\b"),
    ] {
        let pattern = Regex::new(pattern).unwrap();
        redactions.insert(placeholder, pattern).unwrap();
    }
    redactions
}
