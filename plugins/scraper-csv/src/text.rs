//! The text of the file from the current row on. Memory is bounded by the longest row.

use crate::parse::after_line;
use memchr::{memchr_iter, memchr2};
use rowsmith_plugin_api::input::Bytes;
use std::io::{self, Read};

/// Size of the first buffer, and of the text that is checked before the first row.
pub(crate) const BUFFER_BYTES: usize = 128 * 1024;

/// A buffered source of text.
pub(crate) struct Text {
    source: Bytes,
    buffer: Vec<u8>,
    /// The filled part of the buffer that is not consumed.
    start: usize,
    end: usize,
    is_last: bool,
    /// True for a source that may pause, such as a pipe; its rows are not held until the buffer is full.
    is_live: bool,
    max_row_bytes: usize,
    /// Lines before `counted`. Lines are counted for a whole buffer at once, or when an error needs them.
    lines: u64,
    counted: usize,
}

impl Text {
    pub(crate) fn new(source: Bytes, max_row_bytes: usize, is_live: bool) -> Self {
        let buffer = vec![0; BUFFER_BYTES];
        Self { source, buffer, start: 0, end: 0, is_last: false, is_live, max_row_bytes, lines: 0, counted: 0 }
    }

    /// The buffered text.
    pub(crate) fn rest(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// Returns whether the file ends with the buffered text.
    pub(crate) fn is_last(&self) -> bool {
        self.is_last
    }

    /// The line of the first byte that is not consumed, from 1.
    pub(crate) fn line(&self) -> u64 {
        1 + self.lines + line_ends(self.buffer.get(self.counted..self.start).unwrap_or_default())
    }

    /// Consumes bytes.
    pub(crate) fn consume(&mut self, length: usize) {
        self.start += length.min(self.end - self.start);
    }

    /// Reads until the buffer is full, a larger one if it was full. A live source is read once.
    ///
    /// # Errors
    /// Errors of the source, and [`io::ErrorKind::FileTooLarge`] if the buffered text exceeds the maximum row.
    pub(crate) fn fill(&mut self) -> io::Result<()> {
        self.lines = self.line() - 1;
        self.buffer.copy_within(self.start..self.end, 0);
        self.counted = 0;
        self.end -= self.start;
        self.start = 0;
        if self.end > self.max_row_bytes {
            let message = format!("a row exceeds {} MiB", self.max_row_bytes >> 20);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        if self.end == self.buffer.len() {
            self.buffer.resize(self.buffer.len() * 2, 0);
        }
        while !self.is_last && self.end < self.buffer.len() {
            match self.source.read(self.buffer.get_mut(self.end..).unwrap_or_default()) {
                Ok(0) => self.is_last = true,
                Ok(length) => {
                    self.end += length;
                    if self.is_live {
                        break;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Consumes a line; false if there is none.
    pub(crate) fn skip_line(&mut self) -> io::Result<bool> {
        loop {
            let rest = self.rest();
            let end = memchr2(b'\n', b'\r', rest).and_then(|at| after_line(rest, at, self.is_last));
            match end {
                Some(length) => self.consume(length),
                None if self.is_last => {
                    let length = rest.len();
                    self.consume(length);
                    return Ok(length > 0);
                }
                None => {
                    self.fill()?;
                    continue;
                }
            }
            return Ok(true);
        }
    }
}

/// Number of line ends as an editor counts them: LF, CR LF, and CR alone.
pub(crate) fn line_ends(text: &[u8]) -> u64 {
    let feeds = memchr_iter(b'\n', text).count();
    let returns = memchr_iter(b'\r', text).filter(|at| text.get(at + 1) != Some(&b'\n')).count();
    (feeds + returns) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_are_those_of_an_editor() {
        for (text, lines) in [("", 0), ("a\nb\n", 2), ("a\r\nb\r\n", 2), ("a\rb\r", 2), ("\r\r\n\n", 3)] {
            assert_eq!(line_ends(text.as_bytes()), lines, "{text:?}");
        }
    }

    #[test]
    fn lines_are_skipped_with_any_end() {
        for text in ["a\nb", "a\r\nb", "a\rb"] {
            let mut input = Text::new(Box::new(io::Cursor::new(text.to_owned())), 1 << 20, false);
            assert!(input.skip_line().unwrap(), "{text:?}");
            assert_eq!((input.rest(), input.line()), (&b"b"[..], 2), "{text:?}");
            assert!(input.skip_line().unwrap() && !input.skip_line().unwrap(), "{text:?}");
        }
    }
}
