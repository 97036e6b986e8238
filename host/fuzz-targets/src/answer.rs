//! Parses and validates any text as the answer of a model.
//!
//! Properties: each item has its own brackets in the text; each row gets exactly one verdict; an accepted answer is a JSON
//! object of exactly the output columns, satisfies every rule, and is in an item with its id and its tag; text before a mark
//! that closes thinking changes no verdict, unless the mark can be part of a string.

use rowsmith::pipeline::own_text::OwnText;
use rowsmith::pipeline::parse::{Document, Item, parse};
use rowsmith::pipeline::reconcile::{Expected, Verdict, reconcile};
use rowsmith::rules::{Constraint, OutputColumn, Rule, ValueType, check};
use serde_json::{Value, json};
use std::num::NonZeroUsize;
use std::sync::LazyLock;

static OUTPUTS: LazyLock<Vec<OutputColumn>> = LazyLock::new(|| {
    let column = |name: &str, rule| OutputColumn { name: name.to_owned(), column: name.to_uppercase(), rule };
    let items = Some(Box::new(Rule::new(ValueType::String)));
    vec![
        column("t", Rule::new(ValueType::String).with(Constraint::MaxWords(const { NonZeroUsize::new(3).unwrap() }))),
        column("e", Rule::new(ValueType::String).with(Constraint::Enum(vec![json!("a"), json!("b")])).optional()),
        column("n", Rule::new(ValueType::Integer).with(Constraint::Min(1.0)).with(Constraint::Max(5.0)).optional()),
        column("l", Rule::new(ValueType::Array { items }).with(Constraint::MaxLength(2)).optional()),
    ]
});

/// Runs the target.
pub(crate) fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let documents = parse(text).unwrap_or_default();
    let items: usize = documents.iter().map(|document| document.items.len()).sum();
    // A broken item ends at any closing bracket.
    assert!(text.matches('{').count() >= items, "more items than opening brackets");
    assert!(text.matches(['}', ']']).count() >= items, "more items than closing brackets");
    for rows in [1, 3] {
        for tagged in [false, true] {
            validate(text, rows, tagged);
        }
    }
}

fn validate(text: &str, rows: usize, tagged: bool) {
    let (ids, tags) = (names("r", rows), names("t", rows));
    let documents = parse(text).unwrap_or_default();
    let verdicts = verdicts(documents.clone(), &ids, tagged.then_some(&tags[..]));
    assert_eq!(verdicts.len(), rows, "one verdict per row");
    let items: Vec<&Item<'_>> = documents.iter().flat_map(|document| &document.items).collect();
    for (at, verdict) in verdicts.iter().enumerate() {
        match verdict {
            Ok(answer) => {
                satisfies_rules(answer);
                let tag = tagged.then_some(tags[at].as_str());
                let answers = |item: &&Item<'_>| is_under(item, &ids[at]) || (rows == 1 && item.id.is_none());
                let mut answering = items.iter().copied().filter(answers);
                assert!(answering.any(|item| holds(item, answer, tag)), "an answer with values of no item of its id");
            }
            Err(failure) => assert!(!failure.message.is_empty()),
        }
    }
    if begins_inside_a_string(text) {
        return;
    }
    let thought = format!("{{\"r0\":{{\"tag\":\"t0\",\"t\":\"draft\"}}}} </think>{text}");
    let closed = format!("</think>{text}");
    let of = |text: &str| self::verdicts(parse(text).unwrap_or_default(), &ids, tagged.then_some(&tags[..]));
    assert_eq!(of(&thought), of(&closed), "text before the mark has an effect");
}

/// Returns whether a mark before `text` may be part of a JSON string: the first quote then ends that string.
fn begins_inside_a_string(text: &str) -> bool {
    let Some((before, after)) = text.split_once('"') else { return false };
    before.contains('\\') || after.trim_start().starts_with([',', '}', ']'])
}

fn verdicts(documents: Vec<Document<'_>>, ids: &[String], tags: Option<&[String]>) -> Vec<Verdict> {
    let own_text = OwnText::default();
    reconcile(documents, &Expected { ids, tags, anchors: None, outputs: &OUTPUTS, own_text: &own_text }).verdicts
}

fn names(prefix: &str, count: usize) -> Vec<String> {
    (0..count).map(|at| format!("{prefix}{at}")).collect()
}

fn is_under(item: &Item<'_>, id: &str) -> bool {
    item.id.as_deref().is_some_and(|found| found.trim() == id)
}

fn satisfies_rules(answer: &str) {
    let answer: Value = serde_json::from_str(answer).expect("an accepted answer is JSON");
    let answer = answer.as_object().expect("an accepted answer is an object");
    let names: Vec<&str> = OUTPUTS.iter().map(|output| output.name.as_str()).collect();
    assert_eq!(answer.keys().map(String::as_str).collect::<Vec<_>>(), names, "exactly the output columns");
    for output in OUTPUTS.iter() {
        assert!(check::violation(&output.name, &output.rule, &answer[&output.name]).is_none());
    }
}

fn holds(item: &Item<'_>, answer: &str, tag: Option<&str>) -> bool {
    let Ok(fields) = &item.fields else { return false };
    let field = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value);
    let copied = field("tag").and_then(Value::as_str).map(str::trim);
    let values =
        OUTPUTS.iter().map(|output| format!("{}:{}", json!(output.name), field(&output.name).unwrap_or(&Value::Null)));
    let text = format!("{{{}}}", values.collect::<Vec<_>>().join(","));
    text == answer && (tag.is_none() || copied == tag)
}
