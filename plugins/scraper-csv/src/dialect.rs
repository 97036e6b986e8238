//! The characters that have a meaning in a file.

/// A dialect of CSV.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    pub(crate) delimiter: u8,
    /// `None` if quotes are characters like any other.
    pub(crate) quote: Option<u8>,
    pub(crate) escape: Option<u8>,
    /// White space around quoted cells is not part of them.
    pub(crate) trim: bool,
}

impl Dialect {
    /// Returns whether a byte is white space inside a line.
    pub(crate) fn is_blank(self, byte: u8) -> bool {
        matches!(byte, b' ' | b'\t') && byte != self.delimiter
    }

    /// Returns whether a byte ends a cell.
    pub(crate) fn is_end(self, byte: u8) -> bool {
        byte == self.delimiter || matches!(byte, b'\n' | b'\r')
    }
}

/// A character for a message about the config, for example `\t`.
pub(crate) fn shown(byte: u8) -> String {
    match byte {
        0x20..0x7f => char::from(byte).to_string(),
        b'\t' => "\\t".to_owned(),
        _ => format!("\\u{byte:04X}"),
    }
}
