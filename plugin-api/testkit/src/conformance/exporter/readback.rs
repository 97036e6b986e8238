//! The rows of a finished output, as the suite reads them back.

use super::export_run::ExportRun;
use crate::conformance::assertion::{CheckResult, ensure, fail, skip, suite_step};
use crate::conformance::plugin_under_test::PluginUnderTest;
use rowsmith_plugin_api::Result;
use rowsmith_plugin_api::exporter::FinishMode;
use serde_json::{Map, Number, Value, json};
use std::sync::Arc;

/// A row of an output.
pub(in crate::conformance) type Row = Map<String, Value>;
/// Reads the rows of an output.
pub(in crate::conformance) type Read = dyn Fn(&[u8]) -> Result<Vec<Row>> + Send + Sync;
/// Returns the form in which the format holds a value, or `None` if it holds the value itself.
pub(in crate::conformance) type Mapping = dyn Fn(&Value) -> Option<Value> + Send + Sync;

/// The author's knowledge of the format.
#[derive(Clone, Default)]
pub(in crate::conformance) struct Format {
    pub(in crate::conformance) read: Option<Arc<Read>>,
    pub(in crate::conformance) mapping: Option<Arc<Mapping>>,
}

/// Word that a text format contains literally.
const PROBE: &str = "probe-word";

/// Content of an output.
pub(super) enum Content {
    /// The rows, from the author's reader.
    Rows(Vec<Row>),
    /// Text, which the suite can search.
    Text(String),
}

/// Returns the content of a finished output. Skips the check if the suite cannot read the format.
pub(super) fn content(plugin: &PluginUnderTest, run: &ExportRun) -> CheckResult<Content> {
    let bytes = run.bytes()?;
    if let Some(rows) = rows(plugin, &bytes)? {
        return Ok(Content::Rows(rows));
    }
    if !writes_text(plugin)? {
        return skip(
            "the output is not text; `Suite::read` in the plugin's own test gives the suite a reader of the format",
        );
    }
    suite_step("reading the target as text", String::from_utf8(bytes)).map(Content::Text)
}

/// Returns the rows of an output if the suite has a reader of the format.
pub(super) fn rows(plugin: &PluginUnderTest, bytes: &[u8]) -> CheckResult<Option<Vec<Row>>> {
    let Some(read) = &plugin.format.read else { return Ok(None) };
    match read(bytes) {
        Ok(rows) => Ok(Some(rows)),
        Err(error) => fail(format!("the suite's reader cannot read the output: {}", error.message)),
    }
}

/// Returns whether the format is text: plain words are in the file as they are, without other control characters than
/// line ends and tabs.
fn writes_text(plugin: &PluginUnderTest) -> CheckResult<bool> {
    let run = ExportRun::new(plugin)?;
    run.begin(&["word"])?;
    run.write(&[json!({"word": PROBE})])?;
    run.finish(FinishMode::Complete)?;
    let text = String::from_utf8(run.bytes()?);
    let is_plain = |character: char| !character.is_control() || matches!(character, '\t' | '\n' | '\r');
    Ok(text.is_ok_and(|text| text.chars().all(is_plain)))
}

/// Fails unless the output has exactly the written rows, with every column and every value.
pub(super) fn expect_rows(plugin: &PluginUnderTest, read: &[Row], written: &[Value]) -> CheckResult {
    for (index, (read, written)) in read.iter().zip(written).enumerate() {
        let written = written.as_object().cloned().unwrap_or_default();
        for (column, value) in &written {
            let mapped = plugin.format.mapping.as_ref().and_then(|mapping| mapping(value));
            let found = read.get(column);
            ensure(holds(found, mapped.as_ref().unwrap_or(value)), || {
                let found = found.map_or_else(|| "nothing".to_owned(), Value::to_string);
                format!("row {}, column `{column}`: {value} was written, {found} was read back", index + 1)
            })?;
        }
        let foreign = read.iter().find(|(column, value)| !written.contains_key(*column) && !is_empty(Some(value)));
        ensure(foreign.is_none(), || {
            let column = foreign.map(|(column, _)| column.as_str()).unwrap_or_default();
            format!("row {} has a value in the column `{column}`, which it was written without", index + 1)
        })?;
    }
    ensure(read.len() == written.len(), || {
        format!("the output has {} rows, {} were written", read.len(), written.len())
    })
}

/// Returns whether a value that was read back is the written one. Formats without types hold all values as text, and
/// formats of tables hold null as an empty cell.
fn holds(read: Option<&Value>, written: &Value) -> bool {
    match (written, read) {
        (Value::Null, _) => is_empty(read),
        (Value::String(text), _) if text.is_empty() => is_empty(read),
        (Value::String(text), Some(Value::String(read))) => text == read,
        (Value::Number(number), Some(Value::Number(read))) => is_same_number(number, read),
        (Value::Number(_) | Value::Bool(_), Some(Value::String(read))) => {
            let text = written.to_string();
            text == *read
        }
        (Value::Array(_) | Value::Object(_), Some(Value::String(read))) => {
            serde_json::from_str::<Value>(read).is_ok_and(|read| read == *written)
        }
        (_, Some(read)) => written == read,
        (_, None) => false,
    }
}

fn is_empty(value: Option<&Value>) -> bool {
    matches!(value, None | Some(Value::Null)) || value.and_then(Value::as_str) == Some("")
}

/// Compares numbers by value: `5` and `5.0` are equal, two integers with one nearest float are not.
fn is_same_number(one: &Number, two: &Number) -> bool {
    match (one.as_i128(), two.as_i128()) {
        (Some(one), Some(two)) => one == two,
        (None, None) => one.as_f64() == two.as_f64(),
        (Some(integer), None) => is_integer(two, integer),
        (None, Some(integer)) => is_integer(one, integer),
    }
}

fn is_integer(float: &Number, integer: i128) -> bool {
    float.as_f64().is_some_and(|float| format!("{float:.0}") == integer.to_string() && float.fract() == 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_compared_by_what_the_format_can_hold() {
        let cases = [
            (json!("007"), json!("007"), true),
            (json!("007"), json!(7), false),
            (json!("a"), json!(" a"), false),
            (json!(""), Value::Null, true),
            (Value::Null, json!(""), true),
            (Value::Null, json!("null"), false),
            (json!(7), json!("7"), true),
            (json!(7), json!(7.0), true),
            (json!(-12.5), json!(-12.5), true),
            (json!(-12.5), json!("-12.50"), false),
            (json!(9_007_199_254_740_993_i64), json!(9_007_199_254_740_992.0), false),
            (json!(9_007_199_254_740_993_i64), json!("9007199254740993"), true),
            (json!(1e300), json!(1e300), true),
            (json!(true), json!("true"), true),
            (json!(true), json!(1), false),
            (json!([1, "a"]), json!("[1, \"a\"]"), true),
            (json!([1, "a"]), json!("1, a"), false),
            (json!({"a": 1}), json!({"a": 1}), true),
        ];
        for (written, read, expected) in cases {
            assert_eq!(holds(Some(&read), &written), expected, "{written} as {read}");
        }
        assert!(holds(None, &Value::Null) && !holds(None, &json!(0)));
    }
}
