//! Walks the outermost array or object of an answer item by item.

use super::answer::{Fields, Item, Parsed};
use super::element::{Element, MAX_FIELDS, Text};
use serde::de::Deserialize;
use serde_json::Value;
use std::borrow::Cow;

/// Reads the JSON that begins at `start`; returns how many bytes it took.
pub(super) fn read_at(text: &str, start: usize) -> (Parsed<'_>, usize) {
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
                Some(Element::Other(_)) if fields.len() >= MAX_FIELDS => break,
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
