//! Whether a plugin refuses what its schema does not allow.
//!
//! The host checks configs against the schema first, so a plugin whose types differ from its schema would go unseen
//! without these checks.

use super::filling::required;
use super::finding::{Judged, failed, skipped};
use super::subject::Subject;
use super::suite::Step;
use rowsmith_plugin_api::ErrorKind;
use serde_json::{Map, Value, json};

pub(super) const CHECKS: &[Step] = &[
    ("the suite's config is accepted", accepted),
    ("a setting that does not exist is refused", unknown_setting),
    ("a required setting that is missing is refused", missing_setting),
    ("a setting of a wrong type is refused", wrong_type),
];

/// What no plugin has a setting of.
const UNKNOWN: &str = "no_such_setting_of_any_plugin";

fn accepted(subject: &Subject) -> Judged {
    let place = subject.place()?;
    let opened = subject.open(&place, &subject.host(&place));
    opened.map(drop).map_err(|finding| finding.for_all("the config is not accepted"))
}

/// Fails unless a changed config is refused as a mistake in the config.
fn refused(subject: &Subject, what: &str, change: impl FnOnce(&mut Map<String, Value>)) -> Judged {
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
    let mut wrongs = Vec::new();
    collect_wrong(&subject.manifest.config_schema, Some(&subject.config), &[], &mut wrongs);
    if wrongs.is_empty() {
        return skipped("no setting has a type");
    }
    wrongs.iter().try_for_each(|(path, wrong)| {
        refused(subject, &format!("`{} = {wrong}`", path.join(".")), |config| put(config, path, wrong))
    })
}

/// Collects a wrong value for every setting of a table and of the tables in it, each with its path.
fn collect_wrong<'a>(
    schema: &'a Value,
    given: Option<&Value>,
    path: &[&'a str],
    wrongs: &mut Vec<(Vec<&'a str>, Value)>,
) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        // A table that the config lacks would be refused for a missing setting, and nothing would be said of the type.
        if given.is_none() && required(schema).any(|needed| needed != name) {
            continue;
        }
        let path = [path, &[name.as_str()]].concat();
        collect_wrong(property, given.and_then(|table| table.get(name)), &path, wrongs);
        if let Some(wrong) = wrong_value(property) {
            wrongs.push((path, wrong));
        }
    }
}

/// Sets a value in a table or in the tables in it, which are made where they are missing.
fn put(table: &mut Map<String, Value>, path: &[&str], value: &Value) {
    match path {
        [] => {}
        [name] => drop(table.insert((*name).to_owned(), value.clone())),
        [name, rest @ ..] => {
            let inner = table.entry(*name).or_insert_with(|| json!({}));
            if let Some(inner) = inner.as_object_mut() {
                put(inner, rest, value);
            }
        }
    }
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
