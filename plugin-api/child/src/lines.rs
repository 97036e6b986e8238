//! Lines of bounded length from a pipe.

use std::io::{BufRead, Read as _};

/// A line of bytes.
#[derive(Debug, PartialEq, Eq)]
pub enum RawLine {
    /// A complete line without its line feed. The last line of the input may have none.
    Whole(Vec<u8>),
    /// The beginning of a line that exceeds the maximum. One further byte is consumed.
    Cut(Vec<u8>),
}

/// Reads the next line, at most `max_bytes` of it. `None` at the end of the input and on an error of the pipe.
pub fn read_line(input: &mut impl BufRead, max_bytes: usize) -> Option<RawLine> {
    let mut line = Vec::new();
    // One byte more than the maximum: the line feed, or the proof that the line is too long.
    let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX).saturating_add(1);
    let outcome = input.take(limit).read_until(b'\n', &mut line);
    if line.pop_if(|last| *last == b'\n').is_some() {
        return Some(RawLine::Whole(line));
    }
    if line.len() > max_bytes {
        line.truncate(max_bytes);
        return Some(RawLine::Cut(line));
    }
    // The bytes before an error are the last line.
    drop(outcome);
    if line.is_empty() { None } else { Some(RawLine::Whole(line)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{self, BufReader, Read};

    /// Fails after its bytes.
    struct FailingReader(&'static [u8]);

    impl Read for FailingReader {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buffer) {
                Ok(0) => Err(io::Error::other("broken")),
                read => read,
            }
        }
    }

    fn whole(text: &str) -> RawLine {
        RawLine::Whole(text.as_bytes().to_vec())
    }

    #[test]
    fn lines_are_complete_up_to_the_maximum() {
        // A small buffer, so that lines span several reads.
        let mut input = BufReader::with_capacity(3, b"first\r\n\nten bytes.\neleven byte\nrest".as_slice());
        let mut next = || read_line(&mut input, 10);
        assert_eq!(next(), Some(whole("first\r")));
        assert_eq!(next(), Some(whole("")));
        assert_eq!(next(), Some(whole("ten bytes.")));
        assert_eq!(next(), Some(RawLine::Cut(b"eleven byt".to_vec())));
        assert_eq!(next(), Some(whole("")), "one further byte is consumed");
        assert_eq!(next(), Some(whole("rest")));
        assert_eq!(next(), None);
    }

    #[test]
    fn bytes_before_an_error_are_a_line() {
        let mut input = BufReader::new(FailingReader(b"one\ntwo"));
        assert_eq!(read_line(&mut input, 10), Some(whole("one")));
        assert_eq!(read_line(&mut input, 10), Some(whole("two")));
        assert_eq!(read_line(&mut input, 10), None);
    }
}
