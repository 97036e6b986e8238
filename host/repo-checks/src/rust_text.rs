//! Splits Rust source into code, comments and string literals.

/// The kind of a piece of source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Everything else.
    Code,
    /// A comment that is no documentation.
    Comment,
    /// One line of documentation: `///` or `//!`.
    Doc,
    /// A string literal with its quotes.
    Literal,
}

/// A piece of source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'a> {
    /// The kind.
    pub kind: Kind,
    /// The line of its first character, counted from 1.
    pub line: usize,
    /// The text.
    pub text: &'a str,
}

/// Splits a file. The texts of all pieces are the whole file.
pub fn pieces(source: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let (mut rest, mut line) = (source, 1);
    while !rest.is_empty() {
        let code = code_length(rest);
        let (kind, length) = if code > 0 { (Kind::Code, code) } else { special(rest) };
        let (text, after) = rest.split_at(length);
        found.push(Piece { kind, line, text });
        line += text.matches('\n').count();
        rest = after;
    }
    found
}

/// Returns the part of a file before its inline tests.
pub fn without_tests(source: &str) -> &str {
    source.split_once("\n#[cfg(test)]\nmod ").map_or(source, |(product, _)| product)
}

/// Returns the number of bytes before the next comment or string literal.
fn code_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'/' if matches!(bytes.get(at + 1), Some(b'/' | b'*')) => return at,
            b'"' => return at,
            b'r' if raw_string(text, at).is_some() => return at,
            b'\'' => at += quoted_character(&bytes[at..]),
            _ => at += 1,
        }
    }
    at
}

/// Returns the length of a character literal, or 1 for the quote of a lifetime.
fn quoted_character(bytes: &[u8]) -> usize {
    let is_escape = bytes.get(1) == Some(&b'\\');
    let end = bytes.iter().skip(if is_escape { 3 } else { 2 }).take(10).position(|byte| *byte == b'\'');
    match end {
        Some(end) if is_escape => end + 4,
        // A character takes up to four bytes; `'a, 'b` are lifetimes.
        Some(end) if end == 0 || bytes.get(1).is_some_and(|byte| !byte.is_ascii()) && end < 4 => end + 3,
        _ => 1,
    }
}

/// Returns the number of `#` of a raw string that begins at `at`.
fn raw_string(text: &str, at: usize) -> Option<usize> {
    let (before, from) = (text.get(..at)?, text.get(at + 1..)?);
    let before = before.strip_suffix(['b', 'c']).unwrap_or(before);
    if before.ends_with(|c: char| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let marks = from.bytes().take_while(|byte| *byte == b'#').count();
    (from.as_bytes().get(marks) == Some(&b'"')).then_some(marks)
}

/// Returns the kind and length of the comment or literal that the text begins with.
fn special(text: &str) -> (Kind, usize) {
    if text.starts_with("//") {
        let length = text.find('\n').unwrap_or(text.len());
        let is_doc = text.starts_with("//!") || text.starts_with("///") && !text.starts_with("////");
        return (if is_doc { Kind::Doc } else { Kind::Comment }, length);
    }
    if text.starts_with("/*") {
        return (Kind::Comment, block_length(text));
    }
    if let Some(marks) = raw_string(text, 0) {
        let end = format!("\"{}", "#".repeat(marks));
        let start = marks + 2;
        let length = text.get(start..).and_then(|inner| inner.find(&end)).map(|at| start + at + end.len());
        return (Kind::Literal, length.unwrap_or(text.len()));
    }
    (Kind::Literal, string_length(text))
}

fn block_length(text: &str) -> usize {
    let (mut at, mut depth) = (2, 1);
    while depth > 0 {
        let Some(rest) = text.get(at..) else { return text.len() };
        match (rest.find("/*"), rest.find("*/")) {
            (Some(open), Some(close)) if open < close => (at, depth) = (at + open + 2, depth + 1),
            (_, Some(close)) => (at, depth) = (at + close + 2, depth - 1),
            _ => return text.len(),
        }
    }
    at
}

fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::{Kind, Piece, pieces, without_tests};

    fn kinds(source: &str) -> Vec<(Kind, &str)> {
        pieces(source).into_iter().map(|Piece { kind, text, .. }| (kind, text)).collect()
    }

    #[test]
    fn comments_literals_and_code_are_told_apart() {
        let source = "//! Doc.\nuse a; // note\nlet s = \"x // \\\" y\"; let r = r#\"a \"b\" c\"#;\n/// Item.\n";
        let expected = [
            (Kind::Doc, "//! Doc."),
            (Kind::Code, "\nuse a; "),
            (Kind::Comment, "// note"),
            (Kind::Code, "\nlet s = "),
            (Kind::Literal, "\"x // \\\" y\""),
            (Kind::Code, "; let r = "),
            (Kind::Literal, "r#\"a \"b\" c\"#"),
            (Kind::Code, ";\n"),
            (Kind::Doc, "/// Item."),
            (Kind::Code, "\n"),
        ];
        assert_eq!(kinds(source), expected);
    }

    #[test]
    fn quotes_of_characters_and_lifetimes_begin_no_string() {
        for source in ["'\"'", "b'\"'", "'\\''", "fn f<'a>(x: &'a str)", "'é'", "let r = for_r;", "/* a /* b */ c */"]
        {
            assert!(!kinds(source).iter().any(|(kind, _)| *kind == Kind::Literal), "{source}");
        }
    }

    #[test]
    fn pieces_name_their_lines() {
        let lines: Vec<usize> = pieces("a\n\n// b\n\"c\nd\" // e").iter().map(|piece| piece.line).collect();
        assert_eq!(lines, [1, 3, 3, 4, 5, 5]);
    }

    #[test]
    fn inline_tests_are_cut_off() {
        assert_eq!(without_tests("fn a() {}\n\n#[cfg(test)]\nmod tests {}\n"), "fn a() {}\n");
        assert_eq!(without_tests("fn a() {}\n"), "fn a() {}\n");
    }
}
