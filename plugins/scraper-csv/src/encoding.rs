//! The bytes of one cell as text.

use crate::config::Encoding;
use std::str::Utf8Error;

/// What the bytes 0x80 to 0x9f mean in Windows-1252; the five that mean nothing stay control characters.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

impl Encoding {
    /// Reads a cell; `space` is room for text that differs from the bytes. UTF-16 was made UTF-8 before.
    pub(crate) fn read<'a>(self, bytes: &'a [u8], space: &'a mut String) -> Result<&'a str, Utf8Error> {
        match std::str::from_utf8(bytes) {
            // Other encodings differ from UTF-8 only outside of ASCII.
            Ok(text) if self != Self::Latin1 || text.is_ascii() => return Ok(text),
            Err(error) if matches!(self, Self::Utf8 | Self::Utf16) => return Err(error),
            _ => space.clear(),
        }
        if self == Self::Latin1 {
            space.extend(bytes.iter().map(|byte| latin1(*byte)));
        } else {
            space.push_str(&String::from_utf8_lossy(bytes));
        }
        Ok(space)
    }
}

fn latin1(byte: u8) -> char {
    byte.checked_sub(0x80).and_then(|at| WINDOWS_1252.get(usize::from(at))).copied().unwrap_or(char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_read_as_told() {
        let cases = [
            (Encoding::Utf8, "é".as_bytes(), Some("é")),
            (Encoding::Utf8, b"\xe9", None),
            (Encoding::Utf16, b"\xe9", None),
            (Encoding::Utf8Lossy, b"a\xe9b", Some("a\u{fffd}b")),
            (Encoding::Latin1, b"a\xe9\x80\x93\x81\xff", Some("aé€“\u{81}ÿ")),
            (Encoding::Latin1, "é".as_bytes(), Some("Ã©")),
            (Encoding::Latin1, b"", Some("")),
        ];
        for (encoding, bytes, expected) in cases {
            assert_eq!(encoding.read(bytes, &mut String::new()).ok(), expected, "{encoding:?} {bytes:?}");
        }
    }
}
