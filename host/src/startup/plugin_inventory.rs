//! The plugins that a config names, all of them, whatever else is wrong with it.
//!
//! Commands that look after plugins work on configs that cannot run yet: a pin does not match, a key is missing, a
//! provider is not chosen. So the file only has to be TOML here, and no pin is compared.

use super::load::{LoadError, Wrong, chosen_provider, plugin_path, plugin_uses, read};
use crate::diagnostic::{Diagnostic, code};
use crate::document::{Document, interpolate, pointer};
use crate::plugin::discovery::SearchPath;
use crate::plugin::registry::Registry;
use crate::settings::{PluginUse, env};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The tables that name plugins, and the one that says where they are.
const TABLES: [&str; 5] = ["plugins", "scraper", "cache", "providers", "exporters"];

/// What a config says of plugins.
pub struct PluginInventory {
    /// The file.
    pub document: Document,
    /// Finds the plugins; knows no pins.
    pub registry: Registry,
    /// The plugins that a run uses, in the order scraper, cache, provider, exporters.
    pub used: Vec<PluginUse>,
    /// Those of the providers that `--provider` could choose instead.
    pub others: Vec<PluginUse>,
}

/// Reads what a config says of plugins. No code of a plugin runs.
///
/// # Errors
/// When the file cannot be read or is not TOML, or names a plugin by a variable that is not set.
pub fn plugin_inventory(path: &Path, plugin_dirs: &[PathBuf]) -> Result<PluginInventory, LoadError> {
    let mut document = read(path)?;
    let chosen = chosen_provider(&document.value, None);
    let skip = |place: &str| is_no_place_of_plugins(place, chosen.as_deref());
    let mut found = interpolate(&mut document, &env::read, &skip);
    let used = plugin_uses(&document.value, chosen.as_deref());
    for at in used.iter().filter(|at| at.name.is_empty()) {
        let message = format!("the {} has neither `plugin` nor `library`", at.kind);
        found.push(Diagnostic::error(code::MISSING_KEY, message).at(document.spans.closest(&at.pointer)));
    }
    if !found.is_empty() {
        return Err(LoadError::Wrong(Box::new(Wrong { document, diagnostics: found, only_plugins: false })));
    }
    let names = document.value.get("providers").and_then(Value::as_object).into_iter().flat_map(|table| table.keys());
    let mut others = Vec::new();
    for name in names.filter(|name| Some(name.as_str()) != chosen.as_deref()) {
        let place = pointer::push("/providers", name);
        let of_name = plugin_uses(&document.value, Some(name));
        others.extend(of_name.into_iter().filter(|at| at.pointer == place && !at.name.is_empty()));
    }
    let registry = Registry::new(SearchPath::new(plugin_dirs, &plugin_path(&document.value)), BTreeMap::new());
    Ok(PluginInventory { document, registry, used, others })
}

/// What a plugin is told, what another provider says, and everything that is not about plugins may name variables that
/// are not set here.
fn is_no_place_of_plugins(place: &str, chosen: Option<&str>) -> bool {
    let steps = pointer::segments(place);
    let table = steps.first().map(String::as_str);
    let is_config = steps.iter().skip(1).any(|step| step == "config");
    let is_other = table == Some("providers") && steps.get(1).is_some_and(|name| Some(name.as_str()) != chosen);
    table.is_some_and(|table| !TABLES.contains(&table)) || is_config || is_other
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<PluginInventory, LoadError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rowsmith.toml");
        std::fs::write(&path, text).unwrap();
        plugin_inventory(&path, &[])
    }

    #[test]
    fn a_config_that_cannot_run_is_surveyed_all_the_same() {
        let text = "unknown = 1\n[scraper]\nplugin = \"a\"\n[scraper.config]\nkey = \"${NOT_SET_IN_TESTS}\"\n\
            [enrich]\nprovider = \"two\"\n[providers.one]\nplugin = \"b\"\n[providers.two]\nplugin = \"c\"\n\
            [providers.three]\n[[exporters]]\nlibrary = \"x/libd.so\"\n[plugins.pins]\n\"scraper-a\" = \"sha256:00\"\n";
        let found = of(text).unwrap();
        let names = |uses: &[PluginUse]| uses.iter().map(|at| format!("{} {}", at.kind, at.name)).collect::<Vec<_>>();
        assert_eq!(names(&found.used), ["scraper a", "cache lmdb", "provider c", "exporter libd"]);
        assert_eq!(names(&found.others), ["provider b"]);
    }

    #[test]
    fn what_hides_which_plugin_is_meant_is_an_error() {
        for (text, code) in [
            ("[scraper]\nplugin = \"${NOT_SET_IN_TESTS}\"", code::UNSET_VARIABLE),
            ("[plugins]\npath = [\"${NOT_SET_IN_TESTS}\"]", code::UNSET_VARIABLE),
            ("[scraper]\nconfig = {}", code::MISSING_KEY),
        ] {
            let Err(LoadError::Wrong(wrong)) = of(text) else { panic!("{text} is wrong") };
            assert!(wrong.diagnostics.iter().any(|found| found.code == code), "{text}: {:?}", wrong.diagnostics);
        }
        assert!(matches!(of("[scraper"), Err(LoadError::Read(_))));
    }
}
