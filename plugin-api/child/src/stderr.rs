//! The standard error of a program, line by line.

use crate::lines::{RawLine, read_line};
use std::io::BufRead;

/// A longer line is cut, so that a program that never ends one cannot fill the memory.
pub const MAX_LINE_BYTES: usize = 8 << 10;

/// Hands over every line until the end; bytes that are not UTF-8 become �.
pub(crate) fn read_lines(mut input: impl BufRead, mut on_line: impl FnMut(&str)) {
    while let Some(line) = read_line(&mut input, MAX_LINE_BYTES) {
        match line {
            RawLine::Whole(line) => on_line(String::from_utf8_lossy(&line).trim_end_matches('\r')),
            RawLine::Cut(line) => {
                on_line(&format!("{}…", String::from_utf8_lossy(&line)));
                // A pipe that cannot be read has no more to say, which the next line shows.
                drop(input.skip_until(b'\n'));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    fn lines(bytes: &[u8]) -> Vec<String> {
        let mut found = Vec::new();
        // A tiny buffer, so that lines are put together from pieces.
        read_lines(BufReader::with_capacity(3, bytes), |line| found.push(line.to_owned()));
        found
    }

    #[test]
    fn lines_come_whole() {
        assert_eq!(lines(b"first\r\n\nthird \xff\nno end"), ["first", "", "third �", "no end"]);
        assert_eq!(lines(b""), Vec::<String>::new());
    }

    #[test]
    fn a_line_without_end_is_cut() {
        let mut bytes = vec![b'x'; MAX_LINE_BYTES];
        bytes.extend_from_slice(b"\nnext\n");
        assert_eq!(lines(&bytes), ["x".repeat(MAX_LINE_BYTES), "next".to_owned()]);
        bytes.insert(0, b'x');
        assert_eq!(lines(&bytes), [format!("{}…", "x".repeat(MAX_LINE_BYTES)), "next".to_owned()]);
    }
}
