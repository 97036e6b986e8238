//! Parses a valid answer, wrapped as models wrap it and truncated anywhere.
//!
//! Properties: the complete answer is parsed unchanged, in each wrapping; a truncated answer yields exactly the items
//! that are closed before the cut, in order and unchanged; a cut inside the JSON is detected.

use arbitrary::{Arbitrary, Unstructured};
use rowsmith::pipeline::parse::{Document, Item, parse};
use serde_json::{Map, Value, json};

#[derive(Arbitrary, Debug)]
struct Answer {
    rows: Vec<Row>,
    wrapping: Wrapping,
    keyed: bool,
    pretty: bool,
    cut: u16,
}

#[derive(Arbitrary, Debug)]
struct Row {
    id: String,
    text: String,
    list: Vec<String>,
    number: i32,
}

#[derive(Arbitrary, Debug)]
enum Wrapping {
    None,
    Fences,
    Prose,
    Thinking,
    Rows,
}

/// Runs the target.
pub(crate) fn run(bytes: &[u8]) {
    let Ok(answer) = Answer::arbitrary_take_rest(Unstructured::new(bytes)) else { return };
    if answer.rows.is_empty() {
        return;
    }
    // Keys are unique here, because a JSON map keeps only one of a repeated key.
    let mut seen = std::collections::HashSet::new();
    if !answer.rows.iter().all(|row| seen.insert(row.id.as_str())) {
        return;
    }
    // A cut value can look like a mark of thinking.
    if !answer.rows.iter().all(Row::is_plain) {
        return;
    }
    // Such an id looks like the end of a string that the mark before it is a part of.
    if matches!(answer.wrapping, Wrapping::Thinking) && answer.rows[0].id.trim_start().starts_with([',', '}']) {
        return;
    }
    let (before, body, after) = answer.written();
    let text = format!("{before}{body}{after}");
    let expected: Vec<Item<'_>> = answer.rows.iter().map(Row::item).collect();
    assert_eq!(parse(&text), Some(vec![Document { items: expected.clone(), cut_off: false }]), "{text}");

    let cut = usize::from(answer.cut) % body.len();
    let Some(begun) = body.get(..cut) else { return };
    let text = format!("{before}{begun}");
    let closed = closed_items(begun, answer.depth());
    match parse(&text).as_deref() {
        Some([document]) => {
            assert!(document.cut_off, "an undetected cut: {text}");
            assert_eq!(document.items, expected[..closed], "{text}");
        }
        Some(documents) => panic!("{} documents: {text}", documents.len()),
        None => assert_eq!(closed, 0, "{text}"),
    }
}

impl Answer {
    fn written(&self) -> (&'static str, String, &'static str) {
        let rows: Value = if self.keyed {
            self.rows.iter().map(|row| (row.id.clone(), Value::Object(row.fields()))).collect::<Map<_, _>>().into()
        } else {
            self.rows.iter().map(Row::with_id).collect::<Vec<_>>().into()
        };
        let rows = if self.wraps_rows() { json!({"rows": rows}) } else { rows };
        let body = if self.pretty { format!("{rows:#}") } else { rows.to_string() };
        let (before, after) = match self.wrapping {
            Wrapping::None | Wrapping::Rows => ("", "\n"),
            Wrapping::Fences => ("```json\n", "\n```"),
            Wrapping::Prose => ("Here [they] are, as {asked}:\n", "\nAnything else?"),
            Wrapping::Thinking => ("<think>perhaps {\"r0\": {\"t\": 1}}</think>\n", ""),
        };
        (before, body, after)
    }

    /// Returns whether the rows need an object around them: a list does; a keyed object would look like a row.
    fn wraps_rows(&self) -> bool {
        matches!(self.wrapping, Wrapping::Rows) && !self.keyed
    }

    /// Returns the number of open brackets around an item.
    fn depth(&self) -> usize {
        if self.wraps_rows() { 2 } else { 1 }
    }
}

impl Row {
    /// Returns whether no text of the row can start or end a mark of thinking.
    fn is_plain(&self) -> bool {
        let texts = self.list.iter().chain([&self.id, &self.text]);
        texts
            .flat_map(|text| text.chars())
            .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '"' | '\\' | '{' | '}' | ','))
    }

    fn fields(&self) -> Map<String, Value> {
        let fields = [("t", json!(self.text)), ("l", json!(self.list)), ("n", json!({"k": self.number}))];
        fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    fn with_id(&self) -> Value {
        let id = [("id".to_owned(), json!(self.id))];
        Value::Object(id.into_iter().chain(self.fields()).collect())
    }

    fn item(&self) -> Item<'_> {
        let fields = self.fields().into_iter().map(|(name, value)| (name.into(), value)).collect();
        Item { id: Some(self.id.as_str().into()), fields: Ok(fields) }
    }
}

/// Returns the number of objects that end in `text` with `depth` open brackets around them.
fn closed_items(text: &str, depth: usize) -> usize {
    let (mut open, mut closed) = (0, 0);
    let (mut in_text, mut escaped) = (false, false);
    for character in text.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' => in_text = !in_text,
            _ if in_text => {}
            '{' | '[' => open += 1,
            '}' | ']' => {
                open -= 1;
                closed += usize::from(character == '}' && open == depth);
            }
            _ => {}
        }
    }
    closed
}
