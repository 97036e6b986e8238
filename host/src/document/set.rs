//! `--set key.path=value`: changes a parsed document from the command line.

use serde_json::{Map, Value};
use toml::de::DeTable;

use super::{Document, convert, pointer};
use crate::diagnostic::{Diagnostic, code};
use crate::redact::{REDACTED, suspects};

impl Document {
    /// Applies one `--set` argument: a key path in TOML's notation, `=`, and a value in TOML's notation.
    ///
    /// Missing tables are created, a number in the path selects an element of an existing array, and a value that is not
    /// TOML, such as a bare word, is a string.
    ///
    /// # Errors
    /// When the path is invalid or does not match the document, or a quoted string, array or table is not closed.
    pub fn set(&mut self, argument: &str) -> Result<(), Box<Diagnostic>> {
        let (path, value) = split(argument).ok_or_else(|| bad(argument, "has no `=`"))?;
        let steps = steps(path).ok_or_else(|| bad(argument, "does not begin with a key path"))?;
        let value = parse_value(value).map_err(|problem| bad(argument, &problem))?;
        let pointer = set_value(&mut self.value, &steps, value).map_err(|problem| bad(argument, &problem))?;
        self.spans.replace(&pointer, path.trim());
        Ok(())
    }
}

fn bad(argument: &str, problem: &str) -> Box<Diagnostic> {
    let message = format!("`--set {}` {problem}", without_secret(argument));
    Box::new(Diagnostic::error(code::BAD_SET, message).with_help("write `--set key.path=value`, the value as in TOML"))
}

/// Returns the argument without the value of a key that is probably a secret.
fn without_secret(argument: &str) -> String {
    let (path, value) = split(argument).or_else(|| argument.split_once(char::is_whitespace)).unwrap_or((argument, ""));
    if value.is_empty() || !suspects::is_secret_name(path) {
        return argument.to_owned();
    }
    format!("{path}={REDACTED}")
}

/// Splits at the first `=` that is not inside a quoted key.
fn split(argument: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    let mut escaped = false;
    for (at, character) in argument.char_indices() {
        match (quote, character) {
            _ if escaped => escaped = false,
            (Some('"'), '\\') => escaped = true,
            (Some(open), _) if open == character => quote = None,
            (None, '"' | '\'') => quote = Some(character),
            (None, '=') => return Some((argument.get(..at)?, argument.get(at + 1..)?)),
            _ => {}
        }
    }
    None
}

/// Returns the keys of a path, which the TOML parser reads as the left side of an assignment.
fn steps(path: &str) -> Option<Vec<String>> {
    if path.contains(|character: char| character.is_control()) {
        return None;
    }
    let line = format!("{path} = 0");
    let table = DeTable::parse(&line).ok()?;
    let mut steps = Vec::new();
    let mut current = table.get_ref();
    loop {
        let (key, value) = current.iter().next()?;
        steps.push(key.get_ref().clone().into_owned());
        match value.get_ref().as_table() {
            Some(inner) => current = inner,
            None => return Some(steps),
        }
    }
}

fn parse_value(text: &str) -> Result<Value, String> {
    let text = text.trim();
    match convert::value(text) {
        Ok(value) => Ok(value),
        Err(problem) if text.starts_with(['"', '\'', '[', '{']) => Err(format!("has an invalid value: {problem}")),
        Err(_) => Ok(Value::String(text.to_owned())),
    }
}

/// Sets the value at the path and returns its pointer. Changes nothing when the path does not match the document.
fn set_value(root: &mut Value, steps: &[String], value: Value) -> Result<String, String> {
    let mut at = String::new();
    let mut current = &mut *root;
    for (index, step) in steps.iter().enumerate() {
        let next = match current {
            Value::Object(table) if !table.contains_key(step) => {
                // The rest of the path does not exist, so it cannot conflict.
                let rest = steps.get(index + 1..).unwrap_or_default();
                table.insert(step.clone(), nest(rest, value));
                return Ok(steps.iter().skip(index).fold(at, |at, step| pointer::push(&at, step)));
            }
            Value::Object(table) => table.get_mut(step),
            Value::Array(elements) => {
                let length = elements.len();
                let element = step.parse().ok().and_then(|index: usize| elements.get_mut(index));
                if element.is_none() {
                    let array = pointer::dotted(&at);
                    return Err(format!(
                        "selects the element `{step}` of `{array}`, which has {length} elements, counted from 0"
                    ));
                }
                element
            }
            _ => None,
        };
        let Some(next) = next else {
            return Err(format!("sets a key of `{}`, which is not a table", pointer::dotted(&at)));
        };
        current = next;
        at = pointer::push(&at, step);
    }
    *current = value;
    Ok(at)
}

fn nest(steps: &[String], value: Value) -> Value {
    steps.iter().rfold(value, |inner, step| Value::Object(Map::from_iter([(step.clone(), inner)])))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};
    use serde_json::{Value, json};

    use crate::document::Document;

    const TEXT: &str = "[batch]\nmax_rows = 20\n[[exporters]]\npath = \"a\"\n[[exporters]]\npath = \"b\"\n";

    #[test]
    fn the_value_at_the_path_is_set() {
        let cases: [(&str, &str, Value); 14] = [
            ("batch.max_rows=7", "/batch/max_rows", json!(7)),
            ("batch.fallback=none", "/batch/fallback", json!("none")),
            (" limits . max_cost_usd = 0.5 ", "/limits/max_cost_usd", json!(0.5)),
            ("exporters.1.path=out=1.csv", "/exporters/1/path", json!("out=1.csv")),
            ("providers.\"my=one\".config.on=true", "/providers/my=one/config/on", json!(true)),
            ("providers.'a.b'.x=\"7\"", "/providers/a.b/x", json!("7")),
            ("enrich.input=[\"A\", \"B\"]", "/enrich/input", json!(["A", "B"])),
            ("batch={ max_rows = 1 }", "/batch", json!({"max_rows": 1})),
            ("enrich.model=gemini-2.5-flash-lite", "/enrich/model", json!("gemini-2.5-flash-lite")),
            ("a=two words # no comment", "/a", json!("two words # no comment")),
            ("a=", "/a", json!("")),
            ("a=007", "/a", json!("007")),
            ("a=${HOME}/x", "/a", json!("${HOME}/x")),
            ("a=\"\"\"x\ny\"\"\"", "/a", json!("x\ny")),
        ];
        for (argument, pointer, wanted) in cases {
            let mut document = Document::parse("f", TEXT).unwrap();
            document.set(argument).unwrap();
            assert_eq!(document.get(pointer), Some(&wanted), "{argument}");
            assert_eq!(document.spans.value(pointer), None, "{argument}");
            assert!(document.spans.flag(pointer).is_some(), "{argument}");
        }
    }

    #[test]
    fn the_last_value_wins_and_other_keys_stay() {
        let mut document = Document::parse("f", TEXT).unwrap();
        document.set("batch.max_rows=1").unwrap();
        document.set("batch.max_rows=2").unwrap();
        document.set("batch.audit=0.1").unwrap();
        assert_eq!(document.get("/batch"), Some(&json!({"max_rows": 2, "audit": 0.1})));
        assert_eq!(document.spans.flag("/batch"), None);
        assert!(document.spans.key("/batch").is_some());
    }

    #[test]
    fn invalid_arguments_change_nothing() {
        for argument in
            ["batch", "=1", "a..b=1", "[a]=1", "a\nb=1", "batch.max_rows.x=1", "exporters.2.path=1", "a=[1, 2"]
        {
            let mut document = Document::parse("f", TEXT).unwrap();
            let before = document.value.clone();
            let problem = document.set(argument).unwrap_err();
            assert_eq!(problem.code, "RS1008", "{argument}");
            assert!(problem.message.starts_with(&format!("`--set {argument}` ")), "{}", problem.message);
            assert_eq!(document.value, before, "{argument}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(argument in any::<String>(), path in "[a-c0-2.\"'= \\\\]{0,12}", value in "[a0.\"\\[{=#\n-]{0,8}") {
            let mut document = Document::parse("f", TEXT).unwrap();
            for argument in [argument, format!("{path}={value}")] {
                if let Err(problem) = document.set(&argument) {
                    document.render(&[*problem], false);
                }
            }
        }
    }
}
