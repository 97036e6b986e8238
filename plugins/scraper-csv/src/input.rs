//! Passes bytes to the CSV parser, limits the size of a row, and records line ends and the end of the file.

use std::io::{self, Read};

/// Passes bytes on and records facts that the parser does not report.
pub(crate) struct Input<R> {
    inner: R,
    max_row_bytes: u64,
    passed: u64,
    /// Offset of the current row, as last reported by the parser.
    pub(crate) row_start: u64,
    /// True at the end of the file.
    pub(crate) ended: bool,
    /// The last byte so far.
    pub(crate) last: Option<u8>,
    /// True if the first line ends with CR LF; `None` until its end.
    pub(crate) crlf: Option<bool>,
}

impl<R> Input<R> {
    pub(crate) fn new(inner: R, max_row_bytes: u64) -> Self {
        Self { inner, max_row_bytes, passed: 0, row_start: 0, ended: false, last: None, crlf: None }
    }

    fn record(&mut self, bytes: &[u8]) {
        if self.crlf.is_none()
            && let Some(end) = bytes.iter().position(|byte| *byte == b'\n')
        {
            let before = if end == 0 { self.last } else { bytes.get(end - 1).copied() };
            self.crlf = Some(before == Some(b'\r'));
        }
        self.last = bytes.last().copied().or(self.last);
        self.ended = bytes.is_empty();
        self.passed += bytes.len() as u64;
    }
}

impl<R: Read> Read for Input<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.passed.saturating_sub(self.row_start) > self.max_row_bytes {
            let message = format!("a row exceeds {} MiB", self.max_row_bytes >> 20);
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        let length = self.inner.read(buffer)?;
        self.record(buffer.get(..length).unwrap_or_default());
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_are_recognized_across_reads() {
        for (pieces, crlf) in [
            (vec!["a\r", "\nb\n"], Some(true)),
            (vec!["a", "\nb\r\n"], Some(false)),
            (vec!["\n"], Some(false)),
            (vec!["a\r"], None),
        ] {
            let mut input = Input::new(io::empty(), 1);
            for piece in &pieces {
                input.record(piece.as_bytes());
            }
            assert_eq!(input.crlf, crlf, "{pieces:?}");
        }
    }
}
