//! Scans the outermost array or object of an answer item by item.

use super::answer::{Document, Fields, Item};
use super::element::{Element, MAX_FIELDS, Text};
use serde::de::Deserialize;
use serde_json::Value;
use std::borrow::Cow;

/// Scans the JSON that starts at `start`; returns the number of bytes consumed.
pub(super) fn read_at(text: &str, start: usize) -> (Document<'_>, usize) {
    let rest = text.get(start..).unwrap_or_default();
    let mut scanner = Scanner { text: rest, at: 1, document: Document::default(), ended: false };
    if rest.starts_with('[') {
        scanner.array();
    } else {
        scanner.object();
    }
    // Skips a bracket of the prose. JSON that the end of the text cut off is not searched: an inner object of an incomplete
    // item must not count as an item.
    let prose = scanner.document.items.is_empty() && !scanner.ended;
    let consumed = if prose { 1 } else { scanner.at };
    (scanner.document, consumed)
}

/// Scans the outermost array or object item by item.
struct Scanner<'a> {
    text: &'a str,
    at: usize,
    document: Document<'a>,
    /// True if the scan stopped because the text ended.
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

    /// Consumes one complete JSON value.
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
                    Some(Element::Object(fields, repeated)) => self.document.items.push(item(None, fields, repeated)),
                    // Other text between items makes the text invalid.
                    Some(Element::Other(_)) => {}
                    None if self.rest().starts_with('{') && self.step_over() => {
                        self.document.items.push(Item { id: None, fields: Err(BROKEN) });
                    }
                    None => break,
                },
                None => break,
            }
        }
        self.cut_off();
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
                if self.document.cut_off {
                    return;
                }
                continue;
            }
            match self.value() {
                Some(Element::Object(inner, twice)) => self.document.items.push(item(Some(key), inner, twice)),
                // Items with more fields than any schema are invalid, and comparing the fields takes time.
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
                        self.document.items.push(Item { id: Some(key), fields: Err(BROKEN) });
                    } else {
                        broken = true;
                    }
                }
            }
        }
        self.cut_off();
    }

    /// Ends the document before its last bracket. Text behind invalid JSON can hold a further document.
    fn cut_off(&mut self) {
        self.document.cut_off = true;
        if self.ended {
            self.at = self.text.len();
        }
    }

    /// Skips a complete value that is invalid JSON, such as one with a bad escape, by its brackets and strings; only its own row
    /// is lost. `false` when the text ends in it.
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
                // The end of a scalar; the next step reads the byte that ends it.
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

    /// Returns whether the array ahead starts with an object: then it is a wrapped list of rows.
    fn holds_rows(&self) -> bool {
        let inner = self.rest().get(1..).unwrap_or_default().trim_start();
        inner.starts_with('{')
    }

    /// An object without rows is the answer of a single row.
    fn end_object(&mut self, mut fields: Fields<'a>, problem: Option<&'static str>) {
        if self.document.items.is_empty() && (problem.is_some() || !fields.is_empty()) {
            let id = take_id(&mut fields);
            self.document.items.push(Item { id, fields: problem.map_or(Ok(fields), Err) });
        }
    }
}

/// The problem of a complete item that is invalid JSON.
const BROKEN: &str = "its JSON is broken";
/// The problem of an item with duplicate fields.
const REPEATED: &str = "it names a field twice";

/// Creates an item from a key, or from the id among its fields.
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
