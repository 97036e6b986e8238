//! Renders the settings of a plugin as an aligned table.

use crate::diagnostic::printable;
use rowsmith_plugin_api::duration;
use rowsmith_plugin_api::schema::JsonVariants;
use serde_json::Value;
use std::fmt::Write as _;

/// Maximum width of the table.
const WIDTH: usize = 110;
/// Minimum width of the descriptions.
const MIN_TEXT: usize = 40;
const TITLES: [&str; 3] = ["SETTING", "TYPE", "DEFAULT"];
/// Maximum depth of nested tables.
const MAX_DEPTH: usize = 8;

/// Default of a setting without one.
const REQUIRED: &str = "(required)";
/// Maximum items of a list whose types are named one by one.
const MAX_ITEMS: u64 = 4;

struct Line {
    cells: [String; 3],
    meaning: String,
}

impl Line {
    fn new(cells: [String; 3], meaning: &str) -> Self {
        Self { cells: cells.map(|cell| printable(&cell).into_owned()), meaning: printable(meaning).into_owned() }
    }
}

/// Returns the table. Settings of nested tables have names with dots.
pub(super) fn settings_table(schema: &Value) -> String {
    let mut lines = Vec::new();
    collect(&mut lines, schema, "", 0);
    if lines.is_empty() {
        return "The plugin has no settings.\n".to_owned();
    }
    let widths = [0, 1, 2].map(|column| {
        let cells = lines.iter().map(|line| width(&line.cells[column]));
        cells.chain([width(TITLES[column])]).max().unwrap_or_default()
    });
    let indent = widths.iter().map(|width| width + 2).sum::<usize>();
    let mut text = String::new();
    write(&mut text, &TITLES.map(str::to_owned), widths, &["MEANING".to_owned()], indent);
    for line in &lines {
        write(&mut text, &line.cells, widths, &wrap(&line.meaning, WIDTH.saturating_sub(indent).max(MIN_TEXT)), indent);
    }
    let uses = |name: &str| lines.iter().any(|line| line.cells[1].contains(name));
    let notes = [
        uses("secret").then_some("A secret is written as { env = \"NAME\" } or { file = \"path\" }.\n"),
        uses("duration").then_some("A duration has units: \"30s\", \"1m 30s\", \"1.5h\".\n"),
    ];
    let notes: String = notes.into_iter().flatten().collect();
    if !notes.is_empty() {
        text.push('\n');
        text.push_str(&notes);
    }
    text
}

fn collect(lines: &mut Vec<Line>, schema: &Value, prefix: &str, depth: usize) {
    if depth >= MAX_DEPTH {
        return;
    }
    match JsonVariants::of(schema) {
        Some(variants) => collect_variants(lines, &variants, prefix, depth),
        None => collect_table(lines, schema, prefix, None, depth),
    }
}

/// Collects the tag, then the settings of each variant.
fn collect_variants(lines: &mut Vec<Line>, variants: &JsonVariants<'_>, prefix: &str, depth: usize) {
    let tag = variants.tag;
    let choices: Vec<String> = variants
        .variants
        .iter()
        .map(|(name, schema)| match description(schema).trim_end_matches('.') {
            "" => format!("\"{name}\""),
            about => format!("\"{name}\" ({about})"),
        })
        .collect();
    let cells = [format!("{prefix}{tag}"), "string".to_owned(), REQUIRED.to_owned()];
    lines.push(Line::new(cells, &format!("One of {}.", choices.join(", "))));
    for (name, schema) in &variants.variants {
        collect_table(lines, schema, prefix, Some((tag, *name)), depth);
    }
}

/// Collects the settings of a table. Those of a variant name its tag, which is not listed again.
fn collect_table(lines: &mut Vec<Line>, schema: &Value, prefix: &str, variant: Option<(&str, &str)>, depth: usize) {
    let condition = variant.map(|(tag, name)| format!("{tag} = \"{name}\""));
    let is_tag = |key: &str| variant.is_some_and(|(tag, _)| tag == key);
    let properties = schema.get("properties").and_then(Value::as_object);
    let required = schema.get("required").and_then(Value::as_array);
    for (key, property) in properties.into_iter().flatten().filter(|(key, _)| !is_tag(key)) {
        let must = required.is_some_and(|names| names.iter().any(|name| name == key));
        let default = match property.get("default") {
            _ if must => REQUIRED.to_owned(),
            Some(value) => toml_text(value),
            None => "-".to_owned(),
        };
        let name = format!("{prefix}{key}");
        let meaning = match (&condition, meaning(property)) {
            (None, meaning) => meaning,
            (Some(condition), meaning) if meaning.is_empty() => format!("With {condition}."),
            (Some(condition), meaning) => format!("With {condition}: {meaning}"),
        };
        lines.push(Line::new([name.clone(), type_text(property), default], &meaning));
        // Tables in lists, and tables with keys of the user's choice, have settings too.
        let inside =
            [("", Some(property)), ("[]", property.get("items")), (".NAME", property.get("additionalProperties"))];
        for (step, inner) in inside {
            if let Some(inner) = inner.filter(|inner| inner.is_object()) {
                collect(lines, inner, &format!("{name}{step}."), depth + 1);
            }
        }
    }
}

fn type_text(property: &Value) -> String {
    if let Some(choices) = property.get("anyOf").and_then(Value::as_array) {
        return choices.iter().map(type_text).collect::<Vec<_>>().join(" or ");
    }
    match (property.get("format").and_then(Value::as_str), property.get("type").and_then(Value::as_str)) {
        (Some("secret"), _) => "secret".to_owned(),
        (Some(duration::FORMAT), _) => "duration".to_owned(),
        (Some(format), Some("string")) => format!("string ({format})"),
        (_, Some("array")) => list_text(property),
        (_, Some("object")) => match property.get("additionalProperties").filter(|inner| inner.is_object()) {
            Some(inner) => format!("table of {}", type_text(inner)),
            None => "table".to_owned(),
        },
        (_, Some(name)) => name.to_owned(),
        _ => "anything".to_owned(),
    }
}

/// Returns the type of a list: `list of string`, or its items if their number is fixed.
fn list_text(property: &Value) -> String {
    let items = property.get("items");
    let one = || items.map_or_else(|| "anything".to_owned(), type_text);
    let length = property.get("minItems").filter(|min| property.get("maxItems") == Some(*min)).and_then(Value::as_u64);
    match (items, length) {
        (Some(Value::Array(each)), _) => format!("[{}]", each.iter().map(type_text).collect::<Vec<_>>().join(", ")),
        (_, Some(length)) if length <= MAX_ITEMS => {
            format!("[{}]", (0..length).map(|_| one()).collect::<Vec<_>>().join(", "))
        }
        (_, Some(length)) => format!("list of {length} {}", one()),
        _ => format!("list of {}", one()),
    }
}

/// Returns a value as a config writes it.
fn toml_text(value: &Value) -> String {
    match value {
        Value::Object(table) if table.is_empty() => "{}".to_owned(),
        Value::Object(table) => {
            let entries: Vec<_> = table.iter().map(|(key, value)| format!("{key} = {}", toml_text(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(toml_text).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

/// Returns the description of a setting or a variant, on one line.
fn description(schema: &Value) -> String {
    let about = schema.get("description").and_then(Value::as_str).unwrap_or_default();
    about.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns the description with the limits of the value.
fn meaning(property: &Value) -> String {
    let mut sentences = vec![description(property)];
    let holder = property.get("items").unwrap_or(property);
    if let Some(values) = holder.get("enum").and_then(Value::as_array) {
        let values: Vec<_> = values.iter().map(ToString::to_string).collect();
        sentences.push(format!("One of {}.", values.join(", ")));
    }
    let bound = |number: &str, duration: &str| {
        let text = property.get(duration).and_then(Value::as_str).map(str::to_owned);
        text.or_else(|| property.get(number).map(ToString::to_string))
    };
    match (bound("minimum", "formatMinimum"), bound("maximum", "formatMaximum")) {
        (Some(min), Some(max)) => sentences.push(format!("From {min} to {max}.")),
        (Some(min), None) if min != "0" => sentences.push(format!("At least {min}.")),
        (None, Some(max)) => sentences.push(format!("At most {max}.")),
        _ => {}
    }
    sentences.retain(|sentence| !sentence.is_empty());
    sentences.join(" ")
}

fn write(text: &mut String, cells: &[String; 3], widths: [usize; 3], meaning: &[String], indent: usize) {
    for (cell, wanted) in cells.iter().zip(widths) {
        let gap = (wanted + 2).saturating_sub(width(cell));
        // Writing to a String cannot fail.
        write!(text, "{cell}{:gap$}", "").unwrap_or_default();
    }
    let separator = format!("\n{:indent$}", "");
    text.push_str(&meaning.join(&separator));
    text.truncate(text.trim_end().len());
    text.push('\n');
}

fn width(text: &str) -> usize {
    text.chars().count()
}

/// Wraps a text between words. A word that is too long has its own line.
fn wrap(text: &str, max: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut().filter(|line| width(line) + 1 + width(word) <= max) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_setting_has_a_line_and_long_meanings_are_wrapped() {
        let schema = json!({"type": "object", "required": ["path", "key"], "properties": {
            "path": {"type": "string", "description": "The file."},
            "key": {"type": "string", "format": "secret", "description": "The key."},
            "ragged": {"type": "string", "enum": ["error", "pad"], "default": "error", "description": "Rows that are too short."},
            "retries": {"type": "integer", "minimum": 1, "maximum": 9, "default": 3, "description": "How often."},
            "names": {"type": "array", "items": {"type": "string"}, "description": "a ".repeat(60)},
            "http": {"type": "object", "description": "The connection.", "properties": {
                "agent": {"type": "string", "description": "Its name."}}},
            "headers": {"type": "object", "additionalProperties": {"type": "string"}},
            "pause": {"type": "string", "format": "time-span", "formatMinimum": "1s", "formatMaximum": "1h", "default": "1m 30s"},
            "share": {"type": "number", "minimum": 0.0, "maximum": 1.0, "description": "The share."},
            "range": {"type": "array", "items": [{"type": "number"}, {"type": "string"}], "minItems": 2, "maxItems": 2},
            "size": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2, "default": [640, 480]},
            "many": {"type": "array", "items": {"type": "integer"}, "minItems": 9, "maxItems": 9},
            "split": {"type": "object", "description": "The parts.", "default": {"kind": "off"}, "oneOf": [
                {"properties": {"kind": {"const": "off"}}, "required": ["kind"]},
                {"description": "Of equal length.", "required": ["kind", "rows"], "properties": {
                    "kind": {"const": "fixed"},
                    "rows": {"type": "integer", "minimum": 1, "description": "Rows of a part."},
                    "from": {"type": "object", "properties": {"row": {"type": "integer", "default": 0}}}}}]},
            "parts": {"type": "array", "items": {"type": "object", "properties": {"from": {"type": "integer", "minimum": 0}}}},
        }});
        let expected = "\
SETTING         TYPE                DEFAULT           MEANING
path            string              (required)        The file.
key             secret              (required)        The key.
ragged          string              \"error\"           Rows that are too short. One of \"error\", \"pad\".
retries         integer             3                 How often. From 1 to 9.
names           list of string      -                 a a a a a a a a a a a a a a a a a a a a a a a a a a a a
                                                      a a a a a a a a a a a a a a a a a a a a a a a a a a a a
                                                      a a a a
http            table               -                 The connection.
http.agent      string              -                 Its name.
headers         table of string     -
pause           duration            \"1m 30s\"          From 1s to 1h.
share           number              -                 The share. From 0.0 to 1.0.
range           [number, string]    -
size            [integer, integer]  [640, 480]
many            list of 9 integer   -
split           table               { kind = \"off\" }  The parts.
split.kind      string              (required)        One of \"off\", \"fixed\" (Of equal length).
split.rows      integer             (required)        With kind = \"fixed\": Rows of a part. At least 1.
split.from      table               -                 With kind = \"fixed\".
split.from.row  integer             0
parts           list of table       -
parts[].from    integer             -

A secret is written as { env = \"NAME\" } or { file = \"path\" }.
A duration has units: \"30s\", \"1m 30s\", \"1.5h\".
";
        assert_eq!(settings_table(&schema), expected);
    }

    #[test]
    fn a_plugin_without_settings_has_no_table() {
        assert_eq!(settings_table(&json!({"type": "object", "properties": {}})), "The plugin has no settings.\n");
        assert_eq!(settings_table(&json!(true)), "The plugin has no settings.\n");
    }
}
