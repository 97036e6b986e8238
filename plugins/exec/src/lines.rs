//! Lines of a bounded length, from a pipe.

use std::io::{self, BufRead};

/// The longest line that a program may send.
pub(crate) const MAX_LINE_BYTES: usize = 16 << 20;

/// What came instead of a line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BadLine {
    /// It is longer than allowed; its beginning.
    TooLong(String),
    /// It is not UTF-8; its beginning.
    NotUtf8(String),
}

/// Reads the next line that is not empty, without its end. `None` at the end of the input, which an error of the pipe
/// counts as as well.
pub(crate) fn read_line(input: &mut impl BufRead, max_bytes: usize) -> Option<Result<String, BadLine>> {
    let mut line = Vec::new();
    loop {
        let chunk = match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) | Ok([]) => return if line.is_empty() { None } else { Some(text(line)) },
            Ok(chunk) => chunk,
        };
        let end = chunk.iter().position(|byte| *byte == b'\n');
        let part = chunk.get(..end.unwrap_or(chunk.len())).unwrap_or_default();
        if line.len() + part.len() > max_bytes {
            line.extend_from_slice(part);
            return Some(Err(BadLine::TooLong(String::from_utf8_lossy(&line).into_owned())));
        }
        line.extend_from_slice(part);
        let taken = part.len() + usize::from(end.is_some());
        input.consume(taken);
        if end.is_some() {
            if line.iter().all(u8::is_ascii_whitespace) {
                line.clear();
            } else {
                return Some(text(line));
            }
        }
    }
}

fn text(line: Vec<u8>) -> Result<String, BadLine> {
    String::from_utf8(line).map_err(|error| BadLine::NotUtf8(String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    #[test]
    fn lines_are_bounded_and_whole() {
        let bytes = b"one\r\n\n  \ntwo \xff\nlonger than ten\nrest";
        let mut input = BufReader::with_capacity(4, bytes.as_slice());
        let mut next = || read_line(&mut input, 10);
        assert_eq!(next(), Some(Ok("one\r".to_owned())));
        assert_eq!(next(), Some(Err(BadLine::NotUtf8("two �".to_owned()))));
        assert!(matches!(next(), Some(Err(BadLine::TooLong(text))) if text.starts_with("longer tha")));
        let mut rest = b"rest".as_slice();
        assert_eq!(read_line(&mut rest, 10), Some(Ok("rest".to_owned())));
        assert_eq!(read_line(&mut rest, 10), None);
    }
}
