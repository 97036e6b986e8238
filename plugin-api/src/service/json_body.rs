//! JSON bodies of requests.

use serde_json::{Map, Value};

/// Merges `extra` into `body`: tables at every depth, every other value replaces that of `body`.
pub(super) fn merge(body: &mut Map<String, Value>, extra: &Map<String, Value>) {
    for (key, value) in extra {
        match (body.get_mut(key), value) {
            (Some(Value::Object(inner)), Value::Object(extra)) => merge(inner, extra),
            (Some(slot), value) => *slot = value.clone(),
            (None, value) => {
                body.insert(key.clone(), value.clone());
            }
        }
    }
}

/// Returns the members of an object that are not null; options that are not set are null.
///
/// ```
/// use rowsmith_plugin_api::service::without_nulls;
/// use serde_json::json;
///
/// let temperature: Option<f64> = None;
/// let body = without_nulls(json!({ "model": "m", "temperature": temperature }));
/// assert_eq!(serde_json::Value::Object(body), json!({ "model": "m" }));
/// ```
pub fn without_nulls(object: Value) -> Map<String, Value> {
    match object {
        Value::Object(members) => members.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        _ => Map::new(),
    }
}

/// Returns a text that is not empty.
pub fn text_of(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn tables_merge_at_every_depth() {
        let mut body = json!({"a": {"b": 1, "c": {"d": 2}}, "list": [1], "text": "x"});
        let extra = json!({"a": {"c": {"e": 3}, "b": {"f": 1}}, "list": [2, 3], "text": {"g": 1}, "new": true});
        merge(body.as_object_mut().unwrap(), extra.as_object().unwrap());
        let expected =
            json!({"a": {"b": {"f": 1}, "c": {"d": 2, "e": 3}}, "list": [2, 3], "text": {"g": 1}, "new": true});
        assert_eq!(body, expected);
    }

    #[test]
    fn empty_texts_and_other_values_are_no_text() {
        let texts = [json!("a"), json!(""), json!(1), Value::Null].map(|value| text_of(&value));
        assert_eq!(texts, [Some("a".to_owned()), None, None, None]);
    }
}
