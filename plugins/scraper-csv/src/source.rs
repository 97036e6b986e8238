//! Opens the file and rejects content that is not CSV text.

use crate::decoding::{DecodingReader, InvalidBytes};
use crate::encoding::FileEncoding;
use rowsmith_plugin_api::input::{self, Bytes, Opened, display_name};
use rowsmith_plugin_api::prelude::*;
use std::io::{Cursor, Read};

/// Opens the file as UTF-8 text.
pub(crate) fn open(path: &str, encoding: FileEncoding) -> Result<Bytes> {
    let Opened { head, rest } = input::open(path)?;
    check_head(path, &head, encoding)?;
    let decoder = encoding.decoder(&head);
    let bytes = Cursor::new(head).chain(rest);
    let invalid = if encoding == FileEncoding::Utf8Lossy { InvalidBytes::Replace } else { InvalidBytes::Fail };
    Ok(match decoder {
        Some(decoder) => Box::new(DecodingReader::new(bytes, decoder, invalid)),
        None => Box::new(bytes),
    })
}

fn check_head(path: &str, head: &[u8], encoding: FileEncoding) -> Result<()> {
    let (state, hint) = match head {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] if !encoding.is_utf16() => ("is UTF-16", "set `encoding = \"utf-16\"`"),
        [0x1f, 0x8b, ..] => ("is compressed", "decompress it first, for example with `gunzip`"),
        [b'P', b'K', 3, 4] => ("is a ZIP archive or a spreadsheet", "unpack it, or save the spreadsheet as CSV"),
        _ => return Ok(()),
    };
    let error = Error::new(ErrorKind::InvalidData, format!("{} {state}, expected CSV text", display_name(path)));
    Err(error.with_context("path", path).hint(hint))
}
