//! UTF-16 bytes as UTF-8 bytes.

use std::io::{self, Read};

const READ_BYTES: usize = 16 * 1024;

/// Reads UTF-16 of either byte order. Without a byte order mark it is little-endian, unless the first byte is zero, as
/// that of a big-endian file in a Latin script is.
pub(crate) struct Utf16Reader<R> {
    inner: R,
    big_endian: Option<bool>,
    /// Bytes and a first half of a pair that wait for what follows them.
    odd_byte: Option<u8>,
    high: Option<u16>,
    raw: Vec<u8>,
    text: String,
    taken: usize,
    line: u64,
}

impl<R: Read> Utf16Reader<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self {
            inner,
            big_endian: None,
            odd_byte: None,
            high: None,
            raw: vec![0; READ_BYTES],
            text: String::new(),
            taken: 0,
            line: 1,
        }
    }

    /// Fills `text`; false at the end.
    fn refill(&mut self) -> io::Result<bool> {
        self.text.clear();
        self.taken = 0;
        while self.text.is_empty() {
            let length = match self.inner.read(&mut self.raw) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                result => result?,
            };
            if length == 0 {
                return if self.odd_byte.is_some() || self.high.is_some() { Err(self.broken()) } else { Ok(false) };
            }
            let bytes: Vec<u8> =
                self.odd_byte.take().into_iter().chain(self.raw.iter().take(length).copied()).collect();
            let (pairs, rest) = bytes.as_chunks::<2>();
            self.odd_byte = rest.first().copied();
            pairs.iter().try_for_each(|pair| self.decode(*pair))?;
        }
        Ok(true)
    }

    fn decode(&mut self, pair: [u8; 2]) -> io::Result<()> {
        let Some(big_endian) = self.big_endian else {
            self.big_endian = Some(pair == [0xfe, 0xff] || (pair[0] == 0 && pair[1] != 0));
            let is_mark = matches!(pair, [0xfe, 0xff] | [0xff, 0xfe]);
            return if is_mark { Ok(()) } else { self.decode(pair) };
        };
        let unit = if big_endian { u16::from_be_bytes(pair) } else { u16::from_le_bytes(pair) };
        if self.high.is_none() && (0xd800..0xdc00).contains(&unit) {
            self.high = Some(unit);
            return Ok(());
        }
        for decoded in char::decode_utf16(self.high.take().into_iter().chain([unit])) {
            let character = decoded.map_err(|_| self.broken())?;
            self.line += u64::from(character == '\n');
            self.text.push(character);
        }
        Ok(())
    }

    fn broken(&self) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, format!("line {} is not UTF-16", self.line))
    }
}

impl<R: Read> Read for Utf16Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.taken == self.text.len() && !self.refill()? {
            return Ok(0);
        }
        let mut waiting = self.text.as_bytes().get(self.taken..).unwrap_or_default();
        let length = waiting.read(buffer)?;
        self.taken += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, prop_assert_eq, proptest};

    fn bytes(text: &str, big_endian: bool, mark: bool) -> Vec<u8> {
        let mark = if mark { "\u{feff}" } else { "" };
        let units = mark.encode_utf16().chain(text.encode_utf16());
        units.flat_map(|unit| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    /// Gives one byte a read, so that everything is cut everywhere.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = buffer.len().min(1);
            self.0.read(buffer.get_mut(..length).unwrap_or_default())
        }
    }

    #[test]
    fn both_orders_are_read() {
        for (big_endian, mark) in [(false, true), (true, true), (false, false), (true, false)] {
            let mut text = String::new();
            Utf16Reader::new(bytes("a,é🦀\n", big_endian, mark).as_slice()).read_to_string(&mut text).unwrap();
            assert_eq!(text, "a,é🦀\n", "big-endian {big_endian}, mark {mark}");
        }
    }

    #[test]
    fn halves_are_errors_with_their_line() {
        for broken in [b"a\0\n\0b".as_slice(), b"a\0\n\0\0\xd8", b"a\0\n\0\0\xd8a\0", b"a\0\n\0\0\xdc"] {
            let error = Utf16Reader::new(broken).read_to_string(&mut String::new()).unwrap_err();
            assert_eq!(error.to_string(), "line 2 is not UTF-16", "{broken:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_survives(text: String, big_endian: bool) {
            let mut read = String::new();
            Utf16Reader::new(Drip(&bytes(&text, big_endian, true))).read_to_string(&mut read).unwrap();
            prop_assert_eq!(read, text);
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            drop(Utf16Reader::new(bytes.as_slice()).read_to_string(&mut String::new()));
        }
    }
}
