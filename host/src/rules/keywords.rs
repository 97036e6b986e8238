//! The keywords of a JSON Schema, with the types of their values.

use serde_json::{Map, Value};

/// The keywords of the schema at a path. A value of another type is an error that names path and keyword.
#[derive(Clone, Copy)]
pub(super) struct Keywords<'a> {
    pub(super) path: &'a str,
    keywords: &'a Map<String, Value>,
}

impl<'a> Keywords<'a> {
    /// Reads a schema. The path of a whole file is empty.
    ///
    /// # Errors
    /// If the schema is not an object.
    pub(super) fn new(path: &'a str, schema: &'a Value) -> Result<Self, String> {
        let name = if path.is_empty() { "the file".to_owned() } else { format!("`{path}`") };
        let keywords = schema.as_object().ok_or_else(|| format!("{name} is not a schema"))?;
        Ok(Self { path, keywords })
    }

    /// Returns the keywords that are present.
    pub(super) fn names(self) -> impl Iterator<Item = &'a str> {
        self.keywords.keys().map(String::as_str)
    }

    /// Returns a value of any type.
    pub(super) fn any(self, keyword: &str) -> Option<&'a Value> {
        self.keywords.get(keyword)
    }

    pub(super) fn text(self, keyword: &str) -> Result<Option<&'a str>, String> {
        self.read(keyword, "a string", Value::as_str)
    }

    pub(super) fn number(self, keyword: &str) -> Result<Option<f64>, String> {
        self.read(keyword, "a number", Value::as_f64)
    }

    pub(super) fn count(self, keyword: &str) -> Result<Option<usize>, String> {
        self.read(keyword, "a whole number of at least 0", whole)
    }

    pub(super) fn list(self, keyword: &str) -> Result<Option<&'a Vec<Value>>, String> {
        self.read(keyword, "a list", Value::as_array)
    }

    pub(super) fn names_in(self, keyword: &str) -> Result<Option<Vec<&'a str>>, String> {
        let names = |value: &'a Value| value.as_array()?.iter().map(Value::as_str).collect();
        self.read(keyword, "a list of strings", names)
    }

    pub(super) fn table(self, keyword: &str) -> Result<Option<&'a Map<String, Value>>, String> {
        self.read(keyword, "an object", Value::as_object)
    }

    fn read<T>(
        self,
        keyword: &str,
        expected: &str,
        read: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, String> {
        let Some(value) = self.keywords.get(keyword) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| self.problem(format_args!("`{keyword}` is {value}, expected {expected}")))
    }

    /// Adds the path to a problem.
    pub(super) fn problem(self, problem: impl std::fmt::Display) -> String {
        if self.path.is_empty() { problem.to_string() } else { format!("`{}`: {problem}", self.path) }
    }
}

/// Returns a whole number; `5.0` is one.
fn whole(value: &Value) -> Option<usize> {
    let number = value.as_u64().or_else(|| {
        let number = value.as_f64().filter(|number| number.fract() == 0.0)?;
        format!("{number:.0}").parse().ok()
    });
    usize::try_from(number?).ok()
}
