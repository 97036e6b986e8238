//! Renders the settings of a plugin as an aligned table.

use crate::diagnostic::printable;
use serde_json::Value;
use std::fmt::Write as _;

/// Maximum width of the table.
const WIDTH: usize = 110;
/// Minimum width of the descriptions.
const MIN_TEXT: usize = 40;
const TITLES: [&str; 3] = ["SETTING", "TYPE", "DEFAULT"];
/// Maximum depth of nested tables.
const MAX_DEPTH: usize = 8;

struct Line {
    cells: [String; 3],
    meaning: String,
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
    if lines.iter().any(|line| line.cells[1].contains("secret")) {
        text.push_str("\nA secret is written as { env = \"NAME\" } or { file = \"path\" }.\n");
    }
    text
}

fn collect(lines: &mut Vec<Line>, schema: &Value, prefix: &str, depth: usize) {
    let properties = schema.get("properties").and_then(Value::as_object);
    let required = schema.get("required").and_then(Value::as_array);
    for (key, property) in properties.into_iter().flatten().filter(|_| depth < MAX_DEPTH) {
        let must = required.is_some_and(|names| names.iter().any(|name| name == key));
        let default = match property.get("default") {
            _ if must => "(required)".to_owned(),
            Some(value) => value.to_string(),
            None => "-".to_owned(),
        };
        let name = format!("{prefix}{key}");
        let cells = [&name, &type_text(property), &default].map(|cell| printable(cell).into_owned());
        lines.push(Line { cells, meaning: printable(&meaning(property)).into_owned() });
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
        (Some(format), Some("string")) => format!("string ({format})"),
        (_, Some("array")) => {
            format!("list of {}", property.get("items").map_or_else(|| "anything".to_owned(), type_text))
        }
        (_, Some("object")) => match property.get("additionalProperties").filter(|inner| inner.is_object()) {
            Some(inner) => format!("table of {}", type_text(inner)),
            None => "table".to_owned(),
        },
        (_, Some(name)) => name.to_owned(),
        _ => "anything".to_owned(),
    }
}

/// Returns the description with the limits of the value.
fn meaning(property: &Value) -> String {
    let about = property.get("description").and_then(Value::as_str).unwrap_or_default();
    let mut sentences: Vec<String> = vec![about.split_whitespace().collect::<Vec<_>>().join(" ")];
    let holder = property.get("items").unwrap_or(property);
    if let Some(values) = holder.get("enum").and_then(Value::as_array) {
        let values: Vec<_> = values.iter().map(ToString::to_string).collect();
        sentences.push(format!("One of {}.", values.join(", ")));
    }
    match (property.get("minimum"), property.get("maximum")) {
        (Some(min), Some(max)) => sentences.push(format!("From {min} to {max}.")),
        (Some(min), None) if min != 0 => sentences.push(format!("At least {min}.")),
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
            "parts": {"type": "array", "items": {"type": "object", "properties": {"from": {"type": "integer", "minimum": 0}}}},
        }});
        let expected = "\
SETTING       TYPE             DEFAULT     MEANING
path          string           (required)  The file.
key           secret           (required)  The key.
ragged        string           \"error\"     Rows that are too short. One of \"error\", \"pad\".
retries       integer          3           How often. From 1 to 9.
names         list of string   -           a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a a
                                           a a a a a a a a a a a a a a a a a a a a a a a a a a
http          table            -           The connection.
http.agent    string           -           Its name.
headers       table of string  -
parts         list of table    -
parts[].from  integer          -

A secret is written as { env = \"NAME\" } or { file = \"path\" }.
";
        assert_eq!(settings_table(&schema), expected);
    }

    #[test]
    fn a_plugin_without_settings_has_no_table() {
        assert_eq!(settings_table(&json!({"type": "object", "properties": {}})), "The plugin has no settings.\n");
        assert_eq!(settings_table(&json!(true)), "The plugin has no settings.\n");
    }
}
