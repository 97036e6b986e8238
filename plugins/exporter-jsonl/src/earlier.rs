//! Reads the end of an existing file to which rows are appended.

use rowsmith_plugin_api::prelude::*;
use std::io::{Read, Seek, SeekFrom};

/// Bytes that are read first; a longer last line is read with more.
const TAIL_BYTES: u64 = 64 * 1024;

/// Returns true if the last line has no end. A last line that is cut off is refused, because the first new row would become
/// part of it.
pub(crate) fn is_open<F: Read + Seek>(file: &mut F) -> Result<bool> {
    let line = last_line(file)?;
    if line.trim_ascii().is_empty() {
        return Ok(false);
    }
    match serde_json::from_slice::<Value>(&line) {
        Ok(_) => Ok(true),
        Err(error) => Err(Error::new(ErrorKind::InvalidData, format!("its last line is not complete JSON: {error}"))
            .hint("remove that line, name another `path`, or set `if_exists = \"replace\"`")),
    }
}

/// Returns the bytes behind the last line feed.
fn last_line<F: Read + Seek>(file: &mut F) -> Result<Vec<u8>> {
    let len = file.seek(SeekFrom::End(0))?;
    let mut tail_bytes = TAIL_BYTES;
    loop {
        let start = len.saturating_sub(tail_bytes);
        file.seek(SeekFrom::Start(start))?;
        let mut tail = Vec::new();
        file.by_ref().take(len - start).read_to_end(&mut tail)?;
        match tail.iter().rposition(|byte| *byte == b'\n') {
            Some(end) => return Ok(tail.split_off(end + 1)),
            None if start == 0 => return Ok(tail),
            None => tail_bytes = tail_bytes.saturating_mul(4),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    #[test]
    fn the_last_line_is_complete_or_refused() {
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(300_000));
        let cases = [
            ("{}\n".to_owned(), Some(false)),
            ("{}\n{\"a\":1}".to_owned(), Some(true)),
            ("{}\n \t".to_owned(), Some(false)),
            ("{\"a\"".to_owned(), None),
            ("{}\n{\"a\":tru".to_owned(), None),
            (format!("{{}}\n{long}"), Some(true)),
            (long, Some(true)),
        ];
        for (text, expected) in cases {
            let found = is_open(&mut Cursor::new(&text));
            assert_eq!(found.as_ref().ok().copied(), expected, "{}", text.get(..40).unwrap_or(&text));
            assert!(found.is_ok() || found.unwrap_err().kind == ErrorKind::InvalidData);
        }
    }
}
