//! Descriptions of the difference between a request body and the recorded one.

use super::request_identity::BodyContent;
use serde_json::Value;

/// Maximum characters of a value in a description.
const MAX_SHOWN: usize = 40;
/// Characters before the first difference of two texts in a description.
const CONTEXT: usize = 12;

/// Describes the first difference between the body that was sent and the recorded one.
pub(super) fn describe(sent: &BodyContent, recorded: &BodyContent) -> String {
    match (sent, recorded) {
        (BodyContent::Json(sent), BodyContent::Json(recorded)) => {
            first_difference("", sent, recorded).unwrap_or_else(|| "no difference".to_owned())
        }
        (BodyContent::Bytes(sent), BodyContent::Bytes(recorded)) => {
            texts(&String::from_utf8_lossy(sent), &String::from_utf8_lossy(recorded))
        }
        (BodyContent::Json(_), BodyContent::Bytes(_)) => "its body is JSON, the recorded body is not".to_owned(),
        (BodyContent::Bytes(_), BodyContent::Json(_)) => "its body is not JSON, the recorded body is".to_owned(),
    }
}

/// Returns the number of bytes that two bodies share at their beginnings and ends.
pub(super) fn similarity(sent: &BodyContent, recorded: &BodyContent) -> usize {
    let text = |content: &BodyContent| match content {
        BodyContent::Json(value) => value.to_string().into_bytes(),
        BodyContent::Bytes(bytes) => bytes.clone(),
    };
    let (sent, recorded) = (text(sent), text(recorded));
    let shared = |pairs: &mut dyn Iterator<Item = (&u8, &u8)>| pairs.take_while(|(a, b)| a == b).count();
    shared(&mut sent.iter().zip(&recorded)) + shared(&mut sent.iter().rev().zip(recorded.iter().rev()))
}

fn first_difference(pointer: &str, sent: &Value, recorded: &Value) -> Option<String> {
    if sent == recorded {
        return None;
    }
    let shown = if pointer.is_empty() { "the body" } else { pointer };
    match (sent, recorded) {
        (Value::Object(sent), Value::Object(recorded)) => {
            let changed = sent.iter().find_map(|(key, value)| match recorded.get(key) {
                Some(other) => first_difference(&format!("{pointer}/{key}"), value, other),
                None => Some(format!("{pointer}/{key} is not in the recording")),
            });
            changed.or_else(|| {
                let missing = recorded.keys().find(|key| !sent.contains_key(*key))?;
                Some(format!("{pointer}/{missing} is only in the recording"))
            })
        }
        (Value::Array(sent), Value::Array(recorded)) => {
            let mut pairs = sent.iter().zip(recorded).enumerate();
            let changed = pairs.find_map(|(index, (a, b))| first_difference(&format!("{pointer}/{index}"), a, b));
            changed.or_else(|| Some(format!("{shown} has {} elements, recorded {}", sent.len(), recorded.len())))
        }
        (Value::String(sent), Value::String(recorded)) => Some(format!("{shown} is {}", texts(sent, recorded))),
        _ => Some(format!("{shown} is {}, recorded {}", cut(&sent.to_string()), cut(&recorded.to_string()))),
    }
}

/// Both texts, from shortly before their first difference.
fn texts(sent: &str, recorded: &str) -> String {
    let shared = sent.chars().zip(recorded.chars()).take_while(|(a, b)| a == b).count();
    let part = |text: &str| {
        let start = shared.saturating_sub(CONTEXT);
        let dots = if start > 0 { "…" } else { "" };
        format!("{:?}", format!("{dots}{}", cut(&text.chars().skip(start).collect::<String>())))
    };
    format!("{}, recorded {}", part(sent), part(recorded))
}

fn cut(text: &str) -> String {
    let mut short: String = text.chars().take(MAX_SHOWN).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_first_difference_is_described() {
        let json = BodyContent::Json;
        let bytes = |text: &str| BodyContent::Bytes(text.as_bytes().to_vec());
        for (sent, recorded, description) in [
            (json(json!({"a": {"b": 2}})), json(json!({"a": {"b": 1}})), "/a/b is 2, recorded 1"),
            (json(json!({"a": 1, "n": 1})), json(json!({"a": 1})), "/n is not in the recording"),
            (json(json!({"a": 1})), json(json!({"a": 1, "n": 1})), "/n is only in the recording"),
            (json(json!([1])), json(json!([1, 2])), "the body has 1 elements, recorded 2"),
            (
                json(json!({"text": "You are an expert in trees."})),
                json(json!({"text": "You are an expert in bread."})),
                r#"/text is "…n expert in trees.", recorded "…n expert in bread.""#,
            ),
            (bytes("plain"), bytes("plane"), r#""plain", recorded "plane""#),
            (bytes("x y"), json(json!(1)), "its body is not JSON, the recorded body is"),
        ] {
            assert_eq!(describe(&sent, &recorded), description);
        }
    }

    #[test]
    fn the_most_similar_body_shares_the_most_text() {
        let sent = BodyContent::Json(json!({"model": "a", "text": "one"}));
        let near = BodyContent::Json(json!({"model": "b", "text": "one"}));
        let far = BodyContent::Json(json!({"model": "b", "text": "two"}));
        assert!(similarity(&sent, &near) > similarity(&sent, &far));
    }
}
