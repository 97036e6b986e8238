//! The right answer to a row: a pure function of the row's content and of the name and kind of each field.
//!
//! The order of columns has no effect, so a test can compute the answer from its own copy of the row. The values are
//! the same in all versions, on all machines and in all runs: tests keep files made from them.

use crate::field::{Field, FieldKind};
use serde_json::{Map, Value};

/// Maximum words of the row that a text value repeats; keeps every text at six words or fewer.
const MAX_SUBJECT_WORDS: usize = 3;
/// Maximum characters of a word that is taken from the row.
const MAX_WORD_CHARS: usize = 20;
/// Number of other values that are tried before a field counts as having only one.
const MAX_SALTS: u64 = 16;

/// Returns the right answer to `row`, without its tag.
pub fn expected_answer(row: &Value, fields: &[Field]) -> Map<String, Value> {
    object(row, fields, 0)
}

/// Returns a well-formed wrong answer to `row`. Fields with only one possible value keep it.
pub(crate) fn other_answer(row: &Value, fields: &[Field]) -> Map<String, Value> {
    let right = expected_answer(row, fields);
    fields
        .iter()
        .map(|field| {
            let other = (1..=MAX_SALTS)
                .filter_map(|salt| object(row, std::slice::from_ref(field), salt).remove(&field.name))
                .find(|value| Some(value) != right.get(&field.name));
            let value = other.or_else(|| right.get(&field.name).cloned()).unwrap_or_default();
            (field.name.clone(), value)
        })
        .collect()
}

/// Returns a stable 64-bit hash; not for security.
fn stable_hash(bytes: &[u8]) -> u64 {
    let folded = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    // The fold alone leaves patterns in the low bits, which pick enum values.
    let mixed = (folded ^ (folded >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn object(row: &Value, fields: &[Field], salt: u64) -> Map<String, Value> {
    let mut content = String::new();
    canonical(row, &mut content);
    let subject = subject(row);
    named_values(&content, &subject, fields, salt)
}

fn named_values(seed: &str, subject: &str, fields: &[Field], salt: u64) -> Map<String, Value> {
    let value = |field: &Field| value(&format!("{seed}\n{}", field.name), subject, &field.kind, salt);
    fields.iter().map(|field| (field.name.clone(), value(field))).collect()
}

fn value(seed: &str, subject: &str, kind: &FieldKind, salt: u64) -> Value {
    let hash = stable_hash(format!("{seed}\n{salt}").as_bytes());
    match kind {
        FieldKind::Text => Value::String(format!("answer {:06x} for {subject}", hash & 0x00ff_ffff)),
        FieldKind::Choice(choices) => pick(choices, hash).cloned().unwrap_or_default(),
        FieldKind::Integer { min, max } => {
            let span = max.abs_diff(*min).saturating_add(1);
            Value::from(min.saturating_add_unsigned(hash % span))
        }
        FieldKind::Number { min, max } => {
            // Eighths are exact in binary, so the value reads back as it was written.
            let eighths = u8::try_from(hash % 9).map_or(0.0, f64::from);
            Value::from(min + (max - min) * eighths / 8.0)
        }
        FieldKind::Boolean => Value::Bool(hash & 1 == 1),
        FieldKind::List(item) => {
            (0..=hash % 3).map(|index| value(&format!("{seed}\n{index}"), subject, item, salt)).collect()
        }
        FieldKind::Object(fields) => Value::Object(named_values(seed, subject, fields, salt)),
    }
}

fn pick(choices: &[Value], hash: u64) -> Option<&Value> {
    let count = u64::try_from(choices.len()).ok()?;
    choices.get(usize::try_from(hash.checked_rem(count)?).ok()?)
}

/// Returns the first words of the column `Topic`, or of the longest text of the row.
fn subject(row: &Value) -> String {
    let columns = row.as_object();
    let topic = columns.and_then(|columns| columns.get("Topic")).and_then(Value::as_str);
    let text = topic.or_else(|| {
        let texts = columns?.iter().filter_map(|(name, value)| Some((name, value.as_str()?)));
        let longest = texts.max_by(|(a_name, a), (b_name, b)| {
            a.chars().count().cmp(&b.chars().count()).then_with(|| b_name.cmp(a_name))
        });
        longest.map(|(_, text)| text)
    });
    let words: Vec<String> = text
        .unwrap_or_default()
        .split_whitespace()
        .map(|word| word.trim_matches(|character: char| !character.is_alphanumeric()))
        .filter(|word| !word.is_empty())
        .take(MAX_SUBJECT_WORDS)
        .map(|word| word.chars().take(MAX_WORD_CHARS).collect())
        .collect();
    if words.is_empty() { "row".to_owned() } else { words.join(" ") }
}

/// Writes `value` as JSON with the keys of every object sorted.
fn canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(name, _)| *name);
            text.push('{');
            for (name, value) in entries {
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push(':');
                canonical(value, text);
                text.push(',');
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for item in items {
                canonical(item, text);
                text.push(',');
            }
            text.push(']');
        }
        scalar => text.push_str(&scalar.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::default_fields;
    use serde_json::json;

    #[test]
    fn values_are_pinned() {
        // Files of earlier versions hold these values; a change here breaks them.
        let answer = expected_answer(&json!({"Topic": "Docker, Compose and more", "n": 1}), &default_fields());
        assert_eq!(
            Value::Object(answer),
            json!({"tldr": "answer c75339 for Docker Compose and", "challenge": "expert"})
        );
    }

    #[test]
    fn content_matters_and_column_order_does_not() {
        let fields = default_fields();
        let answer = expected_answer(&json!({"a": "x", "b": {"c": 1, "d": 2}}), &fields);
        assert_eq!(answer, expected_answer(&json!({"b": {"d": 2, "c": 1}, "a": "x"}), &fields));
        assert_ne!(answer, expected_answer(&json!({"a": "x", "b": {"c": 1, "d": 3}}), &fields));
    }

    #[test]
    fn texts_are_short_and_name_the_row() {
        let cases = [
            ("topic wins", json!({"Topic": "SQL", "Description": "a much longer text"}), "SQL"),
            ("longest text", json!({"a": "x", "b": "one two three four"}), "one two three"),
            ("no words", json!({"a": "--- !!"}), "row"),
            ("no text", json!({"a": 1}), "row"),
            ("not an object", json!([1, 2]), "row"),
        ];
        for (name, row, subject) in cases {
            let answer = expected_answer(&row, &[Field::text("t")]);
            let text = answer["t"].as_str().unwrap();
            assert!(text.ends_with(&format!(" for {subject}")), "{name}: {text}");
            assert!((3..=6).contains(&text.split(' ').count()), "{name}: {text}");
        }
    }

    #[test]
    fn every_kind_follows_its_rule() {
        let fields = [
            Field { name: "i".to_owned(), kind: FieldKind::Integer { min: 2, max: 4 } },
            Field { name: "n".to_owned(), kind: FieldKind::Number { min: 0.0, max: 1.0 } },
            Field { name: "b".to_owned(), kind: FieldKind::Boolean },
            Field { name: "l".to_owned(), kind: FieldKind::List(Box::new(FieldKind::Text)) },
            Field { name: "o".to_owned(), kind: FieldKind::Object(default_fields()) },
            Field { name: "none".to_owned(), kind: FieldKind::Choice(Vec::new()) },
        ];
        for index in 0..50 {
            let answer = expected_answer(&json!({"index": index}), &fields);
            assert!((2..=4).contains(&answer["i"].as_i64().unwrap()));
            assert!((0.0..=1.0).contains(&answer["n"].as_f64().unwrap()));
            assert!(answer["b"].is_boolean());
            assert!((1..=3).contains(&answer["l"].as_array().unwrap().len()));
            assert_eq!(answer["o"].as_object().unwrap().len(), 2);
            assert!(answer["none"].is_null());
        }
    }

    #[test]
    fn wrong_answer_differs_in_every_field() {
        let row = json!({"Topic": "Docker"});
        let (right, other) = (expected_answer(&row, &default_fields()), other_answer(&row, &default_fields()));
        for field in default_fields() {
            assert_ne!(right[&field.name], other[&field.name], "{}", field.name);
        }
    }
}
