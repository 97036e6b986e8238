//! Settings that a suite adds to the author's config: secrets, and the places of a cache or an exporter.

use super::places;
use crate::secret_marker;
use rowsmith_plugin_api::Manifest;
use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_api::schema::{schema_of_item, schema_of_table};
use serde_json::{Map, Value};

/// Returns the names of the required settings of a table.
pub(super) fn required(schema: &Value) -> impl Iterator<Item = &str> {
    schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// Returns a config with the suite's secrets and places. Secrets of the config are replaced, unless the suite keeps them.
pub(super) fn complete(manifest: &Manifest, config: &Value, keeps_secrets: bool) -> Value {
    let mut config = config.clone();
    set_secrets(&manifest.config_schema, &mut config, manifest.kind, keeps_secrets);
    let default = match manifest.kind {
        PluginKind::Cache => "{dir}/store",
        PluginKind::Exporter => "{dir}/rows",
        PluginKind::Scraper | PluginKind::Provider => return config,
    };
    let Some(entries) = config.as_object_mut() else { return config };
    // A path outside the temporary folder may lead to a store or a result that is still needed.
    let is_temporary = entries.get("path").and_then(Value::as_str).is_some_and(|path| path.starts_with("{dir}"));
    if manifest.config_schema["properties"]["path"]["type"] == "string" && !is_temporary {
        entries.insert("path".to_owned(), Value::from(default));
    }
    places::move_defaults(manifest, &mut config);
    config
}

/// Replaces every secret of a value, however deep, with the suite's secret.
fn set_secrets(schema: &Value, value: &mut Value, kind: PluginKind, keeps_secrets: bool) {
    if schema["format"] == "secret" {
        match value {
            Value::String(secret) if keeps_secrets => secret_marker::keep(secret),
            _ => *value = Value::from(secret_marker::SECRET),
        }
        return;
    }
    let schema = schema_of_table(schema, value);
    match value {
        Value::Object(entries) => {
            for (name, entry) in entries.iter_mut() {
                // Keys without a schema of their own have the schema of the table's values.
                let entry_schema = schema["properties"].get(name).unwrap_or(&schema["additionalProperties"]);
                set_secrets(entry_schema, entry, kind, keeps_secrets);
            }
            add_secrets(schema, entries, kind);
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                let schema = schema_of_item(schema, index).unwrap_or(&Value::Null);
                set_secrets(schema, item, kind, keeps_secrets);
            }
        }
        _ => {}
    }
}

/// Adds the missing secrets of a table, and the tables that consist of secrets.
fn add_secrets(schema: &Value, entries: &mut Map<String, Value>, kind: PluginKind) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        // An optional secret could contradict other settings; the secrets of providers never do.
        let is_wanted = kind == PluginKind::Provider || required(schema).any(|needed| needed == name);
        if entries.contains_key(name) || !is_wanted {
            continue;
        }
        if property["format"] == "secret" {
            entries.insert(name.clone(), Value::from(secret_marker::SECRET));
        } else if property.get("properties").is_some() {
            let mut table = Map::new();
            add_secrets(property, &mut table, kind);
            if !table.is_empty() && required(property).all(|needed| table.contains_key(needed)) {
                entries.insert(name.clone(), Value::Object(table));
            }
        }
    }
}

/// Returns true if a config contains a secret.
pub(super) fn has_secret(config: &Value) -> bool {
    match config {
        Value::String(text) => secret_marker::is_in(text),
        Value::Array(items) => items.iter().any(has_secret),
        Value::Object(entries) => entries.values().any(has_secret),
        _ => false,
    }
}
