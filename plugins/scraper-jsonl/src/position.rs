//! Positions in a file, and errors with a position.

use crate::not_json;
use rowsmith_plugin_api::input::display_name;
use rowsmith_plugin_api::prelude::*;

/// A line and a column, both from 1. Columns count bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) line: u64,
    pub(crate) column: u64,
}

impl Position {
    pub(crate) const START: Self = Self { line: 1, column: 1 };

    /// The position after these bytes.
    pub(crate) fn after(mut self, bytes: &[u8]) -> Self {
        let lines = bytes.split(|byte| *byte == b'\n').skip(1).count() as u64;
        let last = bytes.rsplit(|byte| *byte == b'\n').next().map_or(0, <[u8]>::len) as u64;
        self.column = if lines > 0 { 1 + last } else { self.column + last };
        self.line += lines;
        self
    }

    /// The position of an error in text that starts here.
    pub(crate) fn of(self, error: &serde_json::Error) -> Self {
        let (line, column) = (error.line() as u64, error.column() as u64);
        match line {
            0 => self,
            1 => Self { line: self.line, column: self.column + column.saturating_sub(1) },
            _ => Self { line: self.line + line - 1, column },
        }
    }

    /// An error at this position of a file.
    pub(crate) fn invalid(self, path: &str, problem: &str) -> Error {
        let Self { line, column } = self;
        Error::new(ErrorKind::InvalidData, format!("line {line}, column {column} of {}: {problem}", display_name(path)))
            .with_context("path", path)
            .with_context("line", line.to_string())
            .with_context("column", column.to_string())
    }
}

/// The error of a text that starts at `position` and that the parser rejects. `expected` starts its message.
pub(crate) fn rejected(position: Position, path: &str, text: &str, error: &serde_json::Error, expected: &str) -> Error {
    if let Some(finding) = not_json::find(text) {
        let position = position.after(text.as_bytes().get(..finding.at).unwrap_or_default());
        return position.invalid(path, &format!("{expected}: {}", finding.problem)).hint(finding.hint);
    }
    let rejected = position.of(error).invalid(path, &format!("{expected}: {}", syntax_error(error)));
    if error.is_eof() { rejected.with_context("incomplete", "true") } else { rejected }
}

/// The message of a parser, without its position, which is relative to the parsed text.
fn syntax_error(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or_else(|| text.clone(), |(message, _)| message.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_counted() {
        for (bytes, line, column) in [("", 3, 5), ("ab", 3, 7), ("ab\n", 4, 1), ("\n\nabc", 5, 4)] {
            let position = Position { line: 3, column: 5 }.after(bytes.as_bytes());
            assert_eq!(position, Position { line, column }, "{bytes:?}");
        }
    }
}
