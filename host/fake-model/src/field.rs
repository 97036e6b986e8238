//! The fields of an answer, read from the request's JSON Schema.
//!
//! Reading is lenient: an unknown kind of field is a text field, so that a request with a new schema feature is still
//! answered.

use serde_json::Value;

/// Maximum depth of a schema; deeper fields are text fields. Ends recursion through `$ref`.
const MAX_DEPTH: usize = 8;
/// Width of the range of a number whose schema has fewer than two bounds.
const DEFAULT_SPAN: i64 = 4;

/// One field of an answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// The name of the column, as the model sees it.
    pub name: String,
    /// The kind of its values.
    pub kind: FieldKind,
}

/// The kind of the values of a [`Field`].
#[derive(Clone, Debug, Default, PartialEq)]
pub enum FieldKind {
    /// A short sentence.
    #[default]
    Text,
    /// One of these values.
    Choice(Vec<Value>),
    /// A whole number, both bounds included.
    Integer {
        /// Smallest value.
        min: i64,
        /// Largest value.
        max: i64,
    },
    /// A number, both bounds included.
    Number {
        /// Smallest value.
        min: f64,
        /// Largest value.
        max: f64,
    },
    /// True or false.
    Boolean,
    /// One to three values of one kind.
    List(Box<Self>),
    /// An object with these fields.
    Object(Vec<Field>),
}

impl Field {
    /// Creates a text field.
    pub fn text(name: impl Into<String>) -> Self {
        Self { name: name.into(), kind: FieldKind::Text }
    }

    /// Creates a field with one of `choices`.
    pub fn choice<T: Into<Value>>(name: impl Into<String>, choices: impl IntoIterator<Item = T>) -> Self {
        Self { name: name.into(), kind: FieldKind::Choice(choices.into_iter().map(Into::into).collect()) }
    }

    /// Returns the fields of one row in the schema of an answer.
    ///
    /// The row is `$defs.row` if present, otherwise the first property of the root or the items of the root array.
    /// `tag` is left out, and `id` too if rows are array items: neither is a column.
    pub fn from_schema(schema: &Value) -> Vec<Self> {
        let (found, listed) = descend(schema);
        let Some(row) = schema.pointer("/$defs/row").or(found) else {
            return Vec::new();
        };
        let mut fields = fields_of(schema, row, 0);
        fields.retain(|field| field.name != "tag" && !(listed && field.name == "id"));
        fields
    }
}

/// Returns the fields of requests without a schema: `tldr` and `challenge`.
pub fn default_fields() -> Vec<Field> {
    vec![Field::text("tldr"), Field::choice("challenge", ["practice", "expert"])]
}

/// Returns the definition of one row, and true if rows are array items.
fn descend(root: &Value) -> (Option<&Value>, bool) {
    let top = resolve(root, root);
    if type_of(top).as_deref() == Some("array") {
        return (top.get("items").map(|items| resolve(root, items)), true);
    }
    let first = top.get("properties").and_then(Value::as_object).and_then(|properties| properties.values().next());
    let Some(first) = first.map(|first| resolve(root, first)) else {
        return (None, false);
    };
    if type_of(first).as_deref() == Some("array") {
        return (first.get("items").map(|items| resolve(root, items)), true);
    }
    (Some(first), false)
}

fn resolve<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let mut current = schema;
    for _ in 0..MAX_DEPTH {
        let target = current.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
        match target.and_then(|pointer| root.pointer(pointer)) {
            Some(next) => current = next,
            None => break,
        }
    }
    current
}

/// Returns the type in lower case; of a list of types, the first that is not null.
fn type_of(schema: &Value) -> Option<String> {
    let name = match schema.get("type")? {
        Value::String(name) => Some(name.as_str()),
        Value::Array(names) => names.iter().filter_map(Value::as_str).find(|name| *name != "null"),
        _ => None,
    };
    name.map(str::to_ascii_lowercase)
}

fn fields_of(root: &Value, schema: &Value, depth: usize) -> Vec<Field> {
    let Some(properties) = resolve(root, schema).get("properties").and_then(Value::as_object) else {
        return Vec::new();
    };
    properties
        .iter()
        .map(|(name, property)| Field { name: name.clone(), kind: kind_of(root, property, depth + 1) })
        .collect()
}

fn kind_of(root: &Value, schema: &Value, depth: usize) -> FieldKind {
    if depth > MAX_DEPTH {
        return FieldKind::Text;
    }
    let schema = resolve(root, schema);
    if let Some(choices) = schema.get("enum").and_then(Value::as_array) {
        let choices: Vec<Value> = choices.iter().filter(|choice| !choice.is_null()).cloned().collect();
        if !choices.is_empty() {
            return FieldKind::Choice(choices);
        }
    }
    if let Some(only) = schema.get("const") {
        return FieldKind::Choice(vec![only.clone()]);
    }
    if let Some(branches) = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array) {
        let branch = branches.iter().find(|branch| branch.get("type").and_then(Value::as_str) != Some("null"));
        return branch.map_or(FieldKind::Text, |branch| kind_of(root, branch, depth + 1));
    }
    match type_of(schema).as_deref() {
        Some("integer") => integer(schema),
        Some("number") => number(schema),
        Some("boolean") => FieldKind::Boolean,
        Some("array") => FieldKind::List(Box::new(
            schema.get("items").map_or(FieldKind::Text, |items| kind_of(root, items, depth + 1)),
        )),
        Some("object") => FieldKind::Object(fields_of(root, schema, depth)),
        _ => FieldKind::Text,
    }
}

fn integer(schema: &Value) -> FieldKind {
    let bound = |name: &str| schema.get(name).and_then(Value::as_i64);
    let (min, max) = match (bound("minimum"), bound("maximum")) {
        (Some(min), Some(max)) => (min, max.max(min)),
        (Some(min), None) => (min, min.saturating_add(DEFAULT_SPAN)),
        (None, Some(max)) => (max.saturating_sub(DEFAULT_SPAN), max),
        (None, None) => (1, 1 + DEFAULT_SPAN),
    };
    FieldKind::Integer { min, max }
}

fn number(schema: &Value) -> FieldKind {
    let bound = |name: &str| schema.get(name).and_then(Value::as_f64);
    let (min, max) = match (bound("minimum"), bound("maximum")) {
        (Some(min), Some(max)) => (min, max.max(min)),
        (Some(min), None) => (min, min + 4.0),
        (None, Some(max)) => (max - 4.0, max),
        (None, None) => (1.0, 5.0),
    };
    FieldKind::Number { min, max }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn finds_fields_in_every_schema_shape() {
        let row = json!({"type": "object", "properties": {
            "tag": {"type": "string"}, "tldr": {"type": ["string", "null"]},
            "level": {"$ref": "#/$defs/level"}, "score": {"type": "INTEGER", "maximum": 10},
            "labels": {"type": "array", "items": {"type": "string"}}, "sure": {"anyOf": [{"type": "null"}, {"type": "boolean"}]}}});
        let level = json!({"type": "string", "enum": ["low", "high"]});
        let mut with_id = row.clone();
        with_id["properties"]["id"] = json!({"type": "string"});
        let want = vec![
            Field::text("tldr"),
            Field::choice("level", ["low", "high"]),
            Field { name: "score".to_owned(), kind: FieldKind::Integer { min: 6, max: 10 } },
            Field { name: "labels".to_owned(), kind: FieldKind::List(Box::new(FieldKind::Text)) },
            Field { name: "sure".to_owned(), kind: FieldKind::Boolean },
        ];
        let cases = [
            (
                "keyed",
                json!({"type": "object", "properties": {"r0": {"$ref": "#/$defs/row"}}, "$defs": {"row": row, "level": level}}),
            ),
            ("inline", json!({"type": "object", "properties": {"r0": row}, "$defs": {"level": level}})),
            ("array", json!({"type": "array", "items": with_id, "$defs": {"level": level}})),
            (
                "wrapped array",
                json!({"type": "object", "properties": {"rows": {"type": "array", "items": {"$ref": "#/$defs/row"}}}, "$defs": {"row": with_id, "level": level}}),
            ),
        ];
        for (name, schema) in cases {
            assert_eq!(Field::from_schema(&schema), want, "{name}");
        }
    }

    #[test]
    fn recursion_ends() {
        let schema = json!({"type": "object", "properties": {"r0": {"$ref": "#/$defs/row"}},
            "$defs": {"row": {"type": "object", "properties": {"inner": {"$ref": "#/$defs/row"}}}}});
        assert_eq!(Field::from_schema(&schema).len(), 1);
        assert!(Field::from_schema(&json!({"$ref": "#"})).is_empty());
    }
}
