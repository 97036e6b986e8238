//! A value of a row.

use crate::text::is_visible;
use std::borrow::Cow;

/// Type of a cell, which determines the meaning of its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum CellKind {
    /// The row has no such column.
    Absent = 0,
    /// JSON `null`.
    Null = 1,
    /// JSON `false`.
    False = 2,
    /// JSON `true`.
    True = 3,
    /// A number, as its JSON text.
    Number = 4,
    /// A string, without quotes or escapes.
    String = 5,
    /// An array or an object, as its JSON text.
    Json = 6,
}

impl CellKind {
    pub(crate) fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            0 => Self::Absent,
            1 => Self::Null,
            2 => Self::False,
            3 => Self::True,
            4 => Self::Number,
            5 => Self::String,
            6 => Self::Json,
            _ => return None,
        })
    }
}

/// A borrowed value of a row: a kind and a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell<'a> {
    /// Type of the cell.
    pub kind: CellKind,
    /// The string, the JSON text of a number, array or object, or empty.
    pub text: &'a str,
}

impl<'a> Cell<'a> {
    /// The cell of a column that a row does not have.
    pub const ABSENT: Self = Self { kind: CellKind::Absent, text: "" };
    /// The cell of `null`.
    pub const NULL: Self = Self { kind: CellKind::Null, text: "" };

    /// The cell of a string.
    pub const fn string(text: &'a str) -> Self {
        Self { kind: CellKind::String, text }
    }

    /// Returns true if the cell is absent, null, or a text without a visible character.
    pub fn is_blank(self) -> bool {
        match self.kind {
            CellKind::Absent | CellKind::Null => true,
            CellKind::String => !is_visible(self.text),
            _ => false,
        }
    }

    /// The value as plain text for tables: strings without quotes, null as an empty text.
    pub fn display(self) -> &'a str {
        match self.kind {
            CellKind::Absent | CellKind::Null => "",
            CellKind::False => "false",
            CellKind::True => "true",
            CellKind::Number | CellKind::String | CellKind::Json => self.text,
        }
    }

    /// The value as JSON text. An absent cell is `null`.
    pub fn json(self) -> Cow<'a, str> {
        match self.kind {
            CellKind::Absent | CellKind::Null => Cow::Borrowed("null"),
            CellKind::False => Cow::Borrowed("false"),
            CellKind::True => Cow::Borrowed("true"),
            CellKind::Number | CellKind::Json => Cow::Borrowed(self.text),
            CellKind::String => Cow::Owned(serde_json::to_string(self.text).unwrap_or_default()),
        }
    }

    /// Appends the value as JSON text to `out`.
    pub fn write_json(self, out: &mut Vec<u8>) {
        match self.kind {
            CellKind::String => {
                // Writing into a Vec cannot fail.
                drop(serde_json::to_writer(&mut *out, self.text));
            }
            _ => out.extend_from_slice(self.json().as_bytes()),
        }
    }

    /// The value as a JSON value.
    pub fn value(self) -> serde_json::Value {
        match self.kind {
            CellKind::String => serde_json::Value::String(self.text.to_owned()),
            _ => serde_json::from_str(&self.json()).unwrap_or(serde_json::Value::Null),
        }
    }
}
