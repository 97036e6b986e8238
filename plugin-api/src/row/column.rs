//! A column with its type, announced before the rows.

use crate::schema::ConfigSchema;
use serde::de::DeserializeOwned;
use serde::de::value::{Error, StrDeserializer};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::HashSet;

/// A column of a source or of an output.
///
/// As JSON: `{"name": "votes", "type": "integer", "origin": "source"}`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Column {
    /// Name, unique among the columns of an output.
    pub name: String,
    /// Type of the values; null and missing values are possible in every column. `None` if the type is unknown.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none", deserialize_with = "known")]
    pub column_type: Option<ColumnType>,
    /// Origin of the values.
    #[serde(default, deserialize_with = "known_or_default")]
    pub origin: ColumnOrigin,
}

impl Column {
    /// Creates a column of the source with an unknown type.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Creates a column of the source with a type.
    pub fn typed(name: impl Into<String>, column_type: ColumnType) -> Self {
        Self { name: name.into(), column_type: Some(column_type), origin: ColumnOrigin::Source }
    }
}

/// Type of the values of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ConfigSchema)]
#[serde(rename_all = "lowercase")]
pub enum ColumnType {
    /// Text.
    #[default]
    String,
    /// Whole number.
    Integer,
    /// Number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// List.
    Array,
    /// Table.
    Object,
}

impl ColumnType {
    /// Returns the name, as in configs and JSON Schema.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Array => "array",
            Self::Object => "object",
        }
    }

    /// Returns the type of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::deserialize(StrDeserializer::<Error>::new(name)).ok()
    }
}

/// Origin of the values of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnOrigin {
    /// The source.
    #[default]
    Source,
    /// The answers: a column of `[enrich.output]`.
    Output,
    /// The host: the column of `[run] status_column`.
    Status,
}

/// Returns the first name that occurs twice.
pub fn repeated_name<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let mut seen = HashSet::new();
    names.into_iter().find(|name| !seen.insert(*name))
}

/// Reads a value of a closed set; one that a later version added counts as unknown.
fn known<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).ok())
}

fn known_or_default<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(deserializer: D) -> Result<T, D::Error> {
    known(deserializer).map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_json_form_is_stable() {
        let columns = [
            Column::new("a"),
            Column::typed("b", ColumnType::Integer),
            Column { origin: ColumnOrigin::Status, ..Column::typed("c", ColumnType::String) },
        ];
        let expected = json!([
            {"name": "a", "origin": "source"},
            {"name": "b", "type": "integer", "origin": "source"},
            {"name": "c", "type": "string", "origin": "status"},
        ]);
        assert_eq!(serde_json::to_value(&columns).unwrap(), expected);
        assert_eq!(serde_json::from_value::<Vec<Column>>(expected).unwrap(), columns);
    }

    #[test]
    fn unknown_types_and_origins_are_accepted() {
        for text in [
            r#"{"name": "a"}"#,
            r#"{"name": "a", "type": "decimal", "origin": "moon"}"#,
            r#"{"name": "a", "type": null, "origin": null, "later": 1}"#,
            r#"{"name": "a", "type": {"list": "string"}}"#,
        ] {
            assert_eq!(serde_json::from_str::<Column>(text).unwrap(), Column::new("a"), "{text}");
        }
        assert!(serde_json::from_str::<Column>("{}").is_err());
    }
}
