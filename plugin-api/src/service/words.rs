//! A service's own words, made fit for an error message.

use crate::secret::Secret;

/// The text in one line and at most so many characters.
pub fn words_of(text: &str, most_chars: usize) -> String {
    let mut line = String::new();
    let mut left = most_chars;
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

/// The text without a secret, should the service have repeated it.
pub fn without_secret(text: &str, secret: Option<&Secret>) -> String {
    match secret.map(Secret::expose) {
        Some(secret) if !secret.is_empty() => text.replace(secret, "[secret]"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_one_short_line() {
        for (text, most, expected) in [
            ("one\r\n\ttwo  three ", 300, "one two three"),
            ("red\u{1b}[31m", 300, "red [31m"),
            ("one two three", 7, "one two…"),
            ("one two three", 9, "one two t…"),
            ("one two", 7, "one two"),
            ("ééééé", 3, "ééé…"),
            ("", 5, ""),
        ] {
            assert_eq!(words_of(text, most), expected, "{text:?}");
        }
    }

    #[test]
    fn a_repeated_secret_is_taken_out() {
        let secret = Secret::new("abc");
        assert_eq!(without_secret("key abc is wrong: abc", Some(&secret)), "key [secret] is wrong: [secret]");
        assert_eq!(without_secret("abc", Some(&Secret::default())), "abc");
        assert_eq!(without_secret("abc", None), "abc");
    }
}
