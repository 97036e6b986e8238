//! Lines of a bounded length, from a pipe.

use std::io::{BufRead, Read as _};

/// A line as it came.
#[derive(Debug, PartialEq, Eq)]
pub enum RawLine {
    /// A whole line without its line feed; the last one of the input may have had none.
    Whole(Vec<u8>),
    /// The beginning of a line that is longer than allowed. Its rest, but for one byte, has not been read.
    Cut(Vec<u8>),
}

/// Reads the next line, of which it takes `max_bytes` at most. `None` at the end of the input; a pipe that cannot be read
/// any more has come to its end as well.
pub fn read_line(input: &mut impl BufRead, max_bytes: usize) -> Option<RawLine> {
    let mut line = Vec::new();
    // One byte more than is kept: the line feed, or what tells that the line is too long.
    let limit = u64::try_from(max_bytes).unwrap_or(u64::MAX).saturating_add(1);
    let outcome = input.take(limit).read_until(b'\n', &mut line);
    if line.pop_if(|last| *last == b'\n').is_some() {
        return Some(RawLine::Whole(line));
    }
    if line.len() > max_bytes {
        line.truncate(max_bytes);
        return Some(RawLine::Cut(line));
    }
    // What came before an error is the last line.
    drop(outcome);
    if line.is_empty() { None } else { Some(RawLine::Whole(line)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{self, BufReader, Read};

    /// Breaks off after what it has.
    struct Breaks(&'static [u8]);

    impl Read for Breaks {
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
    fn lines_are_whole_up_to_the_limit() {
        // A tiny buffer, so that lines are put together from pieces.
        let mut input = BufReader::with_capacity(3, b"first\r\n\nten bytes.\neleven byte\nrest".as_slice());
        let mut next = || read_line(&mut input, 10);
        assert_eq!(next(), Some(whole("first\r")));
        assert_eq!(next(), Some(whole("")));
        assert_eq!(next(), Some(whole("ten bytes.")));
        assert_eq!(next(), Some(RawLine::Cut(b"eleven byt".to_vec())));
        assert_eq!(next(), Some(whole("")), "the byte that showed that it is too long is gone");
        assert_eq!(next(), Some(whole("rest")));
        assert_eq!(next(), None);
    }

    #[test]
    fn what_came_before_a_pipe_broke_is_a_line() {
        let mut input = BufReader::new(Breaks(b"one\ntwo"));
        assert_eq!(read_line(&mut input, 10), Some(whole("one")));
        assert_eq!(read_line(&mut input, 10), Some(whole("two")));
        assert_eq!(read_line(&mut input, 10), None);
    }
}
