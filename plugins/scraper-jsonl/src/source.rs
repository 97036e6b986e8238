//! Opens the file and rejects content that is not JSON text.

use rowsmith_plugin_api::input::{self, Bytes, Opened, WideText, display_name};
use rowsmith_plugin_api::prelude::*;
use std::io::{Cursor, Read};

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

const UTF_16_HINT: &str = "save it as UTF-8, for example with `iconv -f UTF-16 -t UTF-8`; PowerShell's `Out-File` needs \
                           `-Encoding utf8`";

/// Opens the file and skips a byte order mark.
pub(crate) fn open(path: &str) -> Result<Bytes> {
    let Opened { head, rest } = input::open(path)?;
    check_head(path, &head)?;
    let head = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&head).to_vec();
    Ok(Box::new(Cursor::new(head).chain(rest)))
}

fn check_head(path: &str, head: &[u8]) -> Result<()> {
    let (state, hint) = match head {
        _ if WideText::of(head) == Some(WideText::Utf32) => ("is UTF-32", "save it as UTF-8"),
        _ if WideText::of(head).is_some() => ("is UTF-16", UTF_16_HINT),
        [0x1f, 0x8b, ..] => ("is compressed", "decompress it first, for example with `gunzip`"),
        [b'P', b'K', 3, 4] => ("is a ZIP archive", "unpack it first"),
        _ => return Ok(()),
    };
    let error = Error::new(ErrorKind::InvalidData, format!("{} {state}, expected JSON text", display_name(path)));
    Err(error.with_context("path", path).hint(hint))
}
