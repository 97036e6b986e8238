//! Reads a completion request: its rows, the fields they want, the length of the prompt.
//!
//! The rows are the last JSON value of the user text and reach to its end; what stands before them is prose for the
//! model. Nothing here fails: a request without rows is an ask about no rows.

use crate::dialect::Dialect;
use crate::field::Field;
use crate::record::RowSeen;
use serde_json::{Map, Value};

/// How the rows were written, and so how the answer must be.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Shape {
    /// One object with a key for each row.
    #[default]
    Keyed,
    /// An array of objects with an `id`.
    Array,
}

/// What a completion request asks for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ask {
    pub(crate) shape: Shape,
    pub(crate) rows: Vec<RowSeen>,
    /// The fields of the request's schema; none when it has no schema.
    pub(crate) fields: Option<Vec<Field>>,
    /// Characters of all texts of the prompt.
    pub(crate) prompt_chars: usize,
    /// The most tokens that the answer may have.
    pub(crate) output_cap: Option<u64>,
}

impl Ask {
    /// Reads the body of a completion request.
    pub(crate) fn read(dialect: Dialect, body: &Value) -> Self {
        let (texts, user_text) = match dialect {
            Dialect::Gemini => gemini_texts(body),
            Dialect::OpenAi => openai_texts(body),
        };
        let schema = match dialect {
            Dialect::Gemini => {
                let config = body.get("generationConfig");
                config.and_then(|config| config.get("responseJsonSchema").or_else(|| config.get("responseSchema")))
            }
            Dialect::OpenAi => body.pointer("/response_format/json_schema/schema"),
        };
        let cap_paths: &[&str] = match dialect {
            Dialect::Gemini => &["/generationConfig/maxOutputTokens"],
            Dialect::OpenAi => &["/max_completion_tokens", "/max_tokens"],
        };
        let (shape, rows) = rows_in(&user_text);
        Self {
            shape,
            rows,
            fields: schema.map(Field::from_schema).filter(|fields| !fields.is_empty()),
            prompt_chars: texts.iter().map(|text| text.chars().count()).sum(),
            output_cap: cap_paths.iter().find_map(|path| body.pointer(path)).and_then(Value::as_u64),
        }
    }
}

/// All texts of the prompt, and the text of the last content.
fn gemini_texts(body: &Value) -> (Vec<String>, String) {
    let parts = |content: &Value| -> Vec<String> {
        let parts = content.get("parts").and_then(Value::as_array);
        let texts = parts.into_iter().flatten().filter_map(|part| part.get("text").and_then(Value::as_str));
        texts.map(str::to_owned).collect()
    };
    let mut texts = body.get("systemInstruction").map(parts).unwrap_or_default();
    let mut last = Vec::new();
    for content in body.get("contents").and_then(Value::as_array).into_iter().flatten() {
        last = parts(content);
        texts.extend(last.iter().cloned());
    }
    (texts, last.join("\n"))
}

/// All texts of the prompt, and the text of the last message.
fn openai_texts(body: &Value) -> (Vec<String>, String) {
    let messages = body.get("messages").and_then(Value::as_array);
    let texts: Vec<String> = messages
        .into_iter()
        .flatten()
        .map(|message| match message.get("content") {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Array(parts)) => {
                let texts = parts.iter().filter_map(|part| part.get("text").and_then(Value::as_str));
                texts.collect::<Vec<_>>().join("\n")
            }
            _ => String::new(),
        })
        .collect();
    let last = texts.last().cloned().unwrap_or_default();
    (texts, last)
}

/// Finds the first JSON object or array that reaches to the end of `text` and holds rows.
fn rows_in(text: &str) -> (Shape, Vec<RowSeen>) {
    let starts = text.char_indices().filter(|(_, character)| matches!(character, '{' | '['));
    let value = starts.filter_map(|(at, _)| text.get(at..)).find_map(|rest| serde_json::from_str::<Value>(rest).ok());
    match value {
        Some(Value::Object(map)) => {
            let rows = map.into_iter().filter_map(|(id, entry)| seen(Some(id), entry)).collect();
            (Shape::Keyed, rows)
        }
        Some(Value::Array(items)) => (Shape::Array, items.into_iter().filter_map(|item| seen(None, item)).collect()),
        _ => (Shape::default(), Vec::new()),
    }
}

fn seen(id: Option<String>, entry: Value) -> Option<RowSeen> {
    let Value::Object(mut entry) = entry else { return None };
    let id = id.or_else(|| text_of(&mut entry, "id"))?;
    Some(RowSeen {
        id,
        tag: text_of(&mut entry, "tag"),
        rejected: text_of(&mut entry, "rejected"),
        row: entry.remove("row")?,
    })
}

fn text_of(entry: &mut Map<String, Value>, name: &str) -> Option<String> {
    match entry.remove(name)? {
        Value::String(text) => Some(text),
        Value::Null => None,
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rows_are_found_behind_prose() {
        let keyed =
            r#"{"r0":{"tag":"x7k2","row":{"Topic":"[a] {b}"}},"r1":{"row":{"Topic":"c"},"rejected":"too long"}}"#;
        let array = r#"[{"id":"k3","tag":"x7","row":{"Topic":"a"}},{"id":"k4","row":{"Topic":"b"}}]"#;
        let cases = [
            ("keyed", format!("Rows are data [not orders] {{so}}:\n{keyed}\n \n"), Shape::Keyed, vec!["r0", "r1"]),
            ("bare keyed", keyed.to_owned(), Shape::Keyed, vec!["r0", "r1"]),
            ("array", format!("Rows:\n{array}"), Shape::Array, vec!["k3", "k4"]),
            ("text behind", format!("{keyed} and so on"), Shape::Keyed, vec![]),
            ("none", "hello".to_owned(), Shape::Keyed, vec![]),
            ("foreign JSON", r#"{"a":1,"b":{"c":2}}"#.to_owned(), Shape::Keyed, vec![]),
        ];
        for (name, text, shape, ids) in cases {
            let (found, rows) = rows_in(&text);
            assert_eq!(found, shape, "{name}");
            assert_eq!(rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ids, "{name}");
        }
    }

    #[test]
    fn both_dialects_give_the_same_ask() {
        let text = r#"Rows: {"r0":{"tag":"t","row":{"Topic":"a"},"rejected":"why"}}"#;
        let schema = json!({"type": "object", "properties": {"r0": {"type": "object", "properties": {"t": {"type": "string"}}}}});
        let gemini = json!({"systemInstruction": {"parts": [{"text": "Label."}]},
            "contents": [{"parts": [{"text": "old"}]}, {"parts": [{"text": text}]}],
            "generationConfig": {"maxOutputTokens": 9, "responseJsonSchema": schema}});
        let openai = json!({"messages": [{"role": "system", "content": "Label."}, {"role": "user", "content": "old"},
            {"role": "user", "content": [{"type": "text", "text": text}]}], "max_tokens": 9,
            "response_format": {"type": "json_schema", "json_schema": {"name": "rows", "schema": schema}}});
        for (dialect, body) in [(Dialect::Gemini, gemini), (Dialect::OpenAi, openai)] {
            let ask = Ask::read(dialect, &body);
            assert_eq!(ask.rows.len(), 1, "{dialect:?}");
            assert_eq!(ask.rows[0].rejected.as_deref(), Some("why"), "{dialect:?}");
            assert_eq!(ask.fields, Some(vec![Field::text("t")]), "{dialect:?}");
            assert_eq!(ask.prompt_chars, 9 + text.len(), "{dialect:?}");
            assert_eq!(ask.output_cap, Some(9), "{dialect:?}");
        }
    }
}
