//! Reads the bytes of a config file.
//!
//! Properties: every failure has a diagnostic, which contains no control characters; the span of each plain value is the
//! text of that value; interpolation changes string values and nothing else; a config that satisfies its schema can be
//! deserialized.

use rowsmith::config::raw::RawConfig;
use rowsmith::diagnostic::{Diagnostic, render};
use rowsmith::document::{Document, check_schema, decode, interpolate, pointer, problems_to_diagnostics};
use rowsmith::rules::from_tables;
use rowsmith_plugin_api::schema::{ConfigSchema, to_value};
use serde::Deserialize;
use serde_json::Value;
use std::sync::LazyLock;

static SCHEMA: LazyLock<Value> = LazyLock::new(|| to_value(&RawConfig::SCHEMA));

/// Runs the target.
pub(crate) fn run(bytes: &[u8]) {
    let Ok(text) = decode("fuzz.toml", bytes.to_vec()) else { return };
    let document = match Document::parse("fuzz.toml", text.clone()) {
        Ok(document) => document,
        Err(diagnostics) => {
            assert!(!diagnostics.is_empty(), "failed without a diagnostic");
            return is_printable(&text, &diagnostics);
        }
    };
    assert!(document.value.is_object());
    check_spans(&document, "", &document.value);
    check_interpolation(&document);

    let problems = check_schema(&document.value, &SCHEMA);
    let diagnostics = problems_to_diagnostics(&document, "", &problems);
    is_printable(&document.text, &diagnostics);
    if problems.is_empty() {
        let read = RawConfig::deserialize(&document.value);
        assert!(read.is_ok(), "satisfies the schema, but {:?}", read.err());
    } else {
        assert!(!diagnostics.is_empty(), "problems without a diagnostic");
    }
    if let Some(tables) = document.get("/enrich/output").and_then(Value::as_object) {
        match from_tables(tables) {
            Ok(outputs) => assert_eq!(outputs.len(), tables.len()),
            Err(problems) => assert!(!problems.is_empty()),
        }
    }
}

fn is_printable(text: &str, diagnostics: &[Diagnostic]) {
    let shown = render("fuzz.toml", text, diagnostics, false);
    assert_eq!(shown.is_empty(), diagnostics.is_empty());
    assert!(!shown.contains(|c: char| c.is_control() && c != '\n' && c != '\t'), "{shown:?}");
}

fn check_spans(document: &Document, place: &str, value: &Value) {
    match value {
        Value::Object(table) => {
            for (key, inner) in table {
                let place = pointer::push(place, key);
                assert!(document.spans.closest(&place).is_some(), "{place} has no span");
                check_spans(document, &place, inner);
            }
        }
        Value::Array(elements) => {
            for (at, inner) in elements.iter().enumerate() {
                check_spans(document, &pointer::push(place, &at.to_string()), inner);
            }
        }
        plain => {
            let span = document.spans.value(place).expect("a plain value has a span");
            let line = format!("x = {}", document.source(&span));
            let read = Document::parse("line", line.clone()).unwrap_or_else(|_| panic!("{place} is not at {line:?}"));
            assert_eq!(&read.value["x"], plain, "{place}");
        }
    }
}

fn check_interpolation(document: &Document) {
    let lookup = |name: &str| (name.len() % 2 == 1).then(|| "${NEVER} \" \n]".to_owned());
    let mut skipped = document.clone();
    assert!(interpolate(&mut skipped, &lookup, &|_| true).is_empty());
    assert_eq!(skipped.value, document.value);

    let mut changed = document.clone();
    let problems = interpolate(&mut changed, &lookup, &|_| false);
    is_printable(&document.text, &problems);
    let blank = |value: &Value| map_texts(value, &|_| String::new());
    assert_eq!(blank(&changed.value), blank(&document.value), "other values than strings changed");

    let mut escaped = document.clone();
    escaped.value = map_texts(&document.value, &|text| text.replace('$', "$$"));
    assert!(interpolate(&mut escaped, &|_| None, &|_| false).is_empty(), "an escaped string is interpolated");
    assert_eq!(escaped.value, document.value, "an escaped string does not round-trip");
}

fn map_texts(value: &Value, change: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(change(text)),
        Value::Array(elements) => elements.iter().map(|inner| map_texts(inner, change)).collect(),
        Value::Object(table) => table
            .iter()
            .map(|(key, inner)| (key.clone(), map_texts(inner, change)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        other => other.clone(),
    }
}
