//! Text of a service, prepared for an error message.

use crate::secret::Secret;

/// Returns the text in one line of at most `max_chars` characters.
pub fn one_line(text: &str, max_chars: usize) -> String {
    let mut line = String::new();
    let mut left = max_chars;
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        let gap = usize::from(!line.is_empty());
        let length = word.chars().count();
        if length + gap > left {
            line.extend(std::iter::once(' ').take(gap).chain(word.chars()).take(left));
            line.push('…');
            return line;
        }
        if gap == 1 {
            line.push(' ');
        }
        line.push_str(word);
        left -= length + gap;
    }
    line
}

/// Returns the text with `[secret]` in place of the secret.
pub fn redact(text: &str, secret: Option<&Secret>) -> String {
    match secret.map(Secret::expose) {
        Some(secret) if !secret.is_empty() => text.replace(secret, "[secret]"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_becomes_one_short_line() {
        for (text, max_chars, expected) in [
            ("one\r\n\ttwo  three ", 300, "one two three"),
            ("red\u{1b}[31m", 300, "red [31m"),
            ("one two three", 7, "one two…"),
            ("one two three", 9, "one two t…"),
            ("one two", 7, "one two"),
            ("ééééé", 3, "ééé…"),
            ("", 5, ""),
        ] {
            assert_eq!(one_line(text, max_chars), expected, "{text:?}");
        }
    }

    #[test]
    fn secrets_are_redacted() {
        let secret = Secret::new("abc");
        assert_eq!(redact("key abc is wrong: abc", Some(&secret)), "key [secret] is wrong: [secret]");
        assert_eq!(redact("abc", Some(&Secret::default())), "abc");
        assert_eq!(redact("abc", None), "abc");
    }
}
