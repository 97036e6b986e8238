//! The plugins that a config names, whatever else is invalid in it.

use super::raw::{RawPlugin, RawPlugins, RawProvider};
use crate::document::{check_schema, pointer};
use crate::settings::{PluginUse, defaults};
use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_api::schema::{ConfigSchema, to_value};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::time::Duration;

/// Returns the plugins of a run with that provider, in the order scraper, cache, provider, exporters.
///
/// A plugin without a name and without a library has an empty name.
pub fn plugin_uses(config: &Value, provider: Option<&str>) -> Vec<PluginUse> {
    let plugin = |kind, pointer: &str, table: Option<&Value>| Some(plugin_use(kind, pointer, valid_part(table?)?));
    let default_cache = json!({"plugin": defaults::CACHE_PLUGIN});
    let provider = provider.and_then(|name| {
        let pointer = pointer::push("/providers", name);
        let provider: RawProvider = valid_part(config.pointer(&pointer)?)?;
        Some(plugin_use(PluginKind::Provider, &pointer, provider.plugin))
    });
    let exporters = config.get("exporters").and_then(Value::as_array).into_iter().flatten().enumerate();
    let exporters =
        exporters.filter_map(|(at, table)| plugin(PluginKind::Exporter, &format!("/exporters/{at}"), Some(table)));
    let scraper = plugin(PluginKind::Scraper, "/scraper", config.get("scraper"));
    let cache = plugin(PluginKind::Cache, "/cache", config.get("cache").or(Some(&default_cache)));
    [scraper, cache, provider].into_iter().flatten().chain(exporters).collect()
}

/// Returns the `[plugins]` table.
pub fn plugins_table(config: &Value) -> RawPlugins {
    config.get("plugins").and_then(valid_part).unwrap_or_default()
}

/// Deserializes the keys of a table that match its schema. The others are reported elsewhere.
fn valid_part<T: ConfigSchema + DeserializeOwned>(table: &Value) -> Option<T> {
    let mut valid = table.as_object()?.clone();
    for problem in check_schema(table, &to_value(&T::SCHEMA)) {
        if let Some(key) = pointer::segments(&problem.pointer).first() {
            valid.remove(key);
        }
    }
    T::deserialize(Value::Object(valid)).ok()
}

fn plugin_use(kind: PluginKind, pointer: &str, raw: RawPlugin) -> PluginUse {
    let RawPlugin { plugin, library, isolation, timeout_secs, config } = raw;
    let file_name = || library.as_ref()?.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    PluginUse {
        kind,
        name: plugin.or_else(file_name).unwrap_or_default(),
        library,
        isolation,
        timeout: Duration::from_secs(timeout_secs.get()),
        config: Value::Object(config),
        pointer: pointer.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Isolation;

    #[test]
    fn plugins_are_read_in_order_with_their_defaults() {
        let config = json!({
            "scraper": {"plugin": "csv", "isolation": "process", "config": {"path": "a"}},
            "providers": {"a/b": {"library": "x/libmine.so"}, "other": {"plugin": "unused"}},
            "exporters": [{"plugin": "json", "timeout_secs": 5}, {}],
        });
        let uses = plugin_uses(&config, Some("a/b"));
        let summary: Vec<_> =
            uses.iter().map(|at| (at.pointer.as_str(), at.name.as_str(), at.timeout.as_secs())).collect();
        assert_eq!(
            summary,
            [
                ("/scraper", "csv", 600),
                ("/cache", "lmdb", 600),
                ("/providers/a~1b", "libmine", 630),
                ("/exporters/0", "json", 5),
                ("/exporters/1", "", 600),
            ]
        );
        assert_eq!((uses[0].isolation, &uses[0].config), (Isolation::Process, &json!({"path": "a"})));
    }

    #[test]
    fn invalid_keys_leave_the_others_in_force() {
        let config = json!({
            "scraper": {"plugin": "csv", "isolation": "no", "timeout_secs": 0, "unknown": 1, "config": {"path": "a"}},
            "cache": "lmdb",
            "providers": {"p": {"plugin": "gemini", "limits": {"requests_per_minute": "x"}, "prices": {}}},
            "exporters": [3, {"plugin": 4, "library": "out.so"}],
            "plugins": {"path": "x", "pins": {"scraper-csv": "sha256:00"}},
        });
        let uses = plugin_uses(&config, Some("p"));
        let names: Vec<_> = uses.iter().map(|at| format!("{} {}", at.kind, at.name)).collect();
        assert_eq!(names, ["scraper csv", "provider gemini", "exporter out"]);
        assert_eq!(uses[0].config, json!({"path": "a"}));
        let plugins = plugins_table(&config);
        assert!(plugins.path.is_empty() && plugins.pins.len() == 1);
    }
}
