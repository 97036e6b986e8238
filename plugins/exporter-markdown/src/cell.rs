//! The text of one cell inside a Markdown table.

/// Appends text so that it stays in its cell, and returns the number of characters appended.
///
/// `|`, `\` and `<` are escaped, so that data cannot add HTML; line ends become `<br>`, and other control characters are
/// dropped. Text with more than `max_chars` characters is cut and ends with `…`.
pub(crate) fn write(text: &str, max_chars: Option<u32>, out: &mut String) -> usize {
    let start = out.len();
    let limit = max_chars.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let mut characters = text.trim().chars().peekable();
    let mut taken = 0;
    while let Some(character) = characters.next() {
        if taken + 1 >= limit && characters.peek().is_some() {
            out.push('…');
            break;
        }
        taken += 1;
        match character {
            // An unescaped backslash before an escaped bar would end the cell.
            '|' | '\\' | '<' => out.extend(['\\', character]),
            '\r' if characters.peek() == Some(&'\n') => {}
            '\r' | '\n' => out.push_str("<br>"),
            '\t' => out.push(' '),
            control if control.is_control() => {}
            plain => out.push(plain),
        }
    }
    out.get(start..).map_or(0, |written| written.chars().count())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{prop_assert, proptest};

    #[test]
    fn text_stays_in_its_cell() {
        let cases = [
            ("plain", "a b", None, "a b"),
            ("bar", "a|b", None, "a\\|b"),
            ("backslash and bar", "a\\|b", None, "a\\\\\\|b"),
            ("HTML", "<b>x", None, "\\<b>x"),
            ("line ends", "a\nb\r\nc\rd", None, "a<br>b<br>c<br>d"),
            ("control characters", "a\u{1b}[1m\0\tb", None, "a[1m b"),
            ("outer space", "  a\n", None, "a"),
            ("just short enough", "abc", Some(3), "abc"),
            ("too long", "abcd", Some(3), "ab…"),
            ("one character", "ab", Some(1), "…"),
            ("characters, not bytes", "éééé", Some(3), "éé…"),
        ];
        for (name, text, max_chars, expected) in cases {
            let mut out = String::new();
            let count = write(text, max_chars, &mut out);
            assert_eq!((out.as_str(), count), (expected, expected.chars().count()), "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_text_stays_in_its_cell(text: String, limit in proptest::option::of(1..8_u32)) {
            let mut out = String::new();
            write(&text, limit, &mut out);
            prop_assert!(!out.contains(char::is_control));
            let unescaped = out.replace("\\\\", "").replace("\\|", "").replace("\\<", "").replace("<br>", "");
            prop_assert!(!unescaped.contains(['|', '\\', '<']), "{}", unescaped);
        }
    }
}
