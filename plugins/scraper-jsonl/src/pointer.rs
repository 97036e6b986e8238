//! Finds the array that a JSON Pointer leads to, as a piece of the document's text.

use rowsmith_plugin_api::input::{listed, near_names};
use rowsmith_plugin_api::prelude::*;
use serde::de::{Deserializer as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// Maximum names of an object that are kept for a hint.
const MAX_NAMES: usize = 200;

/// The error of a pointer.
#[derive(Debug)]
pub(crate) enum PointerError {
    /// The document is not JSON.
    Invalid(serde_json::Error),
    /// The pointer refers to nothing, or not to an array.
    NotFound(Error),
}

impl From<serde_json::Error> for PointerError {
    fn from(error: serde_json::Error) -> Self {
        Self::Invalid(error)
    }
}

/// Returns the text of the array that the pointer refers to.
pub(crate) fn find<'a>(document: &'a str, pointer: &str) -> Result<&'a str, PointerError> {
    let mut text = serde_json::from_str::<&RawValue>(document)?.get();
    let mut path = String::new();
    for token in pointer.split('/').skip(1) {
        let step = Step { wanted: token.replace("~1", "/").replace("~0", "~") };
        let (member, names) = serde_json::Deserializer::from_str(text).deserialize_any(step)?;
        text = member.ok_or_else(|| PointerError::NotFound(not_found(pointer, &path, token, names)))?.get();
        path.push('/');
        path.push_str(token);
    }
    if text.starts_with('[') {
        return Ok(text);
    }
    let message = format!("`pointer` {pointer} refers to {}, expected an array", kind_of(text));
    Err(PointerError::NotFound(Error::config("pointer", message).hint("set it to the array of rows")))
}

fn not_found(pointer: &str, path: &str, token: &str, names: Vec<String>) -> Error {
    let parent = if path.is_empty() { "the document" } else { path };
    let error = Error::config("pointer", format!("`pointer` {pointer} refers to nothing: {parent} has no `{token}`"));
    if names.is_empty() {
        return error;
    }
    let near = near_names(token, names.iter().cloned());
    let some = if near.is_empty() { names.into_iter().take(20).collect() } else { near };
    error.hint(format!("{parent} has {}", listed(&some)))
}

fn kind_of(text: &str) -> &'static str {
    match text.as_bytes().first() {
        Some(b'{') => "an object",
        Some(b'"') => "a string",
        Some(b'n') => "null",
        Some(b't' | b'f') => "a boolean",
        _ => "a number",
    }
}

/// Finds one member of an object or element of an array. Also returns the names of the object.
struct Step {
    wanted: String,
}

impl<'de> Visitor<'de> for Step {
    type Value = (Option<&'de RawValue>, Vec<String>);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut member = None;
        let mut names = Vec::new();
        while let Some(name) = map.next_key::<String>()? {
            if name == self.wanted {
                member = Some(map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
            if names.len() < MAX_NAMES {
                names.push(name);
            }
        }
        Ok((member, names))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Self::Value, A::Error> {
        let wanted: Option<usize> = self.wanted.parse().ok();
        let mut member = None;
        let mut at = 0;
        while let Some(element) = elements.next_element()? {
            if Some(at) == wanted {
                member = Some(element);
            }
            at += 1;
        }
        Ok((member, Vec::new()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok((None, Vec::new()))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok((None, Vec::new()))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok((None, Vec::new()))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok((None, Vec::new()))
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok((None, Vec::new()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok((None, Vec::new()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = r#"{"data": {"items": [1], "a/b~": [[2], [3]], "n": 4}, "s": "x"}"#;

    #[test]
    fn pointers_refer_to_arrays() {
        for (pointer, text) in [("/data/items", "[1]"), ("/data/a~1b~0", "[[2], [3]]"), ("/data/a~1b~0/1", "[3]")] {
            assert_eq!(find(DOCUMENT, pointer).unwrap(), text, "{pointer}");
        }
        assert_eq!(find(" [5] ", "").unwrap(), "[5]");
    }

    #[test]
    fn errors_name_the_target() {
        let cases = [
            ("", "refers to an object", "array of rows"),
            ("/s", "refers to a string", "array of rows"),
            ("/data/n", "refers to a number", "array of rows"),
            ("/data/itms", "/data has no `itms`", "`items`"),
            ("/x", "the document has no `x`", "`data`, `s`"),
            ("/s/x", "/s has no `x`", ""),
            ("/data/items/7", "/data/items has no `7`", ""),
        ];
        for (pointer, message, hint) in cases {
            let Err(PointerError::NotFound(error)) = find(DOCUMENT, pointer) else { panic!("{pointer}") };
            assert!(error.message.contains(message), "{pointer}: {error}");
            assert!(error.hint.unwrap_or_default().contains(hint), "{pointer}");
        }
        assert!(matches!(find("{\"a\": [}", "/a"), Err(PointerError::Invalid(_))));
    }
}
