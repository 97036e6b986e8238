//! Text that stays text inside of HTML.

/// Appends a text with everything escaped that HTML could take for its own, in one line.
///
/// Line ends become `<br>`. Other control characters are no part of HTML and become `�`, so that nobody wonders where
/// they went.
pub(crate) fn write(text: &str, out: &mut Vec<u8>) {
    let mut characters = text.chars().peekable();
    let mut buffer = [0; 4];
    while let Some(character) = characters.next() {
        let piece = match character {
            '&' => "&amp;",
            '<' => "&lt;",
            '>' => "&gt;",
            '"' => "&quot;",
            '\'' => "&#39;",
            '\r' if characters.peek() == Some(&'\n') => continue,
            '\r' | '\n' => "<br>",
            '\t' => " ",
            control if control.is_control() => "\u{fffd}",
            plain => plain.encode_utf8(&mut buffer),
        };
        out.extend_from_slice(piece.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::write;

    #[test]
    fn no_text_becomes_markup() {
        for (name, text, expected) in [
            ("plain", "naïve 日本", "naïve 日本"),
            ("an element", "<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"),
            ("the end of an attribute", "\" onclick='x'", "&quot; onclick=&#39;x&#39;"),
            ("a reference", "&lt;", "&amp;lt;"),
            ("line ends", "a\nb\r\nc\rd", "a<br>b<br>c<br>d"),
            ("control characters", "a\0\u{1b}[1m\tb\u{85}", "a\u{fffd}\u{fffd}[1m b\u{fffd}"),
        ] {
            let mut out = Vec::new();
            write(text, &mut out);
            assert_eq!(String::from_utf8(out).unwrap(), expected, "{name}");
        }
    }
}
