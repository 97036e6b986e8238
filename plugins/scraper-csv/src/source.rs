//! Opens the source, and tells early when it is something else than CSV text.

use crate::config::Encoding;
use rowsmith_plugin_api::input::{self, Bytes, Opened, display_name};
use rowsmith_plugin_api::prelude::*;
use std::io::{Cursor, Read};

/// Opens the source.
pub(crate) fn open(path: &str, encoding: Encoding) -> Result<Bytes> {
    let Opened { head, rest } = input::open(path)?;
    check_head(path, &head, encoding)?;
    Ok(Box::new(Cursor::new(head).chain(rest)))
}

fn check_head(path: &str, head: &[u8], encoding: Encoding) -> Result<()> {
    let (what, hint) = match head {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] if encoding != Encoding::Utf16 => {
            ("is UTF-16", "set `encoding = \"utf-16\"`")
        }
        [0x1f, 0x8b, ..] => ("is compressed", "unpack it first, for example with `gunzip`"),
        [b'P', b'K', 3, 4] => ("is a ZIP archive or a spreadsheet", "unpack it, or save the spreadsheet as CSV"),
        _ => return Ok(()),
    };
    let error = Error::new(ErrorKind::InvalidData, format!("{} {what}, not plain text", display_name(path)));
    Err(error.with_context("path", path).hint(hint))
}
