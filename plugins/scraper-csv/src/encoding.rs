//! The encodings of a file: labels in the config to decoders.

use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};
use rowsmith_plugin_api::input::WideText;
use rowsmith_plugin_api::prelude::*;

/// Encoding of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileEncoding {
    /// Read without decoding; each cell is validated.
    Utf8,
    /// Invalid bytes become U+FFFD.
    Utf8Lossy,
    /// The byte order mark decides about the byte order, without one the bytes.
    Utf16,
    /// Any other encoding of the WHATWG Encoding Standard.
    Standard(&'static Encoding),
}

impl FileEncoding {
    /// Finds the encoding of a label: `utf-8-lossy`, `utf-16`, or a label of the WHATWG Encoding Standard.
    ///
    /// # Errors
    /// A config error if there is no such encoding.
    pub(crate) fn named(label: &str) -> Result<Self> {
        match label.trim().to_ascii_lowercase().as_str() {
            "utf-8-lossy" => Ok(Self::Utf8Lossy),
            // The standard treats this label as UTF-16LE.
            "utf-16" => Ok(Self::Utf16),
            label => match Encoding::for_label_no_replacement(label.as_bytes()) {
                Some(encoding) if encoding == UTF_8 => Ok(Self::Utf8),
                Some(encoding) => Ok(Self::Standard(encoding)),
                None => Err(Error::config("encoding", format!("unknown encoding `{label}`")).hint(
                    "use `utf-8`, `utf-8-lossy`, `utf-16`, or a WHATWG label such as `windows-1252`, `shift_jis` or `gbk`",
                )),
            },
        }
    }

    /// Returns whether the encoding is one of the UTF-16 family.
    pub(crate) fn is_utf16(self) -> bool {
        matches!(self, Self::Utf16) || matches!(self, Self::Standard(other) if other == UTF_16LE || other == UTF_16BE)
    }

    /// Returns whether text in this form of UTF-16 can be read without a byte order mark.
    pub(crate) fn accepts(self, found: WideText) -> bool {
        self == Self::Utf16 || matches!(self, Self::Standard(own) if own.name().eq_ignore_ascii_case(found.name()))
    }

    /// Creates the decoder for a file with these first bytes; `None` for UTF-8. A byte order mark takes precedence over
    /// the encoding.
    pub(crate) fn decoder(self, head: &[u8]) -> Option<Decoder> {
        match self {
            Self::Utf8 => None,
            Self::Utf8Lossy => Some(UTF_8.new_decoder()),
            Self::Utf16 => Some(utf16_without_mark(head).new_decoder()),
            Self::Standard(encoding) => Some(encoding.new_decoder()),
        }
    }
}

/// The byte order of UTF-16 without a byte order mark: that of the zero bytes. Little-endian if they do not tell it,
/// unless the first byte is zero, as in big-endian text in a Latin script.
fn utf16_without_mark(head: &[u8]) -> &'static Encoding {
    match (WideText::without_mark(head), head) {
        (Some(WideText::Utf16Be), _) => UTF_16BE,
        (Some(WideText::Utf16Le), _) => UTF_16LE,
        (_, [0, low, ..]) if *low != 0 => UTF_16BE,
        _ => UTF_16LE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{GBK, WINDOWS_1252};

    #[test]
    fn labels_name_encodings() {
        let cases = [
            ("utf-8", FileEncoding::Utf8),
            ("UTF8", FileEncoding::Utf8),
            ("utf-8-lossy", FileEncoding::Utf8Lossy),
            ("utf-16", FileEncoding::Utf16),
            ("UTF-16BE", FileEncoding::Standard(UTF_16BE)),
            ("latin1", FileEncoding::Standard(WINDOWS_1252)),
            ("windows-1252", FileEncoding::Standard(WINDOWS_1252)),
            (" gb2312 ", FileEncoding::Standard(GBK)),
        ];
        for (label, encoding) in cases {
            assert_eq!(FileEncoding::named(label), Ok(encoding), "{label}");
        }
        for label in ["", "utf-9", "replacement", "hz-gb-2312"] {
            let error = FileEncoding::named(label).unwrap_err();
            assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some("encoding")), "{label}");
        }
    }
}
