//! The text of one cell inside a Markdown table.

/// Appends text so that it stays in its cell and is shown as it is, and returns the number of characters appended.
///
/// Characters that Markdown gives a meaning are escaped: links, images, HTML, code, emphasis and addresses are text. Line
/// ends become `<br>`, and other control characters are dropped. Text with more than `max_chars` characters is cut and ends
/// with `…`.
pub(crate) fn write(text: &str, max_chars: Option<u32>, out: &mut String) -> usize {
    let start = out.len();
    let limit = max_chars.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
    let text = text.trim();
    let mut characters = text.char_indices().peekable();
    let mut taken = 0;
    while let Some((at, character)) = characters.next() {
        if taken + 1 >= limit && characters.peek().is_some() {
            out.push('…');
            break;
        }
        taken += 1;
        let (before, rest) = text.split_at_checked(at).unwrap_or((text, ""));
        match character {
            '\r' if characters.peek().is_some_and(|(_, next)| *next == '\n') => {}
            '\r' | '\n' | '\u{2028}' | '\u{2029}' => out.push_str("<br>"),
            '\t' => out.push(' '),
            control if control.is_control() => {}
            plain => {
                if has_meaning(plain, before, rest) {
                    out.push('\\');
                }
                out.push(plain);
            }
        }
    }
    out.get(start..).map_or(0, |written| written.chars().count())
}

/// Returns true for a character that begins or ends markup. `rest` begins with the character.
fn has_meaning(character: char, before: &str, rest: &str) -> bool {
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let next = || rest.chars().nth(1);
    match character {
        // An unescaped backslash before an escaped bar would end the cell.
        '|' | '\\' | '<' | '>' | '[' | ']' | '`' | '*' | '~' => true,
        // Inside of a word it is no emphasis.
        '_' => !(is_word(before.chars().next_back()) && is_word(next())),
        // A reference such as `&lt;` would be shown as another character.
        '&' => next().is_some_and(|c| c == '#' || c.is_ascii_alphabetic()),
        // Some renderers make links of plain addresses.
        ':' => rest.starts_with("://") || ends_with(before, "mailto") || ends_with(before, "xmpp"),
        '.' => ends_with(before, "www"),
        '@' => before.chars().next_back().is_some_and(|c| !c.is_whitespace()) && is_word(next()),
        _ => false,
    }
}

fn ends_with(text: &str, end: &str) -> bool {
    text.len().checked_sub(end.len()).and_then(|at| text.get(at..)).is_some_and(|last| last.eq_ignore_ascii_case(end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};
    use pulldown_cmark::{Event, Options, Parser, Tag};

    #[test]
    fn text_stays_in_its_cell() {
        let cases = [
            ("plain", "a b", None, "a b"),
            ("bar", "a|b", None, "a\\|b"),
            ("backslash and bar", "a\\|b", None, "a\\\\\\|b"),
            ("HTML", "<b>x", None, "\\<b\\>x"),
            ("a link", "[a](http://x)", None, "\\[a\\](http\\://x)"),
            ("an image", "![a](x)", None, "!\\[a\\](x)"),
            ("code", "`a|b`", None, "\\`a\\|b\\`"),
            ("emphasis", "*a* _b_ ~~c~~", None, "\\*a\\* \\_b\\_ \\~\\~c\\~\\~"),
            ("a name with underscores", "one_sentence_x", None, "one_sentence_x"),
            ("a reference", "&lt;b&#62; & c", None, "\\&lt;b\\&#62; & c"),
            ("addresses", "WWW.x.org me@x.org mailto:a", None, "WWW\\.x.org me\\@x.org mailto\\:a"),
            ("a time and a sentence", "at 12:30. Then: go", None, "at 12:30. Then: go"),
            ("line ends", "a\nb\r\nc\rd\u{2028}e", None, "a<br>b<br>c<br>d<br>e"),
            ("control characters", "a\u{1b}b\0\tc", None, "ab c"),
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

    /// Returns the text that a renderer shows in the only cell of a table, or the first event that is not text.
    fn shown(cell: &str) -> Result<String, String> {
        let table = format!("| a |\n| --- |\n| {cell} |\n");
        let mut shown = String::new();
        let mut is_body = false;
        let options =
            Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_FOOTNOTES | Options::ENABLE_GFM;
        for event in Parser::new_ext(&table, options) {
            match event {
                Event::Start(Tag::TableRow) => is_body = true,
                Event::Text(text) if is_body => shown.push_str(&text),
                Event::InlineHtml(html) if html.as_ref() == "<br>" => shown.push('\n'),
                Event::Start(Tag::Table(_) | Tag::TableHead | Tag::TableCell) | Event::End(_) | Event::Text(_) => {}
                other => return Err(format!("{other:?}")),
            }
        }
        Ok(shown)
    }

    proptest! {
        #[test]
        fn any_text_stays_in_its_cell(text in "[a-c \\[\\]()!<>|`*_~&#;:/.@\\\\\n\u{e9}\"'={}+-]{0,24}|\\PC{0,12}") {
            let mut out = String::new();
            write(&text, None, &mut out);
            prop_assert!(!out.contains(char::is_control));
            let plain = text.trim().replace("\r\n", "\n").replace(['\u{2028}', '\u{2029}'], "\n");
            prop_assert_eq!(shown(&out), Ok(plain), "{:?}", out);
        }

        #[test]
        fn a_limit_cuts_any_text(text: String, limit in 1..8_u32) {
            let mut out = String::new();
            write(&text, Some(limit), &mut out);
            let shown = shown(&out);
            prop_assert!(shown.as_ref().is_ok_and(|shown| shown.chars().count() <= limit as usize), "{:?}", shown);
        }
    }
}
