//! Whether a plugin refuses what its schema does not allow, and the config that a suite works with.
//!
//! The host checks configs against the schema first, so a plugin whose types differ from its schema would go unseen
//! without these checks.

use super::finding::{Judged, failed, skipped};
use super::subject::Subject;
use super::suite::Step;
use crate::marker;
use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_api::{ErrorKind, Manifest};
use serde_json::{Value, json};

pub(super) const CHECKS: &[Step] = &[
    ("the suite's config is accepted", accepted),
    ("a setting that does not exist is refused", unknown_setting),
    ("a required setting that is missing is refused", missing_setting),
    ("a setting of a wrong type is refused", wrong_type),
];

/// What no plugin has a setting of.
const UNKNOWN: &str = "no_such_setting_of_any_plugin";

/// The names of the required settings.
pub(super) fn required(schema: &Value) -> impl Iterator<Item = &str> {
    schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str)
}

/// A config with what a suite sets by itself: secrets, and where a cache or an exporter writes.
pub(super) fn completed(manifest: &Manifest, config: &Value) -> Value {
    let mut config = config.clone();
    let Some(entries) = config.as_object_mut() else { return config };
    let properties = manifest.config_schema["properties"].as_object();
    for (name, property) in properties.into_iter().flatten() {
        let needed = required(&manifest.config_schema).any(|needed| needed == name);
        // A secret that may be absent could clash with other settings; those of services never do.
        let fitting = needed || entries.contains_key(name) || manifest.kind == PluginKind::Provider;
        if property["format"] == "secret" && fitting {
            entries.insert(name.clone(), Value::from(marker::SECRET));
        }
        let default = match manifest.kind {
            PluginKind::Cache => "{dir}/store",
            PluginKind::Exporter => "{dir}/rows",
            PluginKind::Scraper | PluginKind::Provider => continue,
        };
        // A path outside of the temporary folder may be that of a store or a result that somebody needs.
        let is_ours = entries.get(name).and_then(Value::as_str).is_some_and(|path| path.starts_with("{dir}"));
        if name == "path" && property["type"] == "string" && !is_ours {
            entries.insert(name.clone(), Value::from(default));
        }
    }
    config
}

fn accepted(subject: &Subject) -> Judged {
    let place = subject.place()?;
    subject.open(&place, &subject.host(&place)).map(drop)
}

/// Fails unless a changed config is refused as a mistake in the config.
fn refused(subject: &Subject, what: &str, change: impl FnOnce(&mut serde_json::Map<String, Value>)) -> Judged {
    let mut place = subject.place()?;
    let mut config = place.config.take();
    if let Some(entries) = config.as_object_mut() {
        change(entries);
    }
    match subject.refusal(&config, &place) {
        None => failed(format!("{what} was accepted")),
        Some((ErrorKind::Config, _)) => Ok(()),
        Some((_, told)) => failed(format!("{what} led to an error of another kind than `config`: {told}")),
    }
}

fn unknown_setting(subject: &Subject) -> Judged {
    refused(subject, &format!("the unknown setting `{UNKNOWN}`"), |config| {
        config.insert(UNKNOWN.to_owned(), Value::from(1));
    })
}

fn missing_setting(subject: &Subject) -> Judged {
    let names: Vec<&str> = required(&subject.manifest.config_schema).collect();
    if names.is_empty() {
        return skipped("no setting is required");
    }
    names.into_iter().try_for_each(|name| {
        refused(subject, &format!("a config without `{name}`"), |config| {
            config.shift_remove(name);
        })
    })
}

fn wrong_type(subject: &Subject) -> Judged {
    let properties = subject.manifest.config_schema["properties"].as_object();
    let mut tried = false;
    for (name, property) in properties.into_iter().flatten() {
        let Some(wrong) = wrong_value(property) else { continue };
        tried = true;
        refused(subject, &format!("`{name} = {wrong}`"), |config| {
            config.insert(name.clone(), wrong.clone());
        })?;
    }
    if tried { Ok(()) } else { skipped("no setting has a type") }
}

/// A value that a setting cannot have.
fn wrong_value(property: &Value) -> Option<Value> {
    if property.get("enum").is_some() {
        return Some(json!("no-such-word"));
    }
    match property["type"].as_str()? {
        "integer" | "number" => Some(json!("seven")),
        "boolean" => Some(json!("maybe")),
        "array" => Some(json!(true)),
        "string" | "object" => Some(json!(7)),
        _ => None,
    }
}
