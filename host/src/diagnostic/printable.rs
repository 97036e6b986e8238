//! Keeps control characters of foreign text away from the terminal.
//!
//! A config, a plugin or an environment variable may hold escape sequences, or marks that turn the direction of
//! writing; shown raw they could rewrite what the reader believes to see.

use std::borrow::Cow;

use super::Span;

/// `text` with every character that could steer a terminal shown as `\u{..}`. Line breaks stay.
pub fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, is_steering)
}

/// As [`printable`], but leaves the escape character alone: for text that was coloured after its own were escaped.
pub fn printable_but_colour(text: &str) -> Cow<'_, str> {
    escaped(text, |character| is_steering(character) && character != '\u{1b}')
}

fn escaped(text: &str, must_go: fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(must_go) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if must_go(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// `text` made harmless without moving one byte, so that spans stay right: what could steer the terminal is replaced
/// by a mark of the same length, and what lies in `hidden` by stars.
///
/// Tabs, carriage returns and the other ASCII control characters stay, because the renderer shows them itself.
pub(super) fn harmless_source<'a>(text: &'a str, hidden: &[&Span]) -> Cow<'a, str> {
    let must_go = |character: char| is_steering(character) && !character.is_ascii();
    if hidden.is_empty() && !text.chars().any(must_go) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    for (offset, character) in text.char_indices() {
        if character != '\n' && hidden.iter().any(|span| span.contains(&offset)) {
            (0..character.len_utf8()).for_each(|_| shown.push('*'));
        } else if must_go(character) {
            // These marks are as long in UTF-8 as what they stand for; no steering character needs four bytes.
            shown.push(if character.len_utf8() == 2 { '\u{bf}' } else { '\u{fffd}' });
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

fn is_steering(character: char) -> bool {
    (character.is_control() && character != '\n' && character != '\t')
        || matches!(character,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::{harmless_source, printable, printable_but_colour};

    #[test]
    fn shows_steering_characters_as_escapes() {
        let cases = [
            ("plain", "a key", "a key"),
            ("line break and tab stay", "a\n\tb", "a\n\tb"),
            ("escape sequence", "a\u{1b}[31mb", "a\\u{1b}[31mb"),
            ("eight-bit control", "\u{9b}2J", "\\u{9b}2J"),
            ("right-to-left override", "a\u{202e}b", "a\\u{202e}b"),
        ];
        for (name, text, wanted) in cases {
            assert_eq!(printable(text), wanted, "{name}");
        }
    }

    #[test]
    fn colours_stay_where_they_are_ours() {
        assert_eq!(
            printable_but_colour("\u{1b}[31ma\u{202e}\u{7}\u{1b}[0m\n"),
            "\u{1b}[31ma\\u{202e}\\u{7}\u{1b}[0m\n"
        );
    }

    #[test]
    fn keeps_every_offset() {
        let text = "a\u{9b}b\u{202e}c\u{feff}\u{1b} \u{e9}secret\nx";
        let start = text.find('\u{e9}').unwrap();
        let hidden = start..text.len();
        let shown = harmless_source(text, &[&hidden]);
        assert_eq!(shown.len(), text.len());
        assert_eq!(shown, "a\u{bf}b\u{fffd}c\u{fffd}\u{1b} ********\n*");
    }
}
