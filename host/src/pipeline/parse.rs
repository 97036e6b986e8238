//! Stage 7: a model's text to items. Pure.
//!
//! Reads what models really write: JSON alone, in code fences, in prose, behind a thinking block, with a
//! trailing comma, or cut off. Cut-off JSON is never repaired: only items that are closed in the text count.

use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use std::borrow::Cow;
use std::fmt;

/// The fields of an item, in the order of the text.
pub type Fields<'a> = Vec<(Cow<'a, str>, Value)>;

/// One answered row.
#[derive(Debug, Clone, PartialEq)]
pub struct Item<'a> {
    /// The key or the `id` field, if there is one.
    pub id: Option<Cow<'a, str>>,
    /// The fields, or why the item cannot be used.
    pub fields: Result<Fields<'a>, &'static str>,
}

/// What a text holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parsed<'a> {
    /// The items that are closed in the text.
    pub items: Vec<Item<'a>>,
    /// Whether the text ends in the middle of an item or before its end.
    pub cut_off: bool,
}

/// Reads an answer; `None` when it holds no JSON that could be one.
pub fn parse(text: &str) -> Option<Parsed<'_>> {
    let text = after_thinking(text);
    let mut best: Option<Parsed<'_>> = None;
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
fn read_at(text: &str, start: usize) -> (Parsed<'_>, usize) {
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
    parsed: Parsed<'a>,
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
    fn value<T: Deserialize<'a>>(&mut self) -> Option<T> {
        let mut stream = serde_json::Deserializer::from_str(self.rest()).into_iter::<T>();
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
                Some(_) => match self.value() {
                    Some(Element::Object(fields, repeated)) => self.parsed.items.push(item(None, fields, repeated)),
                    // Something else between the items is no answer.
                    Some(Element::Other(_)) => {}
                    None if self.rest().starts_with('{') && self.step_over() => {
                        self.parsed.items.push(Item { id: None, fields: Err(BROKEN) });
                    }
                    None => break,
                },
                None => break,
            }
        }
        self.parsed.cut_off = true;
        self.at = self.text.len();
    }

    fn object(&mut self) {
        let mut fields: Fields<'a> = Vec::new();
        let mut repeated = false;
        let mut broken = false;
        loop {
            match self.next_byte() {
                Some(b'}') => {
                    self.at += 1;
                    self.end_object(fields, if broken { Some(BROKEN) } else { repeated.then_some(REPEATED) });
                    return;
                }
                Some(b'"') => {}
                _ => break,
            }
            let Some(Text(key)) = self.value() else { break };
            self.skip_space();
            if !self.rest().starts_with(':') {
                self.ended |= self.rest().is_empty();
                break;
            }
            self.at += 1;
            self.skip_space();
            if self.rest().starts_with('[') && self.holds_rows() {
                self.at += 1;
                self.array();
                if self.parsed.cut_off {
                    return;
                }
                continue;
            }
            match self.value() {
                Some(Element::Object(inner, twice)) => self.parsed.items.push(item(Some(key), inner, twice)),
                // More fields than any schema has are no answer, and telling them apart takes time.
                Some(Element::Other(_)) if fields.len() >= MOST_FIELDS => break,
                Some(Element::Other(value)) => {
                    repeated |= fields.iter().any(|(known, _)| *known == key);
                    fields.push((key, value));
                }
                None => {
                    let is_item = self.rest().starts_with('{');
                    if !self.step_over() {
                        break;
                    }
                    if is_item {
                        self.parsed.items.push(Item { id: Some(key), fields: Err(BROKEN) });
                    } else {
                        broken = true;
                    }
                }
            }
        }
        self.parsed.cut_off = true;
        self.at = self.text.len();
    }

    /// Steps over a value that is closed in the text but cannot be read, such as one with a bad escape, by
    /// its brackets and strings; it costs only its own row. `false` when the text ends in it.
    fn step_over(&mut self) -> bool {
        if self.ended {
            return false;
        }
        let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
        for (offset, byte) in self.rest().bytes().enumerate() {
            if in_string {
                in_string = escaped || byte != b'"';
                escaped = !escaped && byte == b'\\';
                continue;
            }
            match byte {
                b'"' => in_string = true,
                b'{' | b'[' => depth += 1,
                b'}' | b']' if depth > 1 => depth -= 1,
                b'}' | b']' if depth == 1 => {
                    self.at += offset + 1;
                    return true;
                }
                // The end of a scalar; what ends it is read next.
                b',' | b'}' | b']' if depth == 0 => {
                    self.at += offset;
                    return true;
                }
                _ => {}
            }
        }
        self.ended = true;
        false
    }

    /// Whether the array ahead begins with an object: then it is a list of rows in a wrapper.
    fn holds_rows(&self) -> bool {
        let inner = self.rest().get(1..).unwrap_or_default().trim_start();
        inner.starts_with('{')
    }

    /// An object without rows in it is itself the answer of a single row.
    fn end_object(&mut self, mut fields: Fields<'a>, problem: Option<&'static str>) {
        if self.parsed.items.is_empty() && (problem.is_some() || !fields.is_empty()) {
            let id = take_id(&mut fields);
            self.parsed.items.push(Item { id, fields: problem.map_or(Ok(fields), Err) });
        }
    }
}

/// Most fields of one item.
const MOST_FIELDS: usize = 1_000;

/// Why an item that is closed but not JSON cannot be used.
const BROKEN: &str = "its JSON is broken";
/// Why an item that names a field twice cannot be used.
const REPEATED: &str = "it names a field twice";

/// An item under a key, or with its id among its fields.
fn item<'a>(key: Option<Cow<'a, str>>, mut fields: Fields<'a>, repeated: bool) -> Item<'a> {
    let id = key.or_else(|| take_id(&mut fields));
    Item { id, fields: if repeated { Err(REPEATED) } else { Ok(fields) } }
}

fn take_id<'a>(fields: &mut Fields<'a>) -> Option<Cow<'a, str>> {
    let at = fields.iter().position(|(name, _)| name == "id")?;
    match fields.remove(at).1 {
        Value::String(id) => Some(Cow::Owned(id)),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        _ => None,
    }
}

/// A text that is borrowed when it has no escapes.
struct Text<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrowing;
        impl<'de> Visitor<'de> for Borrowing {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Borrowing)
    }
}

/// A value within an answer: a row's object, with whether it names a field twice (which a JSON map would
/// hide), or anything else.
enum Element<'a> {
    Object(Fields<'a>, bool),
    Other(Value),
}

impl<'de> Deserialize<'de> for Element<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ElementVisitor)
    }
}

struct ElementVisitor;

impl<'de> Visitor<'de> for ElementVisitor {
    type Value = Element<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields: Fields<'de> = Vec::with_capacity(4);
        let mut repeated = false;
        while let Some(Text(name)) = map.next_key()? {
            if fields.len() >= MOST_FIELDS || fields.iter().any(|(known, _)| *known == name) {
                repeated = true;
                map.next_value::<IgnoredAny>()?;
            } else {
                fields.push((name, map.next_value()?));
            }
        }
        Ok(Element::Object(fields, repeated))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(seq)).map(Element::Other)
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Element::Other(Value::String(text.to_owned())))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(Element::Other(Value::Bool(value)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Element::Other(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Element::Other(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Element::Other(number.into()))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Element::Other(Value::Null))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn ids(text: &str) -> (Vec<String>, bool) {
        let parsed = parse(text).unwrap_or_default();
        (parsed.items.iter().map(|item| item.id.as_deref().unwrap_or_default().to_owned()).collect(), parsed.cut_off)
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

    #[test]
    fn a_broken_item_costs_only_itself() {
        let broken =
            [r#"{"t":"\ud83d x"}"#, "{\"t\":\"a\tb\"}", r#"{"n":1e999}"#, r#"{"t":"\x"}"#, r#"{"t":{"u":[1,]}}"#];
        for item in broken {
            let keyed = format!(r#"{{"r0":{{"t":"a"}},"r1":{item},"r2":{{"t":"c"}}}}"#);
            assert_eq!(ids(&keyed), (["r0", "r1", "r2"].map(str::to_owned).to_vec(), false), "{keyed}");
            assert_eq!(parse(&keyed).unwrap().items[1].fields, Err("its JSON is broken"));
            let first = format!(r#"{{"r0":{item},"r1":{{"t":"b"}}}}"#);
            assert_eq!(ids(&first), (["r0", "r1"].map(str::to_owned).to_vec(), false), "{first}");
            let array = format!(r#"[{{"id":"x","t":"a"}},{item},{{"id":"z","t":"c"}}]"#);
            assert_eq!(ids(&array), (["x", "", "z"].map(str::to_owned).to_vec(), false), "{array}");
            assert!(parse(item).unwrap().items[0].fields.is_err(), "{item}");
        }
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
