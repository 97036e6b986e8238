//! Decodes a stream of bytes to UTF-8.

use encoding_rs::{Decoder, DecoderResult, UTF_8, UTF_16BE, UTF_16LE};
use memchr::memchr_iter;
use std::io::{self, BufRead, BufReader, Read};

const READ_BYTES: usize = 16 * 1024;
/// Room for the text of a whole read, and for characters that the decoder holds back.
const TEXT_BYTES: usize = 3 * READ_BYTES + 16;
const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

/// The treatment of bytes that are invalid in the encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InvalidBytes {
    /// An [`io::ErrorKind::InvalidData`] error with line and offset.
    Fail,
    /// U+FFFD.
    Replace,
}

/// Reads UTF-8 from a stream in another encoding. Memory is bounded by two buffers of fixed size.
pub(crate) struct DecodingReader<R> {
    inner: BufReader<R>,
    decoder: Decoder,
    invalid: InvalidBytes,
    text: Vec<u8>,
    /// Bytes of `text` that are already returned.
    returned: usize,
    /// The error that follows `text`.
    failure: Option<io::Error>,
    is_finished: bool,
    /// Line feeds and carriage returns so far.
    line_feeds: usize,
    carriage_returns: usize,
    /// Bytes of the stream that are decoded.
    offset: u64,
}

impl<R: Read> DecodingReader<R> {
    pub(crate) fn new(inner: R, decoder: Decoder, invalid: InvalidBytes) -> Self {
        Self {
            inner: BufReader::with_capacity(READ_BYTES, inner),
            decoder,
            invalid,
            text: Vec::new(),
            returned: 0,
            failure: None,
            is_finished: false,
            line_feeds: 0,
            carriage_returns: 0,
            offset: 0,
        }
    }

    /// Decodes some bytes; `text` stays empty at the end of the stream.
    fn refill(&mut self) -> io::Result<()> {
        self.text.clear();
        self.returned = 0;
        while self.text.is_empty() {
            if let Some(error) = self.failure.take() {
                return Err(error);
            }
            if self.is_finished {
                break;
            }
            self.decode()?;
        }
        Ok(())
    }

    fn decode(&mut self) -> io::Result<()> {
        let raw = match self.inner.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(()),
            result => result?,
        };
        let at_end = raw.is_empty();
        self.text.resize(TEXT_BYTES, 0);
        let (result, read, written) = self.decoder.decode_to_utf8_without_replacement(raw, &mut self.text, at_end);
        self.text.truncate(written);
        self.inner.consume(read);
        self.offset += read as u64;
        if let Some(at) = self.undefined() {
            self.fail_at(at);
            return Ok(());
        }
        self.count_lines();
        match (result, self.invalid) {
            (DecoderResult::InputEmpty, _) => self.is_finished = at_end,
            (DecoderResult::OutputFull, _) => {}
            (DecoderResult::Malformed(..), InvalidBytes::Replace) => self.text.extend(REPLACEMENT),
            (DecoderResult::Malformed(length, after), InvalidBytes::Fail) => {
                self.is_finished = true;
                self.failure = Some(self.malformed(u64::from(length) + u64::from(after)));
            }
        }
        Ok(())
    }

    /// The offset in `text` of a character that stands for an undefined byte. The standard decodes such bytes to control
    /// characters (U+0080 to U+009F), which no text contains.
    fn undefined(&self) -> Option<usize> {
        let encoding = self.decoder.encoding();
        if encoding == UTF_8 || encoding == UTF_16LE || encoding == UTF_16BE {
            return None;
        }
        memchr_iter(0xc2, &self.text).find(|at| self.text.get(at + 1).is_some_and(|next| (0x80..0xa0).contains(next)))
    }

    /// Ends the text before `at`, with an error.
    fn fail_at(&mut self, at: usize) {
        let undefined = self.text.get(at + 1).copied().unwrap_or_default();
        self.text.truncate(at);
        self.count_lines();
        let (name, line) = (self.decoder.encoding().name(), self.line());
        let message = format!("line {line} has a byte that {name} does not define (read as U+00{undefined:02X})");
        self.is_finished = true;
        self.failure = Some(io::Error::new(io::ErrorKind::InvalidData, message));
    }

    fn count_lines(&mut self) {
        self.line_feeds += memchr_iter(b'\n', &self.text).count();
        self.carriage_returns += memchr_iter(b'\r', &self.text).count();
    }

    /// The current line, from 1. Carriage returns end lines only in files without line feeds.
    fn line(&self) -> usize {
        1 + if self.line_feeds > 0 { self.line_feeds } else { self.carriage_returns }
    }

    fn malformed(&self, length: u64) -> io::Error {
        let (name, offset) = (self.decoder.encoding().name(), self.offset.saturating_sub(length));
        let message = format!("line {} is not valid {name} (byte offset {offset})", self.line());
        io::Error::new(io::ErrorKind::InvalidData, message)
    }
}

impl<R: Read> Read for DecodingReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.returned == self.text.len() {
            self.refill()?;
        }
        let length = self.text.get(self.returned..).unwrap_or_default().read(buffer)?;
        self.returned += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::FileEncoding;
    use proptest::prelude::{any, prop_assert_eq, proptest};

    fn utf16(text: &str, big_endian: bool, mark: bool) -> Vec<u8> {
        let mark = if mark { "\u{feff}" } else { "" };
        let units = mark.encode_utf16().chain(text.encode_utf16());
        units.flat_map(|unit| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    /// Returns one byte per read.
    struct Drip<'a>(&'a [u8]);

    impl Read for Drip<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = buffer.len().min(1);
            self.0.read(buffer.get_mut(..length).unwrap_or_default())
        }
    }

    /// The text before the end or the error, and the error.
    fn decode(label: &str, bytes: &[u8]) -> (String, Option<String>) {
        let decoder = FileEncoding::named(label).unwrap().decoder(bytes).unwrap();
        let invalid = if label.ends_with("lossy") { InvalidBytes::Replace } else { InvalidBytes::Fail };
        let mut text = Vec::new();
        let error = DecodingReader::new(Drip(bytes), decoder, invalid).read_to_end(&mut text).err();
        (String::from_utf8(text).unwrap(), error.map(|error| error.to_string()))
    }

    #[test]
    fn encodings_are_decoded() {
        let cases: [(&str, &[u8], &str); 8] = [
            ("utf-8-lossy", b"a\xe9b\xc3", "a\u{fffd}b\u{fffd}"),
            ("utf-8-lossy", b"\xef\xbb\xbfa", "a"),
            ("latin1", b"a\xe9\x80\x93\xff", "aé€“ÿ"),
            ("koi8-r", b"\xf0\xd2\xc9\x80", "При─"),
            ("latin1", b"\xef\xbb\xbf\xc3\xa9", "é"),
            ("shift_jis", b"\x93\xfa\x96\x7b", "日本"),
            ("gbk", b"\xd6\xd0\xce\xc4", "中文"),
            ("windows-1251", b"\xcf\xf0\xe8", "При"),
        ];
        for (label, bytes, text) in cases {
            assert_eq!(decode(label, bytes), (text.to_owned(), None), "{label} {bytes:?}");
        }
    }

    #[test]
    fn utf16_has_either_byte_order() {
        for (big_endian, mark) in [(false, true), (true, true), (false, false), (true, false)] {
            let bytes = utf16("a,é🦀\n", big_endian, mark);
            assert_eq!(decode("utf-16", &bytes), ("a,é🦀\n".to_owned(), None), "big-endian {big_endian}, mark {mark}");
        }
    }

    #[test]
    fn invalid_bytes_are_errors_with_line_and_offset() {
        let cases: [(&str, &[u8], &str); 6] = [
            ("utf-16", b"a\0\n\0b", "line 2 is not valid UTF-16LE (byte offset 4)"),
            ("utf-16", b"a\0\n\0\0\xd8", "line 2 is not valid UTF-16LE (byte offset 4)"),
            ("utf-16", b"a\0\n\0\0\xd8a\0", "line 2 is not valid UTF-16LE (byte offset 4)"),
            ("utf-16", b"a\0\n\0\0\xdc", "line 2 is not valid UTF-16LE (byte offset 4)"),
            ("utf-16", b"\xfe\xff\0a\0\n\xdc\0", "line 2 is not valid UTF-16BE (byte offset 6)"),
            ("shift_jis", b"a\n\x93", "line 2 is not valid Shift_JIS (byte offset 2)"),
        ];
        for (label, bytes, message) in cases {
            assert_eq!(decode(label, bytes), ("a\n".to_owned(), Some(message.to_owned())), "{bytes:?}");
        }
    }

    #[test]
    fn undefined_bytes_are_errors() {
        let cases: [(&str, &[u8], &str); 5] = [
            ("latin1", b"a\nb\x90", "line 2 has a byte that windows-1252 does not define (read as U+0090)"),
            ("windows-1252", b"a\nb\x81c", "line 2 has a byte that windows-1252 does not define (read as U+0081)"),
            ("windows-1251", b"a\r\nb\x98", "line 2 has a byte that windows-1251 does not define (read as U+0098)"),
            ("iso-8859-2", b"a\rb\x8a", "line 2 has a byte that ISO-8859-2 does not define (read as U+008A)"),
            ("shift_jis", b"a\nb\x80", "line 2 has a byte that Shift_JIS does not define (read as U+0080)"),
        ];
        for (label, bytes, message) in cases {
            assert_eq!(decode(label, bytes).1.as_deref(), Some(message), "{label}");
        }
    }

    proptest! {
        #[test]
        fn any_utf16_round_trips(text: String, big_endian: bool) {
            prop_assert_eq!(decode("utf-16", &utf16(&text, big_endian, true)), (text, None));
        }

        #[test]
        fn lossy_utf8_equals_that_of_the_standard_library(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let bytes = [b"x", bytes.as_slice()].concat();
            prop_assert_eq!(decode("utf-8-lossy", &bytes), (String::from_utf8_lossy(&bytes).into_owned(), None));
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            for label in ["utf-16", "gb18030", "iso-2022-jp", "big5"] {
                drop(decode(label, &bytes));
            }
        }
    }
}
