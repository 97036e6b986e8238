//! Settings that name a place: a file, a folder, or the address of a service.
//!
//! The checks clear stores and replace files, so a suite never uses a place that a setting has by default.

use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_api::schema::schema_of_table;
use rowsmith_plugin_api::{Manifest, duration, program};
use serde_json::{Map, Value, json};

/// Last words of the names of settings with a file or a folder.
const FILE_WORDS: &[&str] = &["path", "file", "filename", "dir", "directory", "folder"];
/// Last words of the names of settings that may name a place, if their default looks like one.
const VAGUE_WORDS: &[&str] = &["store", "storage", "location", "output", "target", "destination", "root", "cache"];
/// Last words of the names of settings with the address of a service, or a part of it.
const SERVICE_WORDS: &[&str] = &[
    "url",
    "uri",
    "address",
    "addr",
    "host",
    "hostname",
    "endpoint",
    "server",
    "database",
    "db",
    "dsn",
    "connection",
    "socket",
    "bucket",
];
/// Placeholder for the folder of a check.
const DIR: &str = "{dir}";

/// The kind of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceKind {
    /// A file or a folder. The suite can use another one.
    File,
    /// A service. Only the author knows another one.
    Service,
}

/// A setting that names a place, and its default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Names of the tables and the key.
    pub path: Vec<String>,
    /// The kind.
    pub kind: PlaceKind,
    /// The place without the setting, if it has one.
    pub default: Option<String>,
    /// True if the config has the setting.
    pub is_given: bool,
}

impl Place {
    /// Returns the JSON pointer of the setting.
    pub fn pointer(&self) -> String {
        self.path.iter().flat_map(|name| ["/".to_owned(), name.replace('~', "~0").replace('/', "~1")]).collect()
    }

    /// Returns the dotted name of the setting.
    pub fn name(&self) -> String {
        self.path.join(".")
    }
}

/// Returns the kind of place that a setting names; `None` for other settings.
pub fn place_kind(name: &str, schema: &Value) -> Option<PlaceKind> {
    if schema["type"] != "string" || schema.get("enum").is_some() || schema.get("const").is_some() {
        return None;
    }
    let last_word = name.rsplit(['_', '-']).next().unwrap_or_default().to_ascii_lowercase();
    let kind = match schema["format"].as_str() {
        Some(
            "secret" | duration::FORMAT | program::COMMAND | program::WORKING_DIRECTORY | program::ENVIRONMENT_VARIABLE,
        ) => None,
        Some("path") => Some(PlaceKind::File),
        Some("uri") => Some(PlaceKind::Service),
        _ if SERVICE_WORDS.contains(&last_word.as_str()) => Some(PlaceKind::Service),
        _ if FILE_WORDS.contains(&last_word.as_str()) => Some(PlaceKind::File),
        _ if VAGUE_WORDS.contains(&last_word.as_str()) => {
            let default = schema["default"].as_str()?;
            default.contains(['/', '\\', '.']).then_some(PlaceKind::File)
        }
        _ => None,
    };
    let is_address = schema["default"].as_str().is_some_and(|default| default.contains("://"));
    if is_address { kind.and(Some(PlaceKind::Service)) } else { kind }
}

/// Returns the settings of a config that name a place, those of tables in it included.
pub fn places(schema: &Value, config: &Value) -> Vec<Place> {
    let mut found = Vec::new();
    collect(schema, Some(config), true, &[], &mut found);
    found
}

/// `is_given` is false for a table that only exists as the default of its setting.
fn collect(schema: &Value, table: Option<&Value>, is_given: bool, path: &[&str], found: &mut Vec<Place>) {
    let schema = table.map_or(schema, |table| schema_of_table(schema, table));
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let given = table.and_then(|table| table.get(name));
        let path = [path, &[name.as_str()]].concat();
        if let Some(kind) = place_kind(name, property) {
            let default = if is_given { property.get("default") } else { given.or_else(|| property.get("default")) };
            found.push(Place {
                path: path.iter().map(|&name| name.to_owned()).collect(),
                kind,
                default: default.and_then(Value::as_str).map(str::to_owned),
                is_given: is_given && given.is_some(),
            });
        } else if property["type"] == "object" && (given.is_some() || property.get("default").is_some()) {
            let inner = given.or_else(|| property.get("default"));
            collect(property, inner, is_given && given.is_some(), &path, found);
        }
    }
}

/// Moves every file and folder that a cache or an exporter has by default into the folder of the check.
pub(super) fn move_defaults(manifest: &Manifest, config: &mut Value) {
    if !writes(manifest.kind) {
        return;
    }
    for place in places(&manifest.config_schema, config) {
        let (PlaceKind::File, Some(default), false) = (place.kind, &place.default, place.is_given) else { continue };
        let name = default.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default();
        let name = if name.is_empty() || name.starts_with('.') && name.len() < 3 { "place" } else { name };
        set(&manifest.config_schema, config, &place.path, Value::from(format!("{DIR}/{name}")));
    }
}

/// Returns the places that a plugin would use by default, and that the suite cannot replace.
///
/// The HTTP requests of scrapers and providers are answered by the suite, so their addresses are safe.
pub(super) fn default_places(manifest: &Manifest, config: &Value) -> Vec<Place> {
    let is_answered = |place: &Place| {
        let default = place.default.as_deref().unwrap_or_default();
        default.starts_with("http://") || default.starts_with("https://")
    };
    let mut found = places(&manifest.config_schema, config);
    found.retain(|place| !place.is_given && place.default.as_deref().is_some_and(|text| !text.is_empty()));
    match manifest.kind {
        PluginKind::Cache | PluginKind::Exporter => {}
        PluginKind::Scraper => found.retain(|place| !is_answered(place)),
        PluginKind::Provider => found.clear(),
    }
    found
}

/// Removes the files and folders of a run from the config of a cache or an exporter, so that the suite uses its own.
/// Returns the places of the run that remain: services.
pub fn without_places_of_run(manifest: &Manifest, config: &mut Value) -> Vec<Place> {
    if !writes(manifest.kind) {
        return Vec::new();
    }
    let given = places(&manifest.config_schema, config).into_iter().filter(|place| place.is_given);
    let (files, services): (Vec<_>, Vec<_>) = given.partition(|place| place.kind == PlaceKind::File);
    for file in files {
        remove(config, &file.path);
    }
    services
}

fn writes(kind: PluginKind) -> bool {
    matches!(kind, PluginKind::Cache | PluginKind::Exporter)
}

/// Sets a value at a path. A table that the config lacks begins as its default.
fn set(schema: &Value, config: &mut Value, path: &[String], value: Value) {
    let (Some((name, rest)), Some(table)) = (path.split_first(), config.as_object_mut()) else { return };
    if rest.is_empty() {
        table.insert(name.clone(), value);
        return;
    }
    let schema = schema_of_table(schema, &Value::Object(table.clone())).clone();
    let property = &schema["properties"][name];
    let inner = table.entry(name.clone()).or_insert_with(|| property.get("default").cloned().unwrap_or(json!({})));
    set(property, inner, rest, value);
}

fn remove(config: &mut Value, path: &[String]) {
    match path {
        [] => {}
        [name] => drop(config.as_object_mut().and_then(|table: &mut Map<_, _>| table.shift_remove(name))),
        [name, rest @ ..] => {
            if let Some(inner) = config.get_mut(name) {
                remove(inner, rest);
            }
        }
    }
}

#[cfg(test)]
#[path = "places_tests.rs"]
mod tests;
