//! Whether a text is one JSON value.
//!
//! A default is pasted into the schema as it is written, and one that is not JSON would spoil the whole schema. The
//! check is written out here so that the macro, which every plugin waits for, needs no JSON library.

/// Nobody writes a deeper default; the bound keeps the compiler's stack whole.
const MAX_DEPTH: usize = 64;

/// Whether the text is exactly one JSON value, with white space around it at most.
pub(crate) fn is_json(text: &str) -> bool {
    let mut reader = Reader { bytes: text.as_bytes(), at: 0 };
    reader.value(0).is_some() && reader.peek().is_none()
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

/// Each method moves past what it names, or gives `None` when something else stands there.
impl Reader<'_> {
    fn peek(&mut self) -> Option<u8> {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
        self.bytes.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.at).copied()?;
        self.at += 1;
        Some(byte)
    }

    fn token(&mut self, wanted: u8) -> Option<()> {
        (self.peek()? == wanted).then(|| self.at += 1)
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        match self.peek()? {
            b'{' => self.list(b'}', |reader| {
                reader.peek()?;
                reader.string()?;
                reader.token(b':')?;
                reader.value(depth + 1)
            }),
            b'[' => self.list(b']', |reader| reader.value(depth + 1)),
            b'"' => self.string(),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'n' => self.word(b"null"),
            _ => self.number(),
        }
    }

    /// An object or an array: anything between brackets with commas in between.
    fn list(&mut self, close: u8, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.at += 1;
        if self.peek()? == close {
            return self.token(close);
        }
        loop {
            item(self)?;
            match self.peek()? {
                b',' => self.at += 1,
                _ => return self.token(close),
            }
        }
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.bytes.get(self.at..)?.starts_with(word).then(|| self.at += word.len())
    }

    fn string(&mut self) -> Option<()> {
        (self.next()? == b'"').then_some(())?;
        loop {
            match self.next()? {
                b'"' => return Some(()),
                b'\\' => match self.next()? {
                    b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                    b'u' => (0..4).try_for_each(|_| self.next()?.is_ascii_hexdigit().then_some(()))?,
                    _ => return None,
                },
                0..=0x1f => return None,
                _ => {}
            }
        }
    }

    fn number(&mut self) -> Option<()> {
        self.skip(b"-");
        if !self.skip(b"0") {
            self.digits()?;
        }
        if self.skip(b".") {
            self.digits()?;
        }
        if self.skip(b"eE") {
            self.skip(b"+-");
            self.digits()?;
        }
        Some(())
    }

    fn skip(&mut self, any_of: &[u8]) -> bool {
        let found = self.bytes.get(self.at).is_some_and(|byte| any_of.contains(byte));
        self.at += usize::from(found);
        found
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.skip(b"0123456789") {}
        (self.at > start).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::is_json;

    #[test]
    fn json_is_accepted() {
        for text in [
            "1",
            "-0.5e+3",
            "0",
            "true",
            "false",
            " null ",
            r#""""#,
            r#""a \"b\" \u00e9 é""#,
            "[]",
            "[1, [2], {}]",
            "{ }",
            r#"{"a": 1, "b": {"c": [null]}}"#,
        ] {
            assert!(is_json(text), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let too_deep = "[".repeat(100) + &"]".repeat(100);
        for text in [
            "",
            " ",
            "auto",
            "True",
            "truely",
            "1 2",
            "01",
            "1.",
            "-",
            "+1",
            ".5",
            "1e",
            "'a'",
            r#""a"#,
            r#""\x""#,
            r#""\u12g4""#,
            "\"a\nb\"",
            "[1,]",
            "[1",
            "[1 2]",
            "{a: 1}",
            r#"{"a"}"#,
            r#"{"a":1,}"#,
            "{",
            too_deep.as_str(),
        ] {
            assert!(!is_json(text), "{text}");
        }
    }
}
