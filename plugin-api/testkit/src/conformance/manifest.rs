//! Whether a manifest is one that people and the host can work with.

use super::finding::{Judged, ensure};
use super::subject::Subject;
use super::suite::Step;
use rowsmith_plugin_api::manifest::PluginKind;
use serde_json::Value;

pub(super) const CHECKS: &[Step] = &[
    ("the name can stand in configs and file names", name),
    ("the manifest says what the plugin does, in one line", about),
    ("the version has three numbers", version),
    ("the capabilities are known ones", capabilities),
    ("the schema has a description for every setting and allows no others", schema),
];

/// What a plugin of a kind can declare.
pub(super) fn known_capabilities(kind: PluginKind) -> &'static [&'static str] {
    match kind {
        PluginKind::Scraper => &["list"],
        PluginKind::Provider => &["verify"],
        PluginKind::Cache => &["coordination"],
        PluginKind::Exporter => &[],
    }
}

fn name(subject: &Subject) -> Judged {
    let name = &subject.manifest.name;
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    let begins = name.starts_with(|c: char| c.is_ascii_lowercase());
    ensure(begins && name.chars().all(fits), || {
        format!("`{name}` is not made of lower-case letters, digits, `-` and `_`, beginning with a letter")
    })
}

fn about(subject: &Subject) -> Judged {
    let about = &subject.manifest.about;
    ensure(!about.trim().is_empty(), || "`about` is empty".to_owned())?;
    ensure(about.chars().count() <= 120, || format!("`about` is over 120 characters long: {about}"))
}

fn version(subject: &Subject) -> Judged {
    let version = &subject.manifest.version;
    let numbers = version.split(['-', '+']).next().unwrap_or_default();
    let parts: Vec<&str> = numbers.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    ensure(parts.len() == 3 && parts.iter().all(is_number), || format!("`{version}` is not a version such as 1.2.3"))
}

fn capabilities(subject: &Subject) -> Judged {
    let known = known_capabilities(subject.manifest.kind);
    let unknown: Vec<&str> =
        subject.manifest.capabilities.iter().map(String::as_str).filter(|word| !known.contains(word)).collect();
    ensure(unknown.is_empty(), || {
        let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
        format!("a {} cannot declare `{}`; known: {known}", subject.manifest.kind, unknown.join("`, `"))
    })
}

fn schema(subject: &Subject) -> Judged {
    let schema = &subject.manifest.config_schema;
    ensure(schema["type"] == "object", || "the schema is not that of a table".to_owned())?;
    table(schema, "")
}

/// Checks a table with known keys and the tables in it.
fn table(schema: &Value, path: &str) -> Judged {
    let place = if path.is_empty() { "the config".to_owned() } else { format!("`{path}`") };
    ensure(schema["additionalProperties"] == false, || format!("the schema of {place} allows unknown keys"))?;
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let described = property["description"].as_str().is_some_and(|text| !text.trim().is_empty());
        ensure(described, || format!("the setting `{path}` has no description"))?;
        if property.get("properties").is_some() {
            table(property, &path)?;
        }
    }
    Ok(())
}
