//! The standard error of a program, line by line.

use std::io::{self, BufRead};

/// A longer line is cut, so that a program that never ends one cannot fill the memory.
pub const MAX_LINE_BYTES: usize = 8 << 10;

/// Hands over every line until the end; bytes that are not UTF-8 become �.
pub(crate) fn read_lines(mut input: impl BufRead, mut on_line: impl FnMut(&str)) {
    let mut line = Vec::new();
    loop {
        let chunk = match input.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            // A pipe that cannot be read has no more to say.
            Err(_) | Ok([]) => break,
            Ok(chunk) => chunk,
        };
        let end = chunk.iter().position(|byte| *byte == b'\n');
        let text = chunk.get(..end.unwrap_or(chunk.len())).unwrap_or_default();
        // One byte more than is kept tells that something was cut.
        let room = (MAX_LINE_BYTES + 1).saturating_sub(line.len());
        line.extend_from_slice(text.get(..room.min(text.len())).unwrap_or_default());
        let taken = text.len() + usize::from(end.is_some());
        input.consume(taken);
        if end.is_some() {
            hand_over(&mut line, &mut on_line);
        }
    }
    if !line.is_empty() {
        hand_over(&mut line, &mut on_line);
    }
}

fn hand_over(line: &mut Vec<u8>, on_line: &mut impl FnMut(&str)) {
    let is_cut = line.len() > MAX_LINE_BYTES;
    line.truncate(MAX_LINE_BYTES);
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end_matches('\r');
    if is_cut {
        on_line(&format!("{text}…"));
    } else {
        on_line(text);
    }
    line.clear();
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
