//! The standard error of a program, line by line.

use crate::lines::{RawLine, read_line};
use std::io::BufRead;

/// Maximum length of a line, in bytes. Longer lines are cut, which bounds memory.
pub const MAX_LINE_BYTES: usize = 8 << 10;

/// Calls `on_line` for every line; bytes that are not UTF-8 become �.
pub(crate) fn read_lines(mut input: impl BufRead, mut on_line: impl FnMut(&str)) {
    while let Some(line) = read_line(&mut input, MAX_LINE_BYTES) {
        match line {
            RawLine::Whole(line) => on_line(String::from_utf8_lossy(&line).trim_end_matches('\r')),
            RawLine::Cut(line) => {
                on_line(&format!("{}…", String::from_utf8_lossy(&line)));
                // The next read reports an error of the pipe.
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
        let mut lines = Vec::new();
        // A small buffer, so that lines span several reads.
        read_lines(BufReader::with_capacity(3, bytes), |line| lines.push(line.to_owned()));
        lines
    }

    #[test]
    fn lines_are_complete() {
        assert_eq!(lines(b"first\r\n\nthird \xff\nno end"), ["first", "", "third �", "no end"]);
        assert_eq!(lines(b""), Vec::<String>::new());
    }

    #[test]
    fn long_lines_are_cut() {
        let mut bytes = vec![b'x'; MAX_LINE_BYTES];
        bytes.extend_from_slice(b"\nnext\n");
        assert_eq!(lines(&bytes), ["x".repeat(MAX_LINE_BYTES), "next".to_owned()]);
        bytes.insert(0, b'x');
        assert_eq!(lines(&bytes), [format!("{}…", "x".repeat(MAX_LINE_BYTES)), "next".to_owned()]);
    }
}
