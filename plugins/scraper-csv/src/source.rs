//! Opens the file and rejects content that is not CSV text in the configured encoding.

use crate::decoding::{DecodingReader, InvalidBytes};
use crate::encoding::FileEncoding;
use rowsmith_plugin_api::input::{self, Bytes, Opened, WideText, display_name};
use rowsmith_plugin_api::prelude::*;
use std::io::{Cursor, Read};

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// An open file.
pub(crate) struct Source {
    /// Its text in UTF-8, without a byte order mark.
    pub(crate) bytes: Bytes,
    /// Its first bytes, before decoding.
    pub(crate) head: Vec<u8>,
}

/// Opens the file as UTF-8 text.
pub(crate) fn open(path: &str, encoding: FileEncoding) -> Result<Source> {
    let Opened { head, rest } = input::open(path)?;
    check_head(path, &head, encoding)?;
    let invalid = if encoding == FileEncoding::Utf8Lossy { InvalidBytes::Replace } else { InvalidBytes::Fail };
    let bytes: Bytes = if let Some(decoder) = encoding.decoder(&head) {
        Box::new(DecodingReader::new(Cursor::new(head.clone()).chain(rest), decoder, invalid))
    } else {
        let text = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&head).to_vec();
        Box::new(Cursor::new(text).chain(rest))
    };
    Ok(Source { bytes, head })
}

fn check_head(path: &str, head: &[u8], encoding: FileEncoding) -> Result<()> {
    let (state, hint) = match head {
        [0x1f, 0x8b, ..] => ("is compressed", "decompress it first, for example with `gunzip`".to_owned()),
        [b'P', b'K', 3, 4] | [b'P', b'K', 3, 4, ..] => {
            ("is a ZIP archive or a spreadsheet", "unpack it, or save the spreadsheet as CSV".to_owned())
        }
        [0xd0, 0xcf, 0x11, 0xe0, ..] => ("is a spreadsheet of Excel 97", "save the spreadsheet as CSV".to_owned()),
        _ => {
            let Some(mismatch) = wide_text(head, encoding) else {
                warn_about_utf8(path, head, encoding);
                return Ok(());
            };
            mismatch
        }
    };
    let error = Error::new(ErrorKind::InvalidData, format!("{} {state}, expected CSV text", display_name(path)));
    Err(error.with_context("path", path).hint(hint))
}

/// Compares the configured encoding with the width of the text's code units.
fn wide_text(head: &[u8], encoding: FileEncoding) -> Option<(&'static str, String)> {
    let set = |name: &str| format!("set `encoding = \"{name}\"`");
    match WideText::of(head) {
        Some(WideText::Utf32) => {
            Some(("is UTF-32", "save it as UTF-8, for example with `iconv -f UTF-32 -t UTF-8`".to_owned()))
        }
        Some(found) if !encoding.is_utf16() => {
            let state = if found == WideText::Utf16Be { "is UTF-16 (big-endian)" } else { "is UTF-16 (little-endian)" };
            Some((state, set(if WideText::has_mark(head) { "utf-16" } else { found.name() })))
        }
        // A byte order mark takes precedence over the configured encoding.
        Some(found) if !WideText::has_mark(head) && !encoding.accepts(found) => {
            Some(("is UTF-16 in the other byte order", set(found.name())))
        }
        None if encoding.is_utf16() && !head.contains(&0) && !head.is_empty() && is_utf8(head) => {
            Some(("is not UTF-16 but UTF-8", "remove `encoding`".to_owned()))
        }
        _ => None,
    }
}

fn warn_about_utf8(path: &str, head: &[u8], encoding: FileEncoding) {
    if let FileEncoding::Standard(encoding) = encoding
        && !head.is_ascii()
        && !head.starts_with(BYTE_ORDER_MARK)
        && is_utf8(head)
    {
        let (path, name) = (display_name(path), encoding.name());
        log::warn!("{path} is valid UTF-8, and read as {name}; remove `encoding` if its text is wrong in the output");
    }
}

/// Returns whether the bytes are UTF-8. A character at the end may be cut off.
fn is_utf8(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).map_or_else(|error| error.error_len().is_none(), |_| true)
}
