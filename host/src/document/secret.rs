//! Replaces references to secrets with their text.
//!
//! The schema marks secrets (`format: "secret"`), so that plugins receive the text instead of the reference. Messages name
//! the variable or the file, never its content.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use rowsmith_plugin_api::schema::{schema_of_item, schema_of_table};
use serde_json::Value;

use super::reference::Lookup;
use super::schema_check::follow;
use super::secret_file::{SecretFile, read_secret_file};
use super::secret_shape::{self, FORMAT, SecretReference};
use super::{Document, pointer};
use crate::diagnostic::{Diagnostic, Label, code};

/// Text of all secrets in commands that need none.
pub const PLACEHOLDER: &str = "not-set";

/// Sources of secrets.
#[derive(Clone, Copy)]
pub struct SecretSources<'a> {
    /// Reads an environment variable.
    pub variable: Lookup<'a>,
    /// Reads a file; its path is relative to the working directory.
    pub file: &'a dyn Fn(&Path) -> io::Result<SecretFile>,
}

impl<'a> SecretSources<'a> {
    /// Creates sources with the files of the file system.
    pub fn with_files(variable: Lookup<'a>) -> Self {
        Self { variable, file: &read_secret_file }
    }
}

/// Replaces every reference to a secret in `value`, the value at `base_pointer` of `document`.
///
/// Returns the diagnostics and all secrets, for the redaction list; none of them is empty. A reference that cannot be
/// resolved stays unchanged. The schema check reports malformed ones.
pub fn resolve_secrets(
    document: &Document,
    base_pointer: &str,
    schema: &Value,
    value: &mut Value,
    sources: SecretSources<'_>,
) -> (Vec<Diagnostic>, Vec<String>) {
    let mut pointers = BTreeSet::new();
    collect(schema, schema, value, "", &mut pointers);
    let (mut diagnostics, mut secrets) = (Vec::new(), Vec::new());
    for pointer in pointers {
        let Some(target) = value.pointer_mut(&pointer) else {
            continue;
        };
        let Some(reference) = secret_shape::read(target) else {
            continue;
        };
        let full = format!("{base_pointer}{pointer}");
        let (text, found) = resolve(document, &full, &reference, sources);
        diagnostics.extend(found);
        if let Some(text) = text {
            secrets.extend(Some(&text).filter(|text| !text.is_empty()).cloned());
            *target = Value::String(text);
        }
    }
    (diagnostics, secrets)
}

/// Collects the pointers of secrets before any is replaced: alternatives of `anyOf` can lead to one value twice, and a
/// resolved secret must not count as one that is written in the config.
fn collect(root: &Value, schema: &Value, value: &Value, pointer: &str, pointers: &mut BTreeSet<String>) {
    let Ok(schema) = follow(root, schema) else { return };
    if schema.get("format").and_then(Value::as_str) == Some(FORMAT) {
        pointers.insert(pointer.to_owned());
        return;
    }
    for alternative in schema.get("anyOf").and_then(Value::as_array).into_iter().flatten() {
        collect(root, alternative, value, pointer, pointers);
    }
    match value {
        Value::Object(table) => {
            let schema = schema_of_table(schema, value);
            let properties = schema.get("properties");
            for (key, value) in table {
                let property = properties.and_then(|properties| properties.get(key));
                if let Some(property) = property.or_else(|| schema.get("additionalProperties")) {
                    collect(root, property, value, &pointer::push(pointer, key), pointers);
                }
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                let Some(schema) = schema_of_item(schema, index) else { return };
                collect(root, schema, element, &pointer::push(pointer, &index.to_string()), pointers);
            }
        }
        _ => {}
    }
}

fn resolve(
    document: &Document,
    pointer: &str,
    reference: &SecretReference<'_>,
    sources: SecretSources<'_>,
) -> (Option<String>, Option<Diagnostic>) {
    let name = pointer::dotted(pointer);
    let here = |diagnostic: Diagnostic| diagnostic.at(document.spans.closest(pointer));
    match reference {
        SecretReference::Literal(text) => (Some((*text).to_owned()), literal(document, pointer, text)),
        SecretReference::Variable(variable) => match (sources.variable)(variable) {
            Some(text) if !text.is_empty() => (Some(text), None),
            empty => {
                let problem = if empty.is_some() { "empty" } else { "not set" };
                let message = format!("environment variable `{variable}`, which `{name}` needs, is {problem}");
                let help = format!("set `{variable}`, or use `{{ file = \"path\" }}`");
                (None, Some(here(Diagnostic::error(code::SECRET_VARIABLE, message).with_help(help))))
            }
        },
        SecretReference::File(path) => match (sources.file)(Path::new(path)) {
            Ok(file) => {
                let text = file.text.trim_end_matches(['\r', '\n']);
                if text.is_empty() {
                    let message = format!("secret file `{path}`, which `{name}` needs, is empty");
                    return (None, Some(here(Diagnostic::error(code::SECRET_FILE, message))));
                }
                let warning = file.open_to_others.then(|| {
                    let message = format!("secret file `{path}` can be read by other users");
                    here(
                        Diagnostic::warning(code::SECRET_FILE_MODE, message)
                            .with_help(format!("run `chmod 600 {path}`")),
                    )
                });
                (Some(text.to_owned()), warning)
            }
            Err(error) => {
                let message = format!("cannot read secret file `{path}`, which `{name}` needs: {error}");
                (None, Some(here(Diagnostic::error(code::SECRET_FILE, message))))
            }
        },
    }
}

/// Returns the warning about a secret that the config contains as text. An empty text is not a secret, and `${NAME}` comes
/// from the environment.
fn literal(document: &Document, pointer: &str, text: &str) -> Option<Diagnostic> {
    let span = document.spans.value(pointer);
    let written = span.as_ref().map_or("", |span| document.source(span));
    if text.is_empty() || written.contains("${") {
        return None;
    }
    let message = match document.spans.flag(pointer) {
        Some(flag) => format!("`--set {flag}` contains a secret"),
        None => "the config contains a secret".to_owned(),
    };
    let help = "use a reference: `{ env = \"NAME\" }` or `{ file = \"path\" }`";
    let diagnostic = Diagnostic::warning(code::SECRET_LITERAL, message).with_help(help);
    Some(diagnostic.labelled(span.map(Label::concealed)))
}

/// Replaces references to secrets with [`PLACEHOLDER`], for commands that need no secrets.
pub fn fill_placeholders(schema: &Value, config: &mut Value) {
    let is_secret = |schema: &Value| schema.get("format").is_some_and(|format| format == FORMAT);
    let schema = schema_of_table(schema, config);
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, property) in properties.into_iter().flatten() {
        match config.get_mut(name) {
            Some(value) if is_secret(property) && !value.is_string() => *value = Value::String(PLACEHOLDER.to_owned()),
            Some(value) if !is_secret(property) => fill_placeholders(property, value),
            _ => {}
        }
    }
    // A table with keys of the user's choice can hold secrets.
    let holds_secrets = schema.get("additionalProperties").is_some_and(is_secret);
    if let Some(values) = config.as_object_mut().filter(|_| holds_secrets) {
        values.values_mut().filter(|v| !v.is_string()).for_each(|v| *v = Value::String(PLACEHOLDER.to_owned()));
    }
}

#[cfg(test)]
#[path = "secret_tests.rs"]
mod tests;
