//! Stage 7: a model's text to items. Pure.
//!
//! Reads what models really write: JSON alone, in code fences, in prose, behind a thinking block, with a
//! trailing comma, or cut off. Cut-off JSON is never repaired: only items that are closed in the text count.

use serde::de::{Deserializer as _, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use std::fmt;

/// One answered row: its id, if it has one, and its fields in the order of the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The key or the `id` field.
    pub id: Option<String>,
    /// The fields, or why the item cannot be read.
    pub fields: Result<Vec<(String, Value)>, &'static str>,
}

/// What a text holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parsed {
    /// The items that are closed in the text.
    pub items: Vec<Item>,
    /// Whether the text ends in the middle of an item or before its end.
    pub cut_off: bool,
}

/// Reads an answer; `None` when it holds no JSON that could be one.
pub fn parse(text: &str) -> Option<Parsed> {
    let text = after_thinking(text);
    let mut best: Option<Parsed> = None;
    let mut from = 0;
    // In prose, the first bracket is not always the answer's; the reading with the most items is.
    for _ in 0..16 {
        let Some(start) = text.get(from..).and_then(|rest| rest.find(['{', '['])).map(|at| from + at) else {
            break;
        };
        let (parsed, consumed) = read_at(text, start);
        let found = parsed.items.len();
        if found > best.as_ref().map_or(0, |b| b.items.len()) {
            best = Some(parsed);
        }
        from = start + consumed.max(1);
    }
    best
}

/// What comes after a model's visible thinking.
fn after_thinking(text: &str) -> &str {
    let trimmed = text.trim_start_matches('\u{feff}').trim_start();
    match trimmed.strip_prefix("<think>") {
        Some(rest) => rest.split_once("</think>").map_or("", |(_, after)| after),
        None => trimmed,
    }
}

/// Reads the JSON that begins at `start`; returns how many bytes it took.
fn read_at(text: &str, start: usize) -> (Parsed, usize) {
    let rest = text.get(start..).unwrap_or_default();
    let mut scanner = Scanner { text: rest, at: 1, parsed: Parsed::default(), ended: false };
    if rest.starts_with('[') {
        scanner.array();
    } else {
        scanner.object();
    }
    // A bracket of the prose is stepped over. What the end of the text cut off is not searched: an inner
    // object of an unfinished item must not pass for an item.
    let prose = scanner.parsed.items.is_empty() && !scanner.ended;
    let consumed = if prose { 1 } else { scanner.at };
    (scanner.parsed, consumed)
}

/// Walks the outermost array or object item by item.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
    parsed: Parsed,
    /// Whether reading stopped because the text ended.
    ended: bool,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// Skips commas and space; returns the next byte.
    fn next_byte(&mut self) -> Option<u8> {
        self.skip_space();
        while self.rest().starts_with(',') {
            self.at += 1;
            self.skip_space();
        }
        let next = self.rest().bytes().next();
        self.ended |= next.is_none();
        next
    }

    /// Takes one whole JSON value off the front.
    fn value(&mut self) -> Option<&'a RawValue> {
        let mut stream = serde_json::Deserializer::from_str(self.rest()).into_iter::<&'a RawValue>();
        match stream.next() {
            Some(Ok(value)) => {
                self.at += stream.byte_offset();
                Some(value)
            }
            Some(Err(error)) => {
                self.ended |= error.is_eof();
                None
            }
            None => {
                self.ended = true;
                None
            }
        }
    }

    fn array(&mut self) {
        loop {
            match self.next_byte() {
                Some(b']') => {
                    self.at += 1;
                    return;
                }
                Some(b'{') => match self.value() {
                    Some(raw) => self.parsed.items.push(array_item(raw)),
                    None => break,
                },
                // Something else between the items: readable or not, it is no answer.
                Some(_) if self.value().is_some() => {}
                Some(_) | None => break,
            }
        }
        self.parsed.cut_off = true;
        self.at = self.text.len();
    }

    fn object(&mut self) {
        let mut fields = Vec::new();
        let mut repeated = false;
        loop {
            match self.next_byte() {
                Some(b'}') => {
                    self.at += 1;
                    self.end_object(fields, repeated);
                    return;
                }
                Some(b'"') => {}
                _ => break,
            }
            let Some(key) = self.value().and_then(|raw| serde_json::from_str::<String>(raw.get()).ok()) else {
                break;
            };
            self.skip_space();
            if !self.rest().starts_with(':') {
                self.ended |= self.rest().is_empty();
                break;
            }
            self.at += 1;
            self.skip_space();
            if self.rest().starts_with('[') && self.holds_rows() {
                self.at += 1;
                let cut_off = self.nested_array();
                if cut_off {
                    return;
                }
                continue;
            }
            let Some(raw) = self.value() else { break };
            if raw.get().starts_with('{') {
                self.parsed.items.push(Item { id: Some(key), fields: read_fields(raw) });
            } else {
                repeated |= fields.iter().any(|(k, _)| *k == key);
                fields.push((key, serde_json::from_str(raw.get()).unwrap_or(Value::Null)));
            }
        }
        self.parsed.cut_off = true;
        self.at = self.text.len();
    }

    /// Whether the array ahead begins with an object: then it is a list of rows in a wrapper.
    fn holds_rows(&self) -> bool {
        let inner = self.rest().get(1..).unwrap_or_default().trim_start();
        inner.starts_with('{')
    }

    /// Reads the rows of a wrapped array; returns whether the text ended in it.
    fn nested_array(&mut self) -> bool {
        self.array();
        self.parsed.cut_off
    }

    /// An object without rows in it is itself the answer of a single row.
    fn end_object(&mut self, fields: Vec<(String, Value)>, repeated: bool) {
        if !self.parsed.items.is_empty() || fields.is_empty() {
            return;
        }
        let mut fields = fields;
        let id = take_id(&mut fields);
        let fields = if repeated { Err(REPEATED) } else { Ok(fields) };
        self.parsed.items.push(Item { id, fields });
    }
}

const REPEATED: &str = "it names a field twice";

fn array_item(raw: &RawValue) -> Item {
    match read_fields(raw) {
        Ok(mut fields) => Item { id: take_id(&mut fields), fields: Ok(fields) },
        Err(problem) => Item { id: id_of_damaged(raw), fields: Err(problem) },
    }
}

fn take_id(fields: &mut Vec<(String, Value)>) -> Option<String> {
    let at = fields.iter().position(|(name, _)| name == "id")?;
    match fields.remove(at).1 {
        Value::String(id) => Some(id),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn id_of_damaged(raw: &RawValue) -> Option<String> {
    let value: Value = serde_json::from_str(raw.get()).ok()?;
    value.get("id")?.as_str().map(str::to_owned)
}

/// Reads an object's fields and notices repeated names, which a JSON map would hide.
fn read_fields(raw: &RawValue) -> Result<Vec<(String, Value)>, &'static str> {
    struct Fields;
    impl<'de> Visitor<'de> for Fields {
        type Value = Result<Vec<(String, Value)>, &'static str>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut fields: Vec<(String, Value)> = Vec::with_capacity(4);
            let mut repeated = false;
            while let Some(name) = map.next_key::<String>()? {
                if fields.iter().any(|(known, _)| *known == name) {
                    repeated = true;
                    map.next_value::<IgnoredAny>()?;
                } else {
                    fields.push((name, map.next_value()?));
                }
            }
            Ok(if repeated { Err(REPEATED) } else { Ok(fields) })
        }
    }
    let mut deserializer = serde_json::Deserializer::from_str(raw.get());
    deserializer.deserialize_map(Fields).unwrap_or(Err("it cannot be read"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn ids(text: &str) -> (Vec<String>, bool) {
        let parsed = parse(text).unwrap_or_default();
        (parsed.items.iter().map(|item| item.id.clone().unwrap_or_default()).collect(), parsed.cut_off)
    }

    #[test]
    fn all_the_ways_in_which_models_wrap_json() {
        let keyed = r#"{"r0":{"a":1},"r1":{"a":2}}"#;
        let array = r#"[{"id":"x","a":1},{"id":"y","a":2}]"#;
        let cases = [
            ("keyed", keyed.to_owned(), vec!["r0", "r1"], false),
            ("array", array.to_owned(), vec!["x", "y"], false),
            ("fences", format!("```json\n{keyed}\n```"), vec!["r0", "r1"], false),
            ("prose", format!("Sure! Here you [are]:\n{array}\nAnything else?"), vec!["x", "y"], false),
            ("thinking", format!("<think>maybe {{\"r9\":{{\"a\":0}}}}</think>\n{keyed}"), vec!["r0", "r1"], false),
            ("unclosed thinking", format!("<think>{keyed}"), vec![], false),
            ("byte order mark", format!("\u{feff}{keyed}"), vec!["r0", "r1"], false),
            ("trailing comma", r#"{"r0":{"a":1},"r1":{"a":2},}"#.to_owned(), vec!["r0", "r1"], false),
            ("wrapped array", format!(r#"{{"rows":{array}}}"#), vec!["x", "y"], false),
            ("cut in an item", r#"{"r0":{"a":1},"r1":{"a":"ha"#.to_owned(), vec!["r0"], true),
            ("cut in an array", r#"[{"id":"x","a":1},{"id":"y","a"#.to_owned(), vec!["x"], true),
            ("cut between items", r#"{"r0":{"a":1},"#.to_owned(), vec!["r0"], true),
            ("a refusal", "I cannot help with that.".to_owned(), vec![], false),
            ("nothing", String::new(), vec![], false),
            ("a repeated key", r#"{"r0":{"a":1},"r0":{"a":2}}"#.to_owned(), vec!["r0", "r0"], false),
            ("numbers as ids", r#"[{"id":1,"a":1}]"#.to_owned(), vec!["1"], false),
        ];
        for (name, text, expected, cut) in cases {
            let (found, cut_off) = ids(&text);
            assert_eq!((found, cut_off), (expected.iter().map(|s| (*s).to_owned()).collect(), cut), "{name}");
        }
    }

    #[test]
    fn a_bare_object_is_the_answer_of_one_row() {
        let parsed = parse(r#"{"tldr":"x","tags":["a","b"]}"#).unwrap();
        assert_eq!(parsed.items.len(), 1);
        assert_eq!(parsed.items[0].fields, Ok(vec![("tldr".into(), json!("x")), ("tags".into(), json!(["a", "b"]))]));
    }

    #[test]
    fn a_field_named_twice_makes_only_its_own_item_unreadable() {
        let parsed = parse(r#"{"r0":{"a":1,"a":2,"b":3},"r1":{"a":2}}"#).unwrap();
        assert!(parsed.items[0].fields.is_err());
        assert!(parsed.items[1].fields.is_ok());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in r#"[\[\]{}",:a-c0-9 \\\n`<>/é]{0,80}"#) {
            drop(parse(&text));
        }

        #[test]
        fn a_cut_never_invents_an_item(cut in 0_usize..200) {
            let whole = r#"{"r0":{"t":"Balance technical debt"},"r1":{"t":"é"},"r2":{"t":"three","n":[1,{"k":2}]}}"#;
            let all = parse(whole).unwrap().items;
            let text: String = whole.chars().take(cut).collect();
            for item in parse(&text).unwrap_or_default().items {
                prop_assert!(all.contains(&item), "{item:?} is not in the whole text");
            }
        }
    }
}
