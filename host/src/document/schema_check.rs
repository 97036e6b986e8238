//! Checks a value against a JSON Schema and reports all violations.
//!
//! Supports the keywords that the host and the plugins use to describe configs: `type`, `properties`, `required`,
//! `additionalProperties`, `enum`, `items`, `anyOf`, `oneOf` with a tag, `$ref` inside the schema, limits, and the formats
//! `secret` and `time-span`. Other keywords, such as `description` and `default`, do not restrict values.

use rowsmith_plugin_api::schema::{JsonVariants, schema_of_item};
use serde_json::{Map, Value};

use super::schema_limits::{type_in_words, types_in_words, words};
use super::secret_shape::{self, EXPECTED, FORMAT, KEYS};
use super::{Problem, ProblemKind, nearest, pointer, schema_limits};

/// Maximum length of a chain of references; a longer one is circular.
const MAX_REFERENCES: usize = 32;

/// Checks `value` against `schema`; returns no problem for a valid value.
pub fn check_schema(value: &Value, schema: &Value) -> Vec<Problem> {
    let mut check = Check { root: schema, problems: Vec::new() };
    check.visit("", value, schema);
    check.problems
}

/// Resolves the `$ref`s of `schema` inside `root`.
pub(super) fn follow<'a>(root: &'a Value, schema: &'a Value) -> Result<&'a Value, String> {
    let mut current = schema;
    for _ in 0..MAX_REFERENCES {
        let Some(reference) = current.get("$ref").and_then(Value::as_str) else {
            return Ok(current);
        };
        let target = reference.strip_prefix('#').and_then(|target| root.pointer(target));
        current = target.ok_or_else(|| format!("`{reference}` does not exist"))?;
    }
    Err("its references are circular".to_owned())
}

pub(super) struct Check<'a> {
    root: &'a Value,
    pub(super) problems: Vec<Problem>,
}

impl<'a> Check<'a> {
    pub(super) fn report(&mut self, pointer: &str, kind: ProblemKind) {
        self.problems.push(Problem { pointer: pointer.to_owned(), kind });
    }

    fn visit(&mut self, pointer: &str, value: &Value, schema: &'a Value) {
        let schema = match follow(self.root, schema) {
            Ok(schema) => schema,
            Err(reason) => return self.report(pointer, ProblemKind::BadSchema { reason }),
        };
        if schema.get("format").and_then(Value::as_str) == Some(FORMAT) {
            return self.secret(pointer, value);
        }
        if !has_type(value, schema) {
            let (expected, found) = (types_in_words(schema), type_in_words(value));
            return self.report(pointer, ProblemKind::WrongType { expected, found });
        }
        if let Some(kind) = outside_enum(value, schema) {
            return self.report(pointer, kind);
        }
        for kind in schema_limits::violations(value, schema) {
            self.report(pointer, kind);
        }
        if let Some(alternatives) = schema.get("anyOf").and_then(Value::as_array) {
            self.any_of(pointer, value, alternatives);
        }
        match value {
            Value::Object(table) => match JsonVariants::of(schema) {
                Some(variants) => self.tagged_table(pointer, table, &variants),
                None => self.table(pointer, table, schema),
            },
            Value::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    let Some(schema) = schema_of_item(schema, index) else { return };
                    self.visit(&pointer::push(pointer, &index.to_string()), element, schema);
                }
            }
            _ => {}
        }
    }

    pub(super) fn table(&mut self, pointer: &str, table: &Map<String, Value>, schema: &'a Value) {
        let properties = schema.get("properties").and_then(Value::as_object);
        let other = schema.get("additionalProperties");
        let mut suggested = Vec::new();
        for (key, value) in table {
            let inner = pointer::push(pointer, key);
            match (properties.and_then(|properties| properties.get(key)), other) {
                (Some(property), _) => self.visit(&inner, value, property),
                (None, Some(Value::Bool(false))) => {
                    let known: Vec<String> = properties.into_iter().flat_map(Map::keys).cloned().collect();
                    let nearest = nearest(key, known.iter().map(String::as_str)).map(str::to_owned);
                    suggested.extend(nearest.clone());
                    self.report(&inner, ProblemKind::UnknownKey { known, nearest });
                }
                (None, Some(other)) => self.visit(&inner, value, other),
                (None, None) => {}
            }
        }
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
        for key in required.filter_map(Value::as_str).filter(|key| !table.contains_key(*key)) {
            // A misspelt key is one problem, not two: the suggestion for `paht` covers the missing `path`.
            if !suggested.iter().any(|suggested| suggested == key) {
                self.report(pointer, ProblemKind::MissingKey { key: key.to_owned() });
            }
        }
    }

    /// Reports nothing when one alternative matches. Otherwise reports the problems of the alternative with the fewest, or
    /// the expected types when no alternative has the type of the value.
    fn any_of(&mut self, pointer: &str, value: &Value, alternatives: &'a [Value]) {
        let mut expected: Vec<String> = Vec::new();
        let mut closest: Option<Vec<Problem>> = None;
        for alternative in alternatives {
            let mut check = Check { root: self.root, problems: Vec::new() };
            check.visit(pointer, value, alternative);
            if check.problems.is_empty() {
                return;
            }
            let wrong_type = check.problems.iter().find_map(|problem| match &problem.kind {
                ProblemKind::WrongType { expected, .. } if problem.pointer == pointer => Some(expected.clone()),
                _ => None,
            });
            match wrong_type {
                Some(words) if expected.contains(&words) => {}
                Some(words) => expected.push(words),
                None if closest.as_ref().is_none_or(|best| check.problems.len() < best.len()) => {
                    closest = Some(check.problems);
                }
                None => {}
            }
        }
        match closest {
            Some(problems) => self.problems.extend(problems),
            None if expected.is_empty() => {}
            None => {
                let found = type_in_words(value);
                self.report(pointer, ProblemKind::WrongType { expected: words(&expected), found });
            }
        }
    }

    fn secret(&mut self, pointer: &str, value: &Value) {
        if secret_shape::read(value).is_some() {
            return;
        }
        let Value::Object(table) = value else {
            return self.report(pointer, ProblemKind::NotASecret { reason: format!("must be {EXPECTED}") });
        };
        let before = self.problems.len();
        for key in table.keys().filter(|key| !KEYS.contains(&key.as_str())) {
            let known = KEYS.map(str::to_owned).to_vec();
            let nearest = nearest(key, KEYS).map(str::to_owned);
            self.report(&pointer::push(pointer, key), ProblemKind::UnknownKey { known, nearest });
        }
        for key in KEYS {
            match table.get(key) {
                None => {}
                Some(Value::String(name)) if !name.is_empty() => {}
                Some(Value::String(_)) => {
                    let rule = "not be empty".to_owned();
                    self.report(&pointer::push(pointer, key), ProblemKind::OutOfRange { rule });
                }
                Some(other) => {
                    let (expected, found) = ("a string".to_owned(), type_in_words(other));
                    self.report(&pointer::push(pointer, key), ProblemKind::WrongType { expected, found });
                }
            }
        }
        if self.problems.len() == before {
            let reason = match table.len() {
                0 => "must have `env` or `file`",
                _ => "must have either `env` or `file`, not both",
            };
            self.report(pointer, ProblemKind::NotASecret { reason: reason.to_owned() });
        }
    }
}

fn has_type(value: &Value, schema: &Value) -> bool {
    let fits = |name: &str| match name {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        // Unknown types do not restrict values.
        _ => true,
    };
    match schema.get("type") {
        Some(Value::String(name)) => fits(name),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).any(fits),
        _ => true,
    }
}

fn outside_enum(value: &Value, schema: &Value) -> Option<ProblemKind> {
    let allowed = schema.get("enum")?.as_array()?;
    if allowed.contains(value) {
        return None;
    }
    let shown = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let found = shown(value);
    let allowed: Vec<String> = allowed.iter().filter(|value| !value.is_null()).map(shown).collect();
    let nearest = nearest(&found, allowed.iter().map(String::as_str)).map(str::to_owned);
    Some(ProblemKind::NotInEnum { allowed, found, nearest })
}

#[cfg(test)]
#[path = "schema_check_tests.rs"]
mod tests;
