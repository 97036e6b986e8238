//! Lines of a program's output: text of bounded length.

use rowsmith_child::RawLine;
use std::io::BufRead;

/// Maximum length of a line, in bytes.
pub(crate) const MAX_LINE_BYTES: usize = 16 << 20;

/// Output that is not a valid line.
#[derive(Debug, PartialEq, Eq)]
pub enum InvalidLine {
    /// Longer than the maximum; the beginning.
    TooLong(String),
    /// Not UTF-8; the line with replacement characters.
    NotUtf8(String),
}

/// Reads the next line that is not blank, without its line feed. `None` at the end of the input and on a pipe error.
pub fn read_line(input: &mut impl BufRead, max_bytes: usize) -> Option<Result<String, InvalidLine>> {
    loop {
        match rowsmith_child::read_line(input, max_bytes)? {
            RawLine::Whole(line) if line.iter().all(u8::is_ascii_whitespace) => {}
            RawLine::Whole(line) => return Some(text(line)),
            RawLine::Cut(line) => return Some(Err(InvalidLine::TooLong(String::from_utf8_lossy(&line).into_owned()))),
        }
    }
}

fn text(line: Vec<u8>) -> Result<String, InvalidLine> {
    String::from_utf8(line)
        .map_err(|error| InvalidLine::NotUtf8(String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    #[test]
    fn lines_are_bounded_and_complete() {
        let bytes = b"one\r\n\n  \ntwo \xff\nlonger than ten\nrest";
        let mut input = BufReader::with_capacity(4, bytes.as_slice());
        let mut next = || read_line(&mut input, 10);
        assert_eq!(next(), Some(Ok("one\r".to_owned())));
        assert_eq!(next(), Some(Err(InvalidLine::NotUtf8("two �".to_owned()))));
        assert!(matches!(next(), Some(Err(InvalidLine::TooLong(text))) if text.starts_with("longer tha")));
        let mut rest = b"rest".as_slice();
        assert_eq!(read_line(&mut rest, 10), Some(Ok("rest".to_owned())));
        assert_eq!(read_line(&mut rest, 10), None);
    }
}
