//! All plugins that a config names.
//!
//! The commands that list and pin plugins accept configs that cannot run: a pin does not match, a key is missing, no
//! provider is selected. The file only has to be TOML, and pins are not compared.

use super::command_files::{CommandFile, command_files};
use super::load::{read, unnamed_plugins};
use super::{InvalidConfig, LoadError};
use crate::config::{ProviderChoice, plugin_uses, plugins_table};
use crate::diagnostic::Diagnostic;
use crate::document::{Document, command_settings, interpolate, pointer};
use crate::plugin::discovery::SearchPath;
use crate::plugin::registry::{Registry, Source};
use crate::settings::{PluginUse, env};
use rowsmith_plugin_api::manifest::PluginKind;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The tables that name plugins or their folders.
const TABLES: [&str; 5] = ["plugins", "scraper", "cache", "providers", "exporters"];

/// The plugins that a config names.
pub struct PluginInventory {
    /// The config.
    pub document: Document,
    /// Finds plugins, without pins.
    pub registry: Registry,
    /// Plugins of a run, in the order scraper, cache, provider, exporters.
    pub used: Vec<PluginUse>,
    /// Plugins of the other providers.
    pub others: Vec<PluginUse>,
}

impl PluginInventory {
    /// Returns the files of the commands in a plugin's table. Replaces the variables in these commands, and no others.
    ///
    /// # Errors
    /// A diagnostic for each variable that is not set.
    pub fn command_files(&mut self, usage: &PluginUse, source: &Source) -> Result<Vec<CommandFile>, Vec<Diagnostic>> {
        let base = pointer::push(&usage.pointer, "config");
        let settings = command_settings(&source.manifest().config_schema, &usage.config);
        let relevant: Vec<String> =
            settings.iter().flat_map(|setting| &setting.pointers).map(|pointer| format!("{base}{pointer}")).collect();
        if relevant.is_empty() {
            return Ok(Vec::new());
        }
        let leads_to = |pointer: &str, relevant: &String| {
            pointer::is_within(pointer, relevant) || pointer::is_within(relevant, pointer)
        };
        let skip = |pointer: &str| !relevant.iter().any(|relevant| leads_to(pointer, relevant));
        let problems = interpolate(&mut self.document, &env::read, &skip);
        if !problems.is_empty() {
            return Err(problems);
        }
        let config = self.document.value.pointer(&base).cloned().unwrap_or_default();
        Ok(command_files(&PluginUse { config, ..usage.clone() }, source))
    }
}

/// Reads the plugins of a config. No code of a plugin runs.
///
/// # Errors
/// When the file cannot be read or parsed, or when the name of a plugin contains a variable that is not set.
pub fn plugin_inventory(path: &Path, plugin_dirs: &[PathBuf]) -> Result<PluginInventory, LoadError> {
    let mut document = read(path)?;
    let provider = ProviderChoice::new(&document.value, None).name;
    let skip = |pointer: &str| is_irrelevant(pointer, provider.as_deref());
    let mut diagnostics = interpolate(&mut document, &env::read, &skip);
    let used = plugin_uses(&document.value, provider.as_deref());
    diagnostics.extend(unnamed_plugins(&document, &used));
    if !diagnostics.is_empty() {
        return Err(LoadError::Invalid(Box::new(InvalidConfig { document, diagnostics, only_plugins: false })));
    }
    let names = document.value.get("providers").and_then(Value::as_object).into_iter().flat_map(|table| table.keys());
    let mut others = Vec::new();
    for name in names.filter(|name| Some(name.as_str()) != provider.as_deref()) {
        let of_other = plugin_uses(&document.value, Some(name));
        others
            .extend(of_other.into_iter().filter(|usage| usage.kind == PluginKind::Provider && !usage.name.is_empty()));
    }
    let path = plugins_table(&document.value).path;
    let registry = Registry::new(SearchPath::new(plugin_dirs, &path), BTreeMap::new());
    Ok(PluginInventory { document, registry, used, others })
}

/// Returns whether a value says nothing about the plugins of a run: it may then contain variables that are not set.
fn is_irrelevant(pointer: &str, provider: Option<&str>) -> bool {
    let segments = pointer::segments(pointer);
    let table = segments.first().map(String::as_str);
    let is_config = segments.iter().skip(1).any(|segment| segment == "config");
    let is_other = table == Some("providers") && segments.get(1).is_some_and(|name| Some(name.as_str()) != provider);
    table.is_some_and(|table| !TABLES.contains(&table)) || is_config || is_other
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::code;

    fn of(text: &str) -> Result<PluginInventory, LoadError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rowsmith.toml");
        std::fs::write(&path, text).unwrap();
        plugin_inventory(&path, &[])
    }

    #[test]
    fn plugins_of_a_config_that_cannot_run_are_listed() {
        let text = "unknown = 1\n[scraper]\nplugin = \"a\"\n[scraper.config]\nkey = \"${NOT_SET_IN_TESTS}\"\n\
            [enrich]\nprovider = \"two\"\n[providers.one]\nplugin = \"b\"\n[providers.two]\nplugin = \"c\"\n\
            [providers.three]\n[[exporters]]\nlibrary = \"x/libd.so\"\n[plugins.pins]\n\"scraper-a\" = \"sha256:00\"\n";
        let found = of(text).unwrap();
        let names = |uses: &[PluginUse]| uses.iter().map(|at| format!("{} {}", at.kind, at.name)).collect::<Vec<_>>();
        assert_eq!(names(&found.used), ["scraper a", "cache lmdb", "provider c", "exporter libd"]);
        assert_eq!(names(&found.others), ["provider b"]);
    }

    #[test]
    fn an_unknown_plugin_name_is_an_error() {
        for (text, code) in [
            ("[scraper]\nplugin = \"${NOT_SET_IN_TESTS}\"", code::UNSET_VARIABLE),
            ("[plugins]\npath = [\"${NOT_SET_IN_TESTS}\"]", code::UNSET_VARIABLE),
            ("[scraper]\nconfig = {}", code::MISSING_KEY),
        ] {
            let Err(LoadError::Invalid(invalid)) = of(text) else { panic!("{text} is invalid") };
            assert!(invalid.diagnostics.iter().any(|found| found.code == code), "{text}: {:?}", invalid.diagnostics);
        }
        assert!(matches!(of("[scraper"), Err(LoadError::Read(_))));
    }
}
