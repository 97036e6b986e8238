//! Characters of texts that readers do not see. Pure.

use std::borrow::Cow;

/// Returns true if a text has a visible character. White space, controls, joiners, marks of direction, fillers, and accents
/// without a letter are not visible.
pub fn is_visible(text: &str) -> bool {
    text.chars().any(|c| !(c.is_whitespace() || c.is_control() || is_invisible(c) || is_accent(c)))
}

/// Returns true for a character that is neither white space nor a control, and shows nothing.
///
/// These are the characters with the Unicode property `Default_Ignorable_Code_Point`, the other characters of the category
/// `Format` that change no sign after them, and the letters and signs that are drawn empty.
pub fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d159}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Returns true for an invisible character that looks like a space, or lets a line break, so that words stand apart.
fn is_gap(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}')
}

/// Returns true for an accent that is drawn on the character before it.
fn is_accent(c: char) -> bool {
    matches!(c,
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{fe20}'..='\u{fe2f}')
}

/// Returns the number of words as a reader counts them.
///
/// Characters that look like a space separate words, as white space does. Other invisible characters neither separate nor
/// join words, and alone they are no word.
pub fn word_count(text: &str) -> usize {
    text.split(is_gap).filter(|word| is_visible(word)).count()
}

/// Returns the number of characters without the invisible ones and without white space and controls at both ends.
pub fn visible_length(text: &str) -> usize {
    let is_outer = |c: char| c.is_whitespace() || c.is_control() || is_invisible(c);
    text.trim_matches(is_outer).chars().filter(|c| !is_invisible(*c)).count()
}

/// Escapes the characters of a text that control a terminal or are not visible, as `\\u{..}`. Line ends, tabs and the
/// selectors of emoji stay.
pub fn for_terminal(text: &str) -> Cow<'_, str> {
    let is_kept = |c: char| matches!(c, '\n' | '\t' | '\u{fe00}'..='\u{fe0f}');
    let is_escaped =
        |c: char| !is_kept(c) && (c.is_control() || is_invisible(c) || matches!(c, '\u{2028}' | '\u{2029}'));
    if !text.contains(is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let ends_line = c == '\r' && characters.peek() == Some(&'\n');
        if is_escaped(c) && !ends_line {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_without_a_visible_character_are_blank() {
        for (name, text) in [
            ("nothing", ""),
            ("white space", " \t\r\n\u{b}\u{c}\u{85}\u{a0}\u{1680}\u{2003}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}"),
            ("controls", "\0\u{1}\u{1b}\u{7f}\u{9b}"),
            ("zero width", "\u{200b}\u{200c}\u{200d}\u{2060}\u{feff}"),
            ("direction", "\u{200e}\u{200f}\u{61c}\u{202a}\u{202e}\u{2066}\u{2069}"),
            ("fillers", "\u{115f}\u{1160}\u{3164}\u{ffa0}"),
            ("braille blank", "\u{2800}"),
            ("soft hyphen", "\u{ad}"),
            ("variation selectors", "\u{fe0f}\u{fe00}\u{e0100}\u{e01ef}\u{180b}"),
            ("tags", "\u{e0001}\u{e0041}\u{e007f}"),
            ("invisible operators", "\u{2061}\u{2064}"),
            ("Khmer vowels and grapheme joiner", "\u{17b4}\u{17b5}\u{34f}"),
            ("music and shorthand", "\u{1d159}\u{1d173}\u{1bca0}"),
            ("annotation", "\u{fff9}\u{fffb}"),
            ("accents alone", "\u{301} \u{20dd}\u{fe20}"),
        ] {
            assert!(!is_visible(text), "{name}");
            assert_eq!(word_count(text), 0, "{name}");
        }
        for text in
            [".", "0", "é", "e\u{301}", "👩\u{200d}🚀", "한", "⠁", "\u{fffd}", "שלום", "क्\u{200d}ष", "-", "\u{345}a"]
        {
            assert!(is_visible(text), "{text}");
            assert_eq!(word_count(text), 1, "{text}");
        }
    }

    #[test]
    fn words_are_those_that_a_reader_sees() {
        for (text, words) in [
            ("one two", 2),
            ("one\u{200b}two\u{2800}three\u{3164}four\u{ffa0}five", 5),
            ("one\u{a0}two\u{2003}three", 3),
            ("on\u{ad}e\u{200d}\u{2060}", 1),
            ("one \u{200d} \u{feff} two", 2),
            ("👩\u{200d}🚀", 1),
            ("naïve  e\u{301}tude", 2),
        ] {
            assert_eq!(word_count(text), words, "{text:?}");
        }
    }

    #[test]
    fn nothing_controls_a_terminal() {
        for (text, expected) in [
            ("a\tb\r\nc é 👩\u{fe0f}", "a\tb\r\nc é 👩\u{fe0f}"),
            ("a\rb", "a\\u{d}b"),
            ("\u{1b}[2J\u{9b}2J\u{7f}", "\\u{1b}[2J\\u{9b}2J\\u{7f}"),
            ("\u{202e}a\u{2066}\u{200b}\u{2028}\u{feff}", "\\u{202e}a\\u{2066}\\u{200b}\\u{2028}\\u{feff}"),
        ] {
            assert_eq!(for_terminal(text), expected);
        }
    }

    #[test]
    fn a_length_has_no_padding() {
        for (text, length) in [("abc", 3), (" a b ", 3), ("a\u{200b}\u{200b}\u{ad}b", 2), ("\u{3164}\u{2800}", 0)] {
            assert_eq!(visible_length(text), length, "{text:?}");
        }
    }
}
