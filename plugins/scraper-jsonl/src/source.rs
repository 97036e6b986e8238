//! Opens the file and rejects content that is not JSON text.

use rowsmith_plugin_api::input::{self, Bytes, Opened, display_name};
use rowsmith_plugin_api::prelude::*;
use std::io::{Cursor, Read};

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Opens the file and skips a byte order mark.
pub(crate) fn open(path: &str) -> Result<Bytes> {
    let Opened { head, rest } = input::open(path)?;
    check_head(path, &head)?;
    let head = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&head).to_vec();
    Ok(Box::new(Cursor::new(head).chain(rest)))
}

fn check_head(path: &str, head: &[u8]) -> Result<()> {
    let (state, hint) = match head {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => ("is UTF-16", "save it as UTF-8"),
        [0x1f, 0x8b, ..] => ("is compressed", "decompress it first, for example with `gunzip`"),
        [b'P', b'K', 3, 4] => ("is a ZIP archive", "unpack it first"),
        _ => return Ok(()),
    };
    let error = Error::new(ErrorKind::InvalidData, format!("{} {state}, expected JSON text", display_name(path)));
    Err(error.with_context("path", path).hint(hint))
}
