//! Converts a serializable struct or map to a row.

use super::builder::ChunkBuilder;
use super::cell::{Cell, CellKind};
use crate::error::{Error, ErrorKind, Result};
use serde::ser::{self, Impossible, Serialize, Serializer};
use std::fmt;

impl ChunkBuilder {
    /// Adds a row from a serializable struct or map.
    ///
    /// # Errors
    /// If it is neither, or if a value is not valid JSON (a NaN, a map with keys that are not text).
    pub fn push<T: Serialize + ?Sized>(&mut self, row: &T) -> Result<()> {
        let result = write_row(self, row).and_then(|()| self.end_row());
        if result.is_err() {
            self.discard_row();
        }
        result
    }
}

fn write_row<T: Serialize + ?Sized>(builder: &mut ChunkBuilder, row: &T) -> Result<()> {
    row.serialize(RowSerializer { builder }).map_err(|signal| match signal {
        Signal::Message(text) => Error::new(ErrorKind::InvalidData, format!("cannot serialize the row: {text}")),
        Signal::Compound => {
            Error::new(ErrorKind::InvalidData, "a row must be a struct or a map of column names to values")
        }
    })
}

/// Reason for the end of a serialization.
#[derive(Debug)]
enum Signal {
    /// The value is an array or an object; the caller writes it as JSON text.
    Compound,
    Message(String),
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compound => f.write_str("a compound value"),
            Self::Message(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for Signal {}

impl ser::Error for Signal {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::Message(message.to_string())
    }
}

type Unsupported = Impossible<(), Signal>;

fn write_cell<T: Serialize + ?Sized>(builder: &mut ChunkBuilder, name: &str, value: &T) -> Result<(), Signal> {
    match value.serialize(CellSerializer { builder, name }) {
        Err(Signal::Compound) => {
            let text = serde_json::to_string(value).map_err(|e| Signal::Message(format!("column `{name}`: {e}")))?;
            write_json_text(builder, name, &text)
        }
        other => other,
    }
}

/// Adds a cell from JSON text of any type, because raw JSON values end up here too.
fn write_json_text(builder: &mut ChunkBuilder, name: &str, text: &str) -> Result<(), Signal> {
    let text = text.trim();
    let cell = match text.as_bytes().first() {
        Some(b'{' | b'[') => Cell { kind: CellKind::Json, text },
        Some(b'"') => {
            let string: String = serde_json::from_str(text).map_err(|e| Signal::Message(e.to_string()))?;
            builder.cell(name, Cell::string(&string));
            return Ok(());
        }
        Some(b't') => Cell { kind: CellKind::True, text: "" },
        Some(b'f') => Cell { kind: CellKind::False, text: "" },
        Some(b'n') | None => Cell::NULL,
        Some(_) => Cell { kind: CellKind::Number, text },
    };
    builder.cell(name, cell);
    Ok(())
}

/// Generates the methods for unsupported types.
macro_rules! unsupported {
    ($($method:ident($($kind:ty),*)),* $(,)?) => {
        $(fn $method(self, $(_: $kind),*) -> Result<(), Signal> { Err(Signal::Compound) })*
    };
}

struct RowSerializer<'a> {
    builder: &'a mut ChunkBuilder,
}

impl<'a> Serializer for RowSerializer<'a> {
    type Ok = ();
    type Error = Signal;
    type SerializeSeq = Unsupported;
    type SerializeTuple = Unsupported;
    type SerializeTupleStruct = Unsupported;
    type SerializeTupleVariant = Unsupported;
    type SerializeMap = RowMap<'a>;
    type SerializeStruct = RowMap<'a>;
    type SerializeStructVariant = Unsupported;

    unsupported! {
        serialize_bool(bool), serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64),
        serialize_u8(u8), serialize_u16(u16), serialize_u32(u32), serialize_u64(u64), serialize_f32(f32),
        serialize_f64(f64), serialize_char(char), serialize_str(&str), serialize_bytes(&[u8]), serialize_none(),
        serialize_unit(), serialize_unit_struct(&'static str), serialize_unit_variant(&'static str, u32, &'static str),
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Signal> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Signal> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Signal> {
        Err(Signal::Compound)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Unsupported, Signal> {
        Err(Signal::Compound)
    }

    fn serialize_tuple(self, _: usize) -> Result<Unsupported, Signal> {
        Err(Signal::Compound)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Unsupported, Signal> {
        Err(Signal::Compound)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Unsupported, Signal> {
        Err(Signal::Compound)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<RowMap<'a>, Signal> {
        Ok(RowMap { builder: self.builder, key: None })
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<RowMap<'a>, Signal> {
        Ok(RowMap { builder: self.builder, key: None })
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Unsupported, Signal> {
        Err(Signal::Compound)
    }
}

struct RowMap<'a> {
    builder: &'a mut ChunkBuilder,
    key: Option<String>,
}

impl ser::SerializeMap for RowMap<'_> {
    type Ok = ();
    type Error = Signal;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Signal> {
        let key = serde_json::to_value(key).map_err(|e| Signal::Message(e.to_string()))?;
        self.key = Some(match key {
            serde_json::Value::String(text) => text,
            serde_json::Value::Number(number) => number.to_string(),
            _ => return Err(Signal::Message("the name of a column must be a string".to_owned())),
        });
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Signal> {
        let key = self.key.take().ok_or_else(|| Signal::Message("a value without the name of a column".to_owned()))?;
        write_cell(self.builder, &key, value)
    }

    fn end(self) -> Result<(), Signal> {
        Ok(())
    }
}

impl ser::SerializeStruct for RowMap<'_> {
    type Ok = ();
    type Error = Signal;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Signal> {
        write_cell(self.builder, key, value)
    }

    fn end(self) -> Result<(), Signal> {
        Ok(())
    }
}

struct CellSerializer<'a> {
    builder: &'a mut ChunkBuilder,
    name: &'a str,
}

impl CellSerializer<'_> {
    fn number(self, value: impl fmt::Display) {
        self.builder.display_cell(self.name, CellKind::Number, value);
    }
}

macro_rules! integers {
    ($($method:ident($kind:ty)),*) => {
        $(fn $method(self, value: $kind) -> Result<(), Signal> { self.number(value); Ok(()) })*
    };
}

impl Serializer for CellSerializer<'_> {
    type Ok = ();
    type Error = Signal;
    type SerializeSeq = Unsupported;
    type SerializeTuple = Unsupported;
    type SerializeTupleStruct = Unsupported;
    type SerializeTupleVariant = Unsupported;
    type SerializeMap = Unsupported;
    type SerializeStruct = Unsupported;
    type SerializeStructVariant = Unsupported;

    integers! {
        serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64), serialize_u8(u8),
        serialize_u16(u16), serialize_u32(u32), serialize_u64(u64)
    }

    fn serialize_bool(self, value: bool) -> Result<(), Signal> {
        let kind = if value { CellKind::True } else { CellKind::False };
        self.builder.cell(self.name, Cell { kind, text: "" });
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Result<(), Signal> {
        self.serialize_f64(f64::from(value))
    }

    fn serialize_f64(self, value: f64) -> Result<(), Signal> {
        let number = serde_json::Number::from_f64(value)
            .ok_or_else(|| Signal::Message(format!("column `{}`: {value} is not a JSON number", self.name)))?;
        self.number(number);
        Ok(())
    }

    fn serialize_char(self, value: char) -> Result<(), Signal> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Result<(), Signal> {
        self.builder.cell(self.name, Cell::string(value));
        Ok(())
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<(), Signal> {
        Err(Signal::Compound)
    }

    fn serialize_none(self) -> Result<(), Signal> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Signal> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Signal> {
        self.builder.cell(self.name, Cell::NULL);
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Signal> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Signal> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Signal> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), Signal> {
        Err(Signal::Compound)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Unsupported, Signal> {
        Err(Signal::Compound)
    }

    fn serialize_tuple(self, _: usize) -> Result<Unsupported, Signal> {
        Err(Signal::Compound)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Unsupported, Signal> {
        Err(Signal::Compound)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Unsupported, Signal> {
        Err(Signal::Compound)
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Unsupported, Signal> {
        Err(Signal::Compound)
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Unsupported, Signal> {
        Err(Signal::Compound)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Unsupported, Signal> {
        Err(Signal::Compound)
    }
}
