//! Writes the fields of an answer into the output columns, without an intermediate value tree. Pure.

use crate::rules::OutputColumn;
use rowsmith_plugin_api::row::{Cell, CellKind, ChunkBuilder};
use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// Writes the fields of an answer at the positions of the output columns.
///
/// # Errors
/// If the answer is not a JSON object.
pub(super) fn write_answer(
    answer: &str,
    outputs: &[OutputColumn],
    positions: &[usize],
    builder: &mut ChunkBuilder,
) -> serde_json::Result<()> {
    serde_json::Deserializer::from_str(answer).deserialize_map(Fields { outputs, positions, builder })
}

struct Fields<'a> {
    outputs: &'a [OutputColumn],
    positions: &'a [usize],
    builder: &'a mut ChunkBuilder,
}

impl<'de> Visitor<'de> for Fields<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an answer")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut next = 0;
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            let raw: &RawValue = map.next_value()?;
            // Answers are written in the order of the outputs.
            let expected = self.outputs.get(next).is_some_and(|o| o.name == name);
            let at = if expected { Some(next) } else { self.outputs.iter().position(|o| o.name == name) };
            let Some(position) = at.and_then(|at| self.positions.get(at)) else {
                continue;
            };
            next += 1;
            write_cell(raw.get(), *position, self.builder);
        }
        Ok(())
    }
}

/// Writes one cell from valid JSON text.
fn write_cell(text: &str, position: usize, builder: &mut ChunkBuilder) {
    let bytes = text.as_bytes();
    let cell = match bytes.first() {
        Some(b'"') if !bytes.contains(&b'\\') => {
            Cell::string(text.get(1..text.len().saturating_sub(1)).unwrap_or_default())
        }
        Some(b'"') => {
            let string: String = serde_json::from_str(text).unwrap_or_default();
            builder.cell_at(position, Cell::string(&string));
            return;
        }
        Some(b'{' | b'[') => Cell { kind: CellKind::Json, text },
        Some(b't') => Cell { kind: CellKind::True, text: "" },
        Some(b'f') => Cell { kind: CellKind::False, text: "" },
        Some(b'n') | None => Cell::NULL,
        Some(_) => Cell { kind: CellKind::Number, text },
    };
    builder.cell_at(position, cell);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Rule, ValueType};
    use serde_json::{Value, json};

    fn written(answer: &str) -> Result<Value, String> {
        let output = |name: &str| OutputColumn {
            name: name.into(),
            column: name.to_uppercase(),
            rule: Rule::new(ValueType::String),
        };
        let columns = ["A", "B", "source"].map(str::to_owned).to_vec();
        let mut builder = ChunkBuilder::with_columns(columns.into());
        write_answer(answer, &[output("a"), output("b")], &[0, 1], &mut builder).map_err(|e| e.to_string())?;
        builder.end_row().unwrap();
        Ok(Value::Object(builder.take().row(0).object()))
    }

    #[test]
    fn each_field_becomes_a_cell_of_its_column() {
        let cases = [
            (r#"{"a":"x","b":1.50}"#, json!({"A": "x", "B": 1.50})),
            (r#"{"b":true,"a":false}"#, json!({"A": false, "B": true})),
            (r#"{"a":"\u00e9\n","b":null}"#, json!({"A": "é\n", "B": null})),
            (r#"{"a":["x", 1],"other":2,"b":{"c":1}}"#, json!({"A": ["x", 1], "B": {"c": 1}})),
        ];
        for (answer, expected) in cases {
            assert_eq!(written(answer), Ok(expected), "{answer}");
        }
        assert!(written("[]").is_err());
    }
}
