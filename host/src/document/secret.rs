//! Replaces references to secrets by their text.
//!
//! Where a secret stands is said by the schema (`format: "secret"`), so a plugin's config gets the text and never sees
//! the reference. Messages name the variable or the file, never what it holds.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;

use serde_json::Value;

use super::reference::Lookup;
use super::schema_check::follow;
use super::secret_file::{SecretFile, read_secret_file};
use super::secret_shape::{self, FORMAT, SecretReference};
use super::{Document, pointer};
use crate::diagnostic::{Diagnostic, Label, code};

/// Stands for a secret that is not set, in commands that need none.
pub const PLACEHOLDER: &str = "not-set";

/// Where the text of secrets comes from.
#[derive(Clone, Copy)]
pub struct SecretSources<'a> {
    /// The value of an environment variable.
    pub variable: Lookup<'a>,
    /// The content of a file, whose path is relative to the working directory.
    pub file: &'a dyn Fn(&Path) -> io::Result<SecretFile>,
}

impl<'a> SecretSources<'a> {
    /// Variables from `variable`, files from the file system.
    pub fn with_files(variable: Lookup<'a>) -> Self {
        Self { variable, file: &read_secret_file }
    }
}

/// Replaces every secret in `value`, which is what stands at `base_pointer` of `document`, by its text.
///
/// Returns the diagnostics, and all secrets, none of them empty: they belong on the redaction list of everything that is
/// printed or written. A reference that cannot be resolved stays as it is; one that is malformed is left to the
/// schema check.
pub fn resolve_secrets(
    document: &Document,
    base_pointer: &str,
    schema: &Value,
    value: &mut Value,
    sources: SecretSources<'_>,
) -> (Vec<Diagnostic>, Vec<String>) {
    let mut places = BTreeSet::new();
    collect(schema, schema, value, "", &mut places);
    let (mut diagnostics, mut secrets) = (Vec::new(), Vec::new());
    for place in places {
        let Some(target) = value.pointer_mut(&place) else {
            continue;
        };
        let Some(reference) = secret_shape::read(target) else {
            continue;
        };
        let full = format!("{base_pointer}{place}");
        let (text, found) = resolve(document, &full, &reference, sources);
        diagnostics.extend(found);
        if let Some(text) = text {
            secrets.extend(Some(&text).filter(|text| !text.is_empty()).cloned());
            *target = Value::String(text);
        }
    }
    (diagnostics, secrets)
}

/// Collects the places first: an `anyOf` may lead to one place twice, and the text of a secret that was just put there
/// must not be taken for one that was written in the config.
fn collect(root: &Value, schema: &Value, value: &Value, place: &str, places: &mut BTreeSet<String>) {
    let Ok(schema) = follow(root, schema) else { return };
    if schema.get("format").and_then(Value::as_str) == Some(FORMAT) {
        places.insert(place.to_owned());
        return;
    }
    for alternative in schema.get("anyOf").and_then(Value::as_array).into_iter().flatten() {
        collect(root, alternative, value, place, places);
    }
    match value {
        Value::Object(table) => {
            let properties = schema.get("properties");
            for (key, value) in table {
                let property = properties.and_then(|properties| properties.get(key));
                if let Some(property) = property.or_else(|| schema.get("additionalProperties")) {
                    collect(root, property, value, &pointer::push(place, key), places);
                }
            }
        }
        Value::Array(elements) => {
            let Some(items) = schema.get("items") else { return };
            for (index, element) in elements.iter().enumerate() {
                collect(root, items, element, &pointer::push(place, &index.to_string()), places);
            }
        }
        _ => {}
    }
}

fn resolve(
    document: &Document,
    place: &str,
    reference: &SecretReference<'_>,
    sources: SecretSources<'_>,
) -> (Option<String>, Option<Diagnostic>) {
    let name = pointer::dotted(place);
    let here = |said: Diagnostic| said.at(document.spans.closest(place));
    match reference {
        SecretReference::Literal(text) => (Some((*text).to_owned()), literal(document, place, text)),
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

/// The warning about a secret that stands in the config as text. An empty text is no secret, and one that was written
/// as `${NAME}` came from the environment.
fn literal(document: &Document, place: &str, text: &str) -> Option<Diagnostic> {
    let span = document.spans.value(place);
    let written = span.as_ref().map_or("", |span| document.source(span));
    if text.is_empty() || written.contains("${") {
        return None;
    }
    let message = match document.spans.flag(place) {
        Some(flag) => format!("a secret is written on the command line, by `--set {flag}`"),
        None => "a secret is written in the config".to_owned(),
    };
    let help = "refer to it instead: `{ env = \"NAME\" }` or `{ file = \"path\" }`";
    let said = Diagnostic::warning(code::SECRET_LITERAL, message).with_help(help);
    Some(said.labelled(span.map(Label::concealed)))
}

/// Replaces references to secrets by [`PLACEHOLDER`], for commands that need none.
pub fn fill_placeholders(schema: &Value, config: &mut Value) {
    let is_secret = |schema: &Value| schema.get("format").is_some_and(|format| format == FORMAT);
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, property) in properties.into_iter().flatten() {
        match config.get_mut(name) {
            Some(value) if is_secret(property) && !value.is_string() => *value = Value::String(PLACEHOLDER.to_owned()),
            Some(value) if !is_secret(property) => fill_placeholders(property, value),
            _ => {}
        }
    }
    // A table whose keys the user chooses may hold secrets.
    let holds_secrets = schema.get("additionalProperties").is_some_and(is_secret);
    if let Some(values) = config.as_object_mut().filter(|_| holds_secrets) {
        values.values_mut().filter(|v| !v.is_string()).for_each(|v| *v = Value::String(PLACEHOLDER.to_owned()));
    }
}

#[cfg(test)]
#[path = "secret_tests.rs"]
mod tests;
