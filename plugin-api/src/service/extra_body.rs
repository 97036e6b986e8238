//! The members of `extra_body` that change answers.

use serde_json::{Map, Value, json};

/// Members of `extra_body` that limit an answer or belong to its transport, in the words of all services.
const NOT_OF_ANSWERS: [&str; 16] = [
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "maxOutputTokens",
    "max_new_tokens",
    "num_predict",
    "n_predict",
    "stream",
    "stream_options",
    "keep_alive",
    "user",
    "store",
    "metadata",
    "safety_identifier",
    "prompt_cache_key",
    "cache_prompt",
];

/// Returns the members that change answers, at every depth.
pub(super) fn of_answers(members: &Map<String, Value>) -> Map<String, Value> {
    let kept = members.iter().filter(|(key, _)| !NOT_OF_ANSWERS.contains(&key.as_str()));
    let kept = kept.map(|(key, value)| match value {
        Value::Object(inner) if !inner.is_empty() => (key.clone(), Value::Object(of_answers(inner))),
        value => (key.clone(), value.clone()),
    });
    // A table of which nothing is left is not there.
    kept.filter(|(key, value)| *value != json!({}) || members.get(key) == Some(value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_and_transport_are_left_out_at_every_depth() {
        for (extra, expected) in [
            (json!({"a": 1}), json!({"a": 1})),
            (json!({"a": {}, "b": {"c": {}}}), json!({"a": {}, "b": {"c": {}}})),
            (json!({"max_tokens": 5, "stream": false, "keep_alive": "1h", "user": "u", "store": true}), json!({})),
            (json!({"options": {"num_predict": 5}}), json!({})),
            (json!({"options": {"num_predict": 5, "num_ctx": 9}, "user": "u"}), json!({"options": {"num_ctx": 9}})),
        ] {
            assert_eq!(Value::Object(of_answers(extra.as_object().unwrap())), expected, "{extra}");
        }
    }
}
