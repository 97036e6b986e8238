//! The check that a suite writes to places of its own.
//!
//! It runs before every check that writes: a suite clears stores and replaces files.

use super::assertion::{CheckResult, expect_ok, fail, skip, wait_for};
use super::places::default_places;
use super::plugin_under_test::{PluginUnderTest, TestFolder};
use super::suite::CheckSpec;
use rowsmith_plugin_api::bridge::client::{CacheClient, ExporterClient};
use rowsmith_plugin_api::cache::Store;
use rowsmith_plugin_api::manifest::PluginKind;
use serde_json::Value;
use std::path::{Path, PathBuf};

pub(super) const CHECKS: &[CheckSpec] = &[("own_place", "the suite uses places of its own", own_place)];

/// Reason for which the checks after a failure do not run.
const REST: &str = "the suite has no place of its own";

fn own_place(plugin: &PluginUnderTest) -> CheckResult {
    let result = places_of_settings(plugin).and_then(|()| match plugin.manifest.kind {
        PluginKind::Cache => own_store(plugin),
        PluginKind::Exporter => own_target(plugin),
        PluginKind::Scraper | PluginKind::Provider => Ok(()),
    });
    result.map_err(|stop| stop.for_all(REST))
}

fn places_of_settings(plugin: &PluginUnderTest) -> CheckResult {
    match default_places(&plugin.manifest, &plugin.config).first() {
        None => Ok(()),
        Some(place) => {
            let default = place.default.as_deref().unwrap_or_default();
            fail(format!("the place `{default}` may hold data: set `{}` to one for the suite", place.name()))
        }
    }
}

fn own_store(plugin: &PluginUnderTest) -> CheckResult {
    let folder = plugin.test_folder()?;
    let Ok(opened) = plugin.open_with(&folder.config, &plugin.host(&folder)) else { return refused_config() };
    let client = CacheClient(opened.remote.clone());
    let store = expect_ok("asking for the name of the store", client.store())?;
    if let Some(path) = &store.path {
        return if is_own(plugin, &folder, Path::new(path)) { Ok(()) } else { foreign(&format!("the store `{path}`")) };
    }
    match wait_for("scanning the store", client.scan(None, 1))? {
        Ok(entries) if entries.is_empty() => Ok(()),
        Ok(_) => {
            let count = wait_for("reading the statistics", client.stats())?.map_or(1, |stats| stats.entries.max(1));
            let entries = if count == 1 { "1 entry".to_owned() } else { format!("{count} entries") };
            fail(format!(
                "the store `{}` holds {entries}, and the suite clears stores: give it an empty store; nothing was changed",
                store.name
            ))
        }
        // Without an answer, only a store that ends with its process is known to be empty.
        Err(_) if !store.persistent => Ok(()),
        Err(error) => {
            fail(format!("the store `{}` does not report whether it is empty: {}", store.name, error.message))
        }
    }
}

fn own_target(plugin: &PluginUnderTest) -> CheckResult {
    let folder = plugin.test_folder()?;
    let Ok(opened) = plugin.open_with(&folder.config, &plugin.host(&folder)) else { return refused_config() };
    let target = expect_ok("asking for the target", ExporterClient(opened.remote.clone()).target())?;
    match target.path {
        Some(path) if !is_own(plugin, &folder, Path::new(&path)) => foreign(&format!("the target `{path}`")),
        _ => Ok(()),
    }
}

/// The check of the config reports the error.
fn refused_config() -> CheckResult {
    skip("the plugin refuses the config")
}

fn foreign(place: &str) -> CheckResult {
    fail(format!("{place} is outside of the suite's folder: set it to a path that begins with `{{dir}}`"))
}

/// Returns true if a path is in the folder of the check, or in the working folder of the suite.
fn is_own(plugin: &PluginUnderTest, folder: &TestFolder, path: &Path) -> bool {
    let own = [Some(folder.root()), plugin.working_folder.as_deref()];
    let path = resolved(path);
    own.into_iter().flatten().any(|own| path.starts_with(resolved(own)))
}

/// Returns the absolute path without links, also for a file that does not exist.
fn resolved(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let found = path.ancestors().find_map(|known| Some((known, known.canonicalize().ok()?)));
    match found {
        Some((known, real)) => path.strip_prefix(known).map_or(real.clone(), |rest| real.join(rest)),
        None => path,
    }
}

/// Returns true if every check of a cache meets the same store, because neither its path nor its config depends on the
/// folder of the check. [`own_place`] has found it empty, so its entries are those of the suite.
pub(super) fn is_shared(plugin: &PluginUnderTest, folder: &TestFolder, store: &Store) -> bool {
    let is_inside = |path: &String| resolved(Path::new(path)).starts_with(resolved(folder.root()));
    let is_private = store.path.as_ref().map_or_else(|| mentions_folder(&plugin.config), is_inside);
    store.persistent && !is_private
}

fn mentions_folder(config: &Value) -> bool {
    match config {
        Value::String(text) => text.contains("{dir}"),
        Value::Array(items) => items.iter().any(mentions_folder),
        Value::Object(entries) => entries.values().any(mentions_folder),
        _ => false,
    }
}
