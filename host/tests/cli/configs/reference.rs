//! `config/reference.toml` lists every option of the program and of the bundled plugins, with the defaults.
//!
//! A plugin can list its options in a `reference.toml` of its own folder instead.

use super::toml_lines::{Line, lines};
use rowsmith::config::raw::RawConfig;
use rowsmith::rules::RawRule;
use rowsmith_plugin_api::schema::{ConfigSchema, to_value};
use rowsmith_test_harness::{BUNDLED, Sandbox, checkout, library_name, plugins};
use serde_json::Value;
use std::fmt::Write as _;

/// Options of all file exporters, which are described with the first of them.
const OF_ALL_EXPORTERS: [&str; 2] = ["columns", "if_exists"];

/// An option of the program or of a plugin.
struct Wanted {
    table: String,
    plugin: Option<String>,
    key: String,
    default: Option<Value>,
}

#[test]
fn reference_names_every_option_with_its_default() {
    let lines = documented();
    assert!(lines.len() > 100, "{}", lines.len());
    let mut wrong = String::new();
    for wanted in wanted() {
        let fits = |line: &&Line| {
            let shared = wanted.table == "exporters.config" && OF_ALL_EXPORTERS.contains(&wanted.key.as_str());
            line.table == wanted.table
                && line.key == wanted.key
                && (shared || wanted.plugin.as_ref().is_none_or(|plugin| line.plugin == *plugin))
        };
        let name = format!("{}.{} ({})", wanted.table, wanted.key, wanted.plugin.as_deref().unwrap_or("host"));
        let found: Vec<&Line> = lines.iter().filter(fits).collect();
        if found.is_empty() {
            writeln!(wrong, "{name} is not named").expect("a String takes all");
        } else if let Some(default) = &wanted.default
            && !found.iter().any(|line| shows(line, default))
        {
            writeln!(wrong, "{name} does not show its default {default}").expect("a String takes all");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Returns the lines of `config/reference.toml` and of the plugins' own references.
fn documented() -> Vec<Line> {
    let plugins = BUNDLED.iter().map(|(kind, name)| format!("plugins/{kind}-{name}/reference.toml"));
    let own = plugins.filter_map(|name| std::fs::read_to_string(checkout().join(name)).ok());
    let common = std::iter::once(include_str!("../../../../config/reference.toml").to_owned());
    common.chain(own).flat_map(|text| lines(&text)).collect()
}

/// Returns true if the line has the default as its value or in its comment.
fn shows(line: &Line, default: &Value) -> bool {
    let same_number = || line.value.as_f64().is_some_and(|number| default.as_f64() == Some(number));
    line.value == *default || same_number() || line.comment.contains(&default.to_string())
}

fn wanted() -> Vec<Wanted> {
    let mut all = Vec::new();
    collect(&to_value(&RawConfig::SCHEMA), "", None, &mut all);
    collect(&to_value(&RawRule::SCHEMA), "enrich.output.*", None, &mut all);
    assert!(all.iter().any(|w| w.table == "batch" && w.default.is_some()), "the schema has defaults");
    let sandbox = Sandbox::new();
    for (kind, name) in BUNDLED.iter().copied() {
        let file = plugins().join(library_name(kind, name));
        let call = sandbox.bare(["plugin", "info", &file.display().to_string(), "--format", "json"]);
        let info = call.output().exits(0).json();
        let table = match kind {
            "provider" => "providers.*.config",
            "exporter" => "exporters.config",
            "cache" => "cache.config",
            _ => "scraper.config",
        };
        collect(&info["config_schema"], table, Some(name), &mut all);
    }
    all
}

fn collect(schema: &Value, table: &str, plugin: Option<&str>, all: &mut Vec<Wanted>) {
    for (key, property) in schema["properties"].as_object().into_iter().flatten() {
        let inner = if table.is_empty() { key.clone() } else { format!("{table}.{key}") };
        let named = &property["additionalProperties"];
        if property["properties"].is_object() {
            collect(property, &inner, plugin, all);
        } else if property["items"]["properties"].is_object() {
            collect(&property["items"], &inner, plugin, all);
        } else if named["properties"].is_object() {
            collect(named, &format!("{inner}.*"), plugin, all);
        } else if inner != "enrich.output" && !inner.ends_with("config") {
            // Tables of plugins and rules have separate schemas.
            all.push(Wanted {
                table: table.to_owned(),
                plugin: plugin.map(str::to_owned),
                key: key.clone(),
                default: property.get("default").cloned(),
            });
        }
    }
}
