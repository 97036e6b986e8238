//! Converts the text of a JSON object to a row, without an intermediate value tree.

use super::builder::ChunkBuilder;
use super::cell::{Cell, CellKind};
use serde::Deserialize;
use serde::de::{Deserializer as _, Error as _, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// Adds the cells of a JSON object to the open row of a builder and returns their number. Numbers keep their digits.
///
/// The row stays open. After an error the caller discards it with [`ChunkBuilder::take`].
///
/// # Errors
/// If the text is not a JSON object, or has a value that a cell cannot hold: a number out of range or an unpaired
/// surrogate.
pub fn add_cells(text: &str, builder: &mut ChunkBuilder) -> serde_json::Result<usize> {
    let mut parser = serde_json::Deserializer::from_str(text);
    let cells = parser.deserialize_map(Cells { builder })?;
    parser.end()?;
    Ok(cells)
}

struct Cells<'a> {
    builder: &'a mut ChunkBuilder,
}

impl<'de> Visitor<'de> for Cells<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<usize, A::Error> {
        let mut cells = 0;
        while let Some(Name(name)) = map.next_key()? {
            let value: &RawValue = map.next_value()?;
            add_cell(self.builder, &name, value.get())
                .map_err(|e| A::Error::custom(format!("column `{name}`: {e}")))?;
            cells += 1;
        }
        Ok(cells)
    }
}

/// Adds one cell from valid JSON text.
fn add_cell(builder: &mut ChunkBuilder, name: &str, text: &str) -> Result<(), Cow<'static, str>> {
    let cell = match text.as_bytes().first() {
        Some(b'"') => match text.get(1..text.len() - 1) {
            Some(plain) if !plain.contains('\\') => Cell::string(plain),
            _ => {
                let string: String = serde_json::from_str(text).map_err(|_| "an escape in the string is invalid")?;
                builder.cell(name, Cell::string(&string));
                return Ok(());
            }
        },
        Some(b'{' | b'[') => {
            // Skipping a value does not validate its escapes and numbers.
            serde_json::from_str::<Value>(text).map_err(|e| e.to_string())?;
            Cell { kind: CellKind::Json, text }
        }
        Some(b't') => Cell { kind: CellKind::True, text: "" },
        Some(b'f') => Cell { kind: CellKind::False, text: "" },
        Some(b'n') => Cell::NULL,
        _ if is_in_range(text) => Cell { kind: CellKind::Number, text },
        _ => return Err(format!("the number {text} is out of range").into()),
    };
    builder.cell(name, cell);
    Ok(())
}

/// Returns whether a float can hold the number. The host rejects others, such as 1e999.
fn is_in_range(number: &str) -> bool {
    number.len() < 19 && number.bytes().all(|byte| byte.is_ascii_digit())
        || serde_json::from_str::<serde_json::Number>(number).is_ok()
}

/// Name of a column; borrowed unless it has escapes.
struct Name<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;

        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(NameVisitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{prop_assert_eq, proptest};
    use serde_json::json;

    fn row(text: &str) -> Result<Value, String> {
        let mut builder = ChunkBuilder::new();
        let cells = add_cells(text, &mut builder).map_err(|e| e.to_string())?;
        builder.end_row().map_err(|e| e.to_string())?;
        let row = Value::Object(builder.take().row(0).object());
        assert!(row.as_object().unwrap().len() <= cells);
        Ok(row)
    }

    #[test]
    fn objects_become_rows() {
        let text =
            r#" {"s":"é","e":"\u00e9\n\"","n": 1.50 ,"t":true,"f":false,"z":null,"o":{"a":[1]},"a":[],"\u0061":2} "#;
        let expected = r#"{"s":"é","e":"é\n\"","n":1.5,"t":true,"f":false,"z":null,"o":{"a":[1]},"a":2}"#;
        assert_eq!(row(text), Ok(serde_json::from_str(expected).unwrap()));
    }

    #[test]
    fn numbers_keep_their_digits() {
        for number in ["0.10", "-0", "1E2", "123456789012345678901234567890", "9007199254740993"] {
            let mut builder = ChunkBuilder::new();
            add_cells(&format!("{{\"n\":{number}}}"), &mut builder).unwrap();
            builder.end_row().unwrap();
            assert_eq!(builder.take().cell(0, 0), Cell { kind: CellKind::Number, text: number });
        }
    }

    #[test]
    fn other_values_are_errors() {
        let cases = [
            ("1", "invalid type: integer `1`, expected an object"),
            ("[]", "invalid type: sequence, expected an object"),
            ("{} {}", "trailing characters"),
            ("{\"a\":}", "expected value"),
            ("{\"a\":1", "EOF"),
            ("{\"a\":1e999}", "column `a`: the number 1e999 is out of range"),
            ("{\"a\":\"\\ud800\"}", "column `a`: an escape"),
            ("{\"a\":\"\\x\"}", "invalid escape"),
        ];
        for (text, part) in cases {
            let error = row(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_as_by_serde(text in "[{}\\[\\]\":,a1e\\\\u -]{0,12}", inner: String) {
            for text in [text, json!({"a": inner, &inner: 1}).to_string()] {
                let read = serde_json::from_str::<serde_json::Map<String, Value>>(&text).ok().map(Value::Object);
                prop_assert_eq!(row(&text).ok(), read, "{}", text);
            }
        }
    }
}
