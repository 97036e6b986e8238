//! Reads the output of a program that is a plugin.
//!
//! Properties: reading ends; lines are bounded; the error of a line is one line of bounded length.

use rowsmith_exec::{Line, Message, parse, read_line};
use std::io::BufReader;

/// Maximum bytes of a line.
const MAX_BYTES: usize = 4_096;
/// Maximum characters of an error, which has an excerpt of the line.
const MAX_ERROR_CHARS: usize = 1_000;

/// Runs the target.
pub(crate) fn run(bytes: &[u8]) {
    // A small buffer splits lines at many places.
    let mut input = BufReader::with_capacity(7, bytes);
    let mut lines = 0;
    while let Some(line) = read_line(&mut input, MAX_BYTES) {
        lines += 1;
        assert!(lines <= bytes.len(), "more lines than bytes");
        let Ok(line) = line else { continue };
        assert!(line.len() <= MAX_BYTES, "a line of {} bytes", line.len());
        match parse("program", &line) {
            Ok(Line::Message(Message::Row(row))) => {
                assert!(line.contains(row.get()), "a row that is not in its line");
            }
            Ok(_) => {}
            Err(error) => {
                assert!(error.message.chars().count() <= MAX_ERROR_CHARS, "{}", error.message);
                assert!(!error.message.contains('\n'), "{:?}", error.message);
            }
        }
    }
}
