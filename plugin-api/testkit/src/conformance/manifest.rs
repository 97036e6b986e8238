//! Checks of the manifest and the schema of the config.

use super::assertion::{CheckResult, ensure, fail};
use super::plugin_under_test::PluginUnderTest;
use super::suite::CheckSpec;
use rowsmith_plugin_api::manifest::Capability;
use rowsmith_plugin_api::schema::JsonVariants;
use serde_json::Value;

/// Maximum length of `about` in characters.
const MAX_ABOUT: usize = 120;

pub(super) const CHECKS: &[CheckSpec] = &[
    ("name", "the name fits configs and file names", name),
    ("about", "the manifest describes the plugin in one line", about),
    ("version", "the version has three numbers", version),
    ("capabilities_known", "all capabilities are known", capabilities),
    ("schema", "the schema describes every setting and allows no others", schema),
];

fn name(plugin: &PluginUnderTest) -> CheckResult {
    let name = &plugin.manifest.name;
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    let begins = name.starts_with(|c: char| c.is_ascii_lowercase());
    ensure(begins && name.chars().all(is_allowed), || {
        format!("`{name}`: expected a lower-case letter, then lower-case letters, digits, `-` and `_`")
    })
}

fn about(plugin: &PluginUnderTest) -> CheckResult {
    let about = &plugin.manifest.about;
    ensure(!about.trim().is_empty(), || "`about` is empty".to_owned())?;
    let length = about.chars().count();
    ensure(length <= MAX_ABOUT, || format!("`about` has {length} characters, over the maximum of {MAX_ABOUT}"))
}

fn version(plugin: &PluginUnderTest) -> CheckResult {
    let version = &plugin.manifest.version;
    let numbers = version.split(['-', '+']).next().unwrap_or_default();
    let parts: Vec<&str> = numbers.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    ensure(parts.len() == 3 && parts.iter().all(is_number), || format!("`{version}`: expected a version such as 1.2.3"))
}

fn capabilities(plugin: &PluginUnderTest) -> CheckResult {
    let known: Vec<&str> = Capability::of_kind(plugin.manifest.kind).iter().map(|known| known.as_str()).collect();
    let unknown: Vec<&str> =
        plugin.manifest.capabilities.iter().map(String::as_str).filter(|name| !known.contains(name)).collect();
    ensure(unknown.is_empty(), || {
        let known = known.join(", ");
        format!("unknown capability of a {}: `{}`; known: {known}", plugin.manifest.kind, unknown.join("`, `"))
    })
}

/// Checks the extensions of the files that an exporter writes.
pub(super) fn extensions(plugin: &PluginUnderTest) -> CheckResult {
    let is_valid = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    match plugin.manifest.extensions.iter().find(|extension| !is_valid(extension)) {
        None => Ok(()),
        Some(invalid) => fail(format!("`{invalid}`: expected lower-case letters and digits, for example `csv`")),
    }
}

fn schema(plugin: &PluginUnderTest) -> CheckResult {
    let schema = &plugin.manifest.config_schema;
    ensure(schema["type"] == "object", || "the type of the schema is not `object`".to_owned())?;
    table(schema, "")
}

/// Checks a table with known keys, and the tables in it. The names of variants describe the tag.
fn table(schema: &Value, path: &str) -> CheckResult {
    if let Some(variants) = JsonVariants::of(schema) {
        return variants.variants.iter().try_for_each(|(_, schema)| known_keys(schema, path, Some(variants.tag)));
    }
    known_keys(schema, path, None)
}

fn known_keys(schema: &Value, path: &str, tag: Option<&str>) -> CheckResult {
    let name = if path.is_empty() { "the config".to_owned() } else { format!("`{path}`") };
    ensure(schema["additionalProperties"] == false, || format!("the schema of {name} allows unknown keys"))?;
    let settings = schema["properties"].as_object().into_iter().flatten();
    for (name, property) in settings.filter(|(name, _)| tag != Some(name.as_str())) {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let is_described = property["description"].as_str().is_some_and(|text| !text.trim().is_empty());
        ensure(is_described, || format!("the setting `{path}` has no description"))?;
        if property.get("properties").is_some() || JsonVariants::of(property).is_some() {
            table(property, &path)?;
        }
    }
    Ok(())
}
