//! Text inside HTML.

use std::fmt::{self, Display, Formatter, Write};

/// Text that HTML shows as it is, on one line.
///
/// Line ends become `<br>`. Other control characters are not allowed in HTML and become `�`, so that they stay visible.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let mut characters = self.0.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '&' => out.write_str("&amp;")?,
                '<' => out.write_str("&lt;")?,
                '>' => out.write_str("&gt;")?,
                '"' => out.write_str("&quot;")?,
                '\'' => out.write_str("&#39;")?,
                '\r' if characters.peek() == Some(&'\n') => {}
                '\r' | '\n' => out.write_str("<br>")?,
                '\t' => out.write_char(' ')?,
                control if control.is_control() => out.write_char('\u{fffd}')?,
                plain => out.write_char(plain)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Escaped;

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
            assert_eq!(Escaped(text).to_string(), expected, "{name}");
        }
    }
}
