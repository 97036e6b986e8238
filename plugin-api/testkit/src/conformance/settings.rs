//! Checks that a plugin refuses settings that its schema does not allow.
//!
//! The host checks configs against the schema first. Without these checks, types that differ from the schema would go
//! unnoticed.

use super::assertion::{CheckResult, fail, skip};
use super::config_completion::required;
use super::plugin_under_test::PluginUnderTest;
use super::suite::CheckSpec;
use rowsmith_plugin_api::ErrorKind;
use rowsmith_plugin_api::schema::{JsonVariants, schema_of_table};
use serde_json::{Map, Value, json};

pub(super) const CHECKS: &[CheckSpec] = &[
    ("config_accepted", "the suite's config is accepted", accepted),
    ("unknown_setting", "an unknown setting is refused", unknown_setting),
    ("missing_setting", "a missing required setting is refused", missing_setting),
    ("wrong_type", "a setting of a wrong type is refused", wrong_type),
];

/// Name of a setting that no plugin has.
const UNKNOWN: &str = "no_such_setting_of_any_plugin";

fn accepted(plugin: &PluginUnderTest) -> CheckResult {
    let folder = plugin.test_folder()?;
    let opened = plugin.open(&folder, &plugin.host(&folder));
    opened.map(drop).map_err(|stop| stop.for_all("the config is not accepted"))
}

/// Fails unless the plugin refuses a changed config with an error of the kind `config`.
fn expect_refusal(plugin: &PluginUnderTest, what: &str, change: impl FnOnce(&mut Map<String, Value>)) -> CheckResult {
    let mut folder = plugin.test_folder()?;
    let mut config = folder.config.take();
    if let Some(entries) = config.as_object_mut() {
        change(entries);
    }
    match plugin.config_error(&config, &folder) {
        None => fail(format!("{what} was accepted")),
        Some((ErrorKind::Config, _)) => Ok(()),
        Some((_, error)) => fail(format!("{what}: expected an error of the kind `config`, got: {error}")),
    }
}

fn unknown_setting(plugin: &PluginUnderTest) -> CheckResult {
    expect_refusal(plugin, &format!("the unknown setting `{UNKNOWN}`"), |config| {
        config.insert(UNKNOWN.to_owned(), Value::from(1));
    })
}

fn missing_setting(plugin: &PluginUnderTest) -> CheckResult {
    let names: Vec<&str> = required(&plugin.manifest.config_schema).collect();
    if names.is_empty() {
        return skip("no setting is required");
    }
    names.into_iter().try_for_each(|name| {
        expect_refusal(plugin, &format!("a config without `{name}`"), |config| {
            config.shift_remove(name);
        })
    })
}

fn wrong_type(plugin: &PluginUnderTest) -> CheckResult {
    let mut wrong = Vec::new();
    collect_wrong(&plugin.manifest.config_schema, Some(&plugin.config), &[], &mut wrong);
    if wrong.is_empty() {
        return skip("no setting has a type");
    }
    wrong.iter().try_for_each(|(path, value)| {
        expect_refusal(plugin, &format!("`{} = {value}`", path.join(".")), |config| set(config, path, value))
    })
}

/// Collects a wrong value for every setting of a table and of the tables in it, each with its path.
fn collect_wrong<'a>(
    schema: &'a Value,
    given: Option<&Value>,
    path: &[&'a str],
    wrong: &mut Vec<(Vec<&'a str>, Value)>,
) {
    let variants = JsonVariants::of(schema);
    if let (Some(variants), true) = (&variants, given.is_some()) {
        wrong.push(([path, &[variants.tag]].concat(), json!("no-such-word")));
        wrong.push(([path, &[variants.tag]].concat(), json!(7)));
    }
    let schema = given.map_or(schema, |given| schema_of_table(schema, given));
    let is_tag = |name: &str| variants.as_ref().is_some_and(|variants| variants.tag == name);
    for (name, property) in schema["properties"].as_object().into_iter().flatten().filter(|(name, _)| !is_tag(name)) {
        // In a table that the config lacks, a missing setting would hide the wrong type.
        if given.is_none() && required(schema).any(|needed| needed != name) {
            continue;
        }
        let path = [path, &[name.as_str()]].concat();
        collect_wrong(property, given.and_then(|table| table.get(name)), &path, wrong);
        if let Some(value) = wrong_value(property) {
            wrong.push((path, value));
        }
    }
}

/// Sets a value at a path. Creates missing tables.
fn set(table: &mut Map<String, Value>, path: &[&str], value: &Value) {
    match path {
        [] => {}
        [name] => drop(table.insert((*name).to_owned(), value.clone())),
        [name, rest @ ..] => {
            let inner = table.entry(*name).or_insert_with(|| json!({}));
            if let Some(inner) = inner.as_object_mut() {
                set(inner, rest, value);
            }
        }
    }
}

/// Returns a value that a setting cannot have.
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
