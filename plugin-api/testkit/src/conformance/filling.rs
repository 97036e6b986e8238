//! The config that a suite works with: what its author gave, with what the suite sets by itself.

use crate::marker;
use rowsmith_plugin_api::Manifest;
use rowsmith_plugin_api::manifest::PluginKind;
use serde_json::{Map, Value};

/// The names of the required settings of a table.
pub(super) fn required(schema: &Value) -> impl Iterator<Item = &str> {
    schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// A config with what a suite sets by itself: secrets, and where a cache or an exporter writes.
pub(super) fn completed(manifest: &Manifest, config: &Value) -> Value {
    let mut config = config.clone();
    set_secrets(&manifest.config_schema, &mut config, manifest.kind);
    let default = match manifest.kind {
        PluginKind::Cache => "{dir}/store",
        PluginKind::Exporter => "{dir}/rows",
        PluginKind::Scraper | PluginKind::Provider => return config,
    };
    let Some(entries) = config.as_object_mut() else { return config };
    // A path outside of the temporary folder may be that of a store or a result that somebody needs.
    let is_ours = entries.get("path").and_then(Value::as_str).is_some_and(|path| path.starts_with("{dir}"));
    if manifest.config_schema["properties"]["path"]["type"] == "string" && !is_ours {
        entries.insert("path".to_owned(), Value::from(default));
    }
    config
}

/// Puts the suite's secret into every secret of a value, however deep.
fn set_secrets(schema: &Value, value: &mut Value, kind: PluginKind) {
    if schema["format"] == "secret" {
        *value = Value::from(marker::SECRET);
        return;
    }
    match value {
        Value::Object(entries) => {
            for (name, entry) in entries.iter_mut() {
                // Keys without a schema of their own share that of the table's values.
                let of_entry = schema["properties"].get(name).unwrap_or(&schema["additionalProperties"]);
                set_secrets(of_entry, entry, kind);
            }
            add_secrets(schema, entries, kind);
        }
        Value::Array(items) => items.iter_mut().for_each(|item| set_secrets(&schema["items"], item, kind)),
        _ => {}
    }
}

/// Adds the secrets that a table does not have yet, and the tables that are complete with their secrets alone.
fn add_secrets(schema: &Value, entries: &mut Map<String, Value>, kind: PluginKind) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        // A secret that may be absent could clash with other settings; those of services never do.
        let is_wanted = kind == PluginKind::Provider || required(schema).any(|needed| needed == name);
        if entries.contains_key(name) || !is_wanted {
            continue;
        }
        if property["format"] == "secret" {
            entries.insert(name.clone(), Value::from(marker::SECRET));
        } else if property.get("properties").is_some() {
            let mut table = Map::new();
            add_secrets(property, &mut table, kind);
            if !table.is_empty() && required(property).all(|needed| table.contains_key(needed)) {
                entries.insert(name.clone(), Value::Object(table));
            }
        }
    }
}

/// Whether the suite's secret is anywhere in a config.
pub(super) fn has_secret(config: &Value) -> bool {
    match config {
        Value::String(text) => text == marker::SECRET,
        Value::Array(items) => items.iter().any(has_secret),
        Value::Object(entries) => entries.values().any(has_secret),
        _ => false,
    }
}
