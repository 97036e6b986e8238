//! A buffer for JSON text that works in constants.
//!
//! It counts all bytes and keeps those that fit, so that one renderer both measures (empty buffer) and writes (buffer of
//! that length).

/// JSON text in a buffer of fixed size.
pub(super) struct Text<'a> {
    buffer: &'a mut [u8],
    len: usize,
    last: u8,
}

impl<'a> Text<'a> {
    pub(super) const fn new(buffer: &'a mut [u8]) -> Self {
        Self { buffer, len: 0, last: 0 }
    }

    /// Number of bytes written, including those that did not fit.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    const fn byte(&mut self, byte: u8) {
        if self.len < self.buffer.len() {
            self.buffer[self.len] = byte;
        }
        self.len += 1;
        self.last = byte;
    }

    /// Writes text that is already JSON.
    pub(super) const fn raw(&mut self, json: &str) {
        let bytes = json.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            self.byte(bytes[at]);
            at += 1;
        }
    }

    /// Writes a comma, except at the start of an object or array.
    pub(super) const fn separate(&mut self) {
        if !matches!(self.last, b'{' | b'[') {
            self.byte(b',');
        }
    }

    /// Writes the start of an object's member, including the colon.
    pub(super) const fn key(&mut self, name: &str) {
        self.separate();
        self.string(name);
        self.byte(b':');
    }

    /// Writes a JSON string. Only the characters that JSON requires are escaped.
    pub(super) const fn string(&mut self, text: &str) {
        let bytes = text.as_bytes();
        self.byte(b'"');
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                b'"' => self.raw("\\\""),
                b'\\' => self.raw("\\\\"),
                b'\n' => self.raw("\\n"),
                b'\r' => self.raw("\\r"),
                b'\t' => self.raw("\\t"),
                control @ 0..=0x1f => {
                    self.raw("\\u00");
                    self.byte(hex_digit(control >> 4));
                    self.byte(hex_digit(control & 0xf));
                }
                other => self.byte(other),
            }
            at += 1;
        }
        self.byte(b'"');
    }

    pub(super) const fn integer(&mut self, value: i64) {
        if value < 0 {
            self.byte(b'-');
        }
        self.magnitude(value.unsigned_abs());
    }

    pub(super) const fn count(&mut self, value: usize) {
        self.magnitude(value as u64);
    }

    const fn magnitude(&mut self, magnitude: u64) {
        let mut unit = 1;
        while magnitude / unit >= 10 {
            unit *= 10;
        }
        while unit > 0 {
            self.byte(decimal_digit(magnitude / unit % 10));
            unit /= 10;
        }
    }
}

const fn hex_digit(value: u8) -> u8 {
    if value < 10 { b'0' + value } else { b'a' + (value - 10) }
}

const fn decimal_digit(value: u64) -> u8 {
    b"0123456789"[(value % 10) as usize]
}

#[cfg(test)]
mod tests {
    use super::Text;

    fn written(write: impl Fn(&mut Text<'_>)) -> String {
        let mut measure = Text::new(&mut []);
        write(&mut measure);
        let mut buffer = vec![0; measure.len()];
        write(&mut Text::new(&mut buffer));
        String::from_utf8(buffer).unwrap()
    }

    #[test]
    fn strings_round_trip() {
        let every_control: String = (0..0x20_u8).map(char::from).collect();
        for (name, text) in [
            ("empty", ""),
            ("plain", "plain words"),
            ("quotes", r#"a "quoted" word"#),
            ("backslashes", r"C:\temp\n"),
            ("line breaks", "one\ntwo\r\n\tthree"),
            ("every control character", every_control.as_str()),
            ("delete", "\u{7f}"),
            ("unicode", "naïve – 日本語 🦀"),
        ] {
            let json = written(|out| out.string(text));
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text, "{name}: {json}");
        }
    }

    #[test]
    fn integers_round_trip() {
        for value in [0, 1, 9, 10, 101, 99_999, i64::MAX, -1, -10, i64::MIN] {
            assert_eq!(written(|out| out.integer(value)), value.to_string());
        }
    }

    #[test]
    fn commas_separate_members_only() {
        let json = written(|out| {
            out.raw("{");
            out.key("{");
            out.string("[");
            out.key("b");
            out.raw("[");
            out.separate();
            out.integer(1);
            out.separate();
            out.integer(2);
            out.raw("]}");
        });
        assert_eq!(json, r#"{"{":"[","b":[1,2]}"#);
    }
}
