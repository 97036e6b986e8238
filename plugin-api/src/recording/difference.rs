//! Says in a few words how two bodies differ, for the person who wonders why a recording does not fit.

use super::question::Content;
use serde_json::Value;

/// Longest stretch of a value that is shown.
const SHOWN: usize = 40;
/// How much is shown of what both have before they part.
const BEFORE: usize = 12;

/// How the body that was asked differs from the one that was recorded.
pub(super) fn describe(asked: &Content, recorded: &Content) -> String {
    match (asked, recorded) {
        (Content::Json(asked), Content::Json(recorded)) => {
            first("", asked, recorded).unwrap_or_else(|| "nothing differs".to_owned())
        }
        (Content::Other(asked), Content::Other(recorded)) => {
            texts(&String::from_utf8_lossy(asked), &String::from_utf8_lossy(recorded))
        }
        (Content::Json(_), Content::Other(_)) => "its body is JSON, and the recorded one is not".to_owned(),
        (Content::Other(_), Content::Json(_)) => "its body is no JSON, and the recorded one is".to_owned(),
    }
}

/// How much of the body is the same: how many characters of the JSON text both begin with.
pub(super) fn likeness(asked: &Content, recorded: &Content) -> usize {
    let text = |content: &Content| match content {
        Content::Json(value) => value.to_string().into_bytes(),
        Content::Other(bytes) => bytes.clone(),
    };
    let (asked, recorded) = (text(asked), text(recorded));
    let same = |pairs: &mut dyn Iterator<Item = (&u8, &u8)>| pairs.take_while(|(a, b)| a == b).count();
    same(&mut asked.iter().zip(&recorded)) + same(&mut asked.iter().rev().zip(recorded.iter().rev()))
}

/// The first place where two values differ.
fn first(place: &str, asked: &Value, recorded: &Value) -> Option<String> {
    if asked == recorded {
        return None;
    }
    let shown = if place.is_empty() { "the body" } else { place };
    match (asked, recorded) {
        (Value::Object(asked), Value::Object(recorded)) => {
            let changed = asked.iter().find_map(|(key, value)| match recorded.get(key) {
                Some(other) => first(&format!("{place}/{key}"), value, other),
                None => Some(format!("{place}/{key} was not there")),
            });
            changed.or_else(|| {
                let gone = recorded.keys().find(|key| !asked.contains_key(*key))?;
                Some(format!("{place}/{gone} is not there any more"))
            })
        }
        (Value::Array(asked), Value::Array(recorded)) => {
            let mut pairs = asked.iter().zip(recorded).enumerate();
            let changed = pairs.find_map(|(at, (a, b))| first(&format!("{place}/{at}"), a, b));
            changed.or_else(|| Some(format!("{shown} has {} elements, and had {}", asked.len(), recorded.len())))
        }
        (Value::String(asked), Value::String(recorded)) => Some(format!("{shown}: {}", texts(asked, recorded))),
        _ => Some(format!("{shown} is {}, and was {}", cut(&asked.to_string()), cut(&recorded.to_string()))),
    }
}

/// Two texts from a little before the place where they part.
fn texts(asked: &str, recorded: &str) -> String {
    let same = asked.chars().zip(recorded.chars()).take_while(|(a, b)| a == b).count();
    let part = |text: &str| {
        let start = same.saturating_sub(BEFORE);
        let dots = if start > 0 { "…" } else { "" };
        format!("{:?}", format!("{dots}{}", cut(&text.chars().skip(start).collect::<String>())))
    };
    format!("{} instead of {}", part(asked), part(recorded))
}

fn cut(text: &str) -> String {
    let mut short: String = text.chars().take(SHOWN).collect();
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
    fn the_first_difference_is_named() {
        let json = Content::Json;
        let other = |text: &str| Content::Other(text.as_bytes().to_vec());
        for (asked, recorded, said) in [
            (json(json!({"a": {"b": 2}})), json(json!({"a": {"b": 1}})), "/a/b is 2, and was 1"),
            (json(json!({"a": 1, "n": 1})), json(json!({"a": 1})), "/n was not there"),
            (json(json!({"a": 1})), json(json!({"a": 1, "n": 1})), "/n is not there any more"),
            (json(json!([1])), json(json!([1, 2])), "the body has 1 elements, and had 2"),
            (
                json(json!({"text": "You are an expert in trees."})),
                json(json!({"text": "You are an expert in bread."})),
                r#"/text: "…n expert in trees." instead of "…n expert in bread.""#,
            ),
            (other("plain"), other("plane"), r#""plain" instead of "plane""#),
            (other("x y"), json(json!(1)), "its body is no JSON, and the recorded one is"),
        ] {
            assert_eq!(describe(&asked, &recorded), said);
        }
    }

    #[test]
    fn the_nearest_body_shares_the_most_text() {
        let asked = Content::Json(json!({"model": "a", "text": "one"}));
        let near = Content::Json(json!({"model": "b", "text": "one"}));
        let far = Content::Json(json!({"model": "b", "text": "two"}));
        assert!(likeness(&asked, &near) > likeness(&asked, &far));
    }
}
