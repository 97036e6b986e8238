//! Escapes control characters of untrusted text.
//!
//! A config, a plugin or an environment variable can contain escape sequences or marks that change the direction of
//! writing. Printed unchanged, they could alter the displayed text.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::Span;
use rowsmith_plugin_api::text::is_invisible;

/// Escapes every terminal control character of `text` as `\u{..}`. Line breaks and tabs stay.
pub fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, is_control_character)
}

/// Escapes like [`printable`], except the escape character: for text that was coloured after it was escaped.
pub fn printable_but_colour(text: &str) -> Cow<'_, str> {
    escaped(text, |character| is_control_character(character) && character != '\u{1b}')
}

/// Escapes like [`printable`] inside of JSON: the escapes are those of JSON, so that the data stays the same.
pub fn printable_json(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_control_character) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_control_character(character) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(shown, "\\u{unit:04x}").unwrap_or_default();
            }
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

fn escaped(text: &str, is_escaped: fn(char) -> bool) -> Cow<'_, str> {
    if !text.chars().any(is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_escaped(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

/// Replaces control characters with marks of the same length and the spans in `hidden` with stars, so that all byte
/// offsets stay valid.
///
/// ASCII control characters stay, because the renderer replaces them.
pub(super) fn same_length_source<'a>(text: &'a str, hidden: &[&Span]) -> Cow<'a, str> {
    let is_escaped = |character: char| is_control_character(character) && !character.is_ascii();
    if hidden.is_empty() && !text.chars().any(is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut hidden: Vec<&Span> = hidden.to_vec();
    hidden.sort_by_key(|span| span.start);
    let mut next = hidden.into_iter().peekable();
    let mut hidden_until = 0;
    let mut shown = String::with_capacity(text.len());
    for (offset, character) in text.char_indices() {
        while let Some(span) = next.next_if(|span| span.start <= offset) {
            hidden_until = hidden_until.max(span.end);
        }
        if character != '\n' && offset < hidden_until {
            (0..character.len_utf8()).for_each(|_| shown.push('*'));
        } else if is_escaped(character) {
            // The marks are as long in UTF-8 as the replaced characters.
            shown.push_str(match character.len_utf8() {
                2 => "\u{bf}",
                3 => "\u{fffd}",
                _ => "\u{bf}\u{bf}",
            });
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

fn is_control_character(character: char) -> bool {
    (character.is_control() && character != '\n' && character != '\t')
        || matches!(character, '\u{2028}' | '\u{2029}')
        // Selectors of emoji are part of readable text.
        || (is_invisible(character) && !matches!(character, '\u{fe00}'..='\u{fe0f}'))
}

#[cfg(test)]
mod tests {
    use super::{printable, printable_but_colour, printable_json, same_length_source};

    #[test]
    fn control_characters_are_escaped() {
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
    fn colours_of_the_program_stay() {
        assert_eq!(
            printable_but_colour("\u{1b}[31ma\u{202e}\u{7}\u{1b}[0m\n"),
            "\u{1b}[31ma\\u{202e}\\u{7}\u{1b}[0m\n"
        );
    }

    #[test]
    fn json_stays_the_same_data() {
        let value = serde_json::json!({"a\u{9b}": "\u{1b}\u{202e}\u{2028}\u{200b}\u{e0041}\u{ad} \n\t é👩"});
        let text = serde_json::to_string_pretty(&value).unwrap();
        let shown = printable_json(&text);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
        assert_eq!(printable(&shown), shown, "nothing is left to escape");
    }

    #[test]
    fn invisible_characters_are_escaped() {
        for character in
            "\u{ad}\u{61c}\u{180e}\u{200b}\u{200d}\u{2029}\u{2066}\u{2069}\u{feff}\u{fff9}\u{e0041}\u{3164}".chars()
        {
            assert_eq!(printable(&format!("a{character}")), format!("a{}", character.escape_unicode()));
            let text = format!("{character}=");
            assert_eq!(same_length_source(&text, &[]).len(), text.len());
        }
    }

    #[test]
    fn offsets_stay_valid() {
        let text = "a\u{9b}b\u{202e}c\u{feff}\u{1b} \u{e9}secret\nx";
        let start = text.find('\u{e9}').unwrap();
        let hidden = start..text.len();
        let shown = same_length_source(text, &[&hidden]);
        assert_eq!(shown.len(), text.len());
        assert_eq!(shown, "a\u{bf}b\u{fffd}c\u{fffd}\u{1b} ********\n*");
    }
}
