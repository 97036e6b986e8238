//! All plugins of the search path, without running their code.

use crate::cli::Context;
use crate::document::nearest;
use crate::plugin::PluginError;
use crate::plugin::discovery::{Origin, SearchPath};
use crate::plugin::image::Image;
use crate::plugin::registry::Registry;
use crate::startup::HostError;
use crate::startup::plugin_inventory::plugin_inventory;
use rowsmith_plugin_api::Manifest;
use rowsmith_plugin_api::manifest::PluginKind;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// A plugin of the search path, of this program, or of the command line.
pub(super) struct FoundPlugin {
    pub(super) path: String,
    pub(super) origin: PluginOrigin,
    /// Name for configs, by the name of the file: `exporter-csv`.
    pub(super) config_name: Option<String>,
    /// Manifest and hash; the hash is `None` for a plugin of this program.
    pub(super) manifest: Result<(Manifest, Option<String>), PluginError>,
    /// Path of the plugin that is used instead.
    pub(super) hidden_by: Option<String>,
    /// Paths of the plugins that are not used because of this one.
    pub(super) hides: Vec<String>,
}

/// Origin of a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PluginOrigin {
    /// A folder of the search path.
    Folder(Origin),
    /// This program.
    BuiltIn,
    /// A path of the command line.
    Named,
}

impl PluginOrigin {
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Folder(origin) => origin.words(),
            Self::BuiltIn => "this program",
            Self::Named => "the command line",
        }
    }

    const fn key(self) -> &'static str {
        match self {
            Self::Folder(origin) => origin.key(),
            Self::BuiltIn => "built-in",
            Self::Named => "argument",
        }
    }
}

/// Creates a registry with the search path of the config, if one is given.
pub(super) fn registry(context: &Context, config: Option<&Path>) -> Result<Registry, HostError> {
    let flags = &context.global.plugin_dirs;
    match config {
        Some(path) => Ok(plugin_inventory(path, flags)?.registry),
        None => Ok(Registry::new(SearchPath::new(flags, &[]), BTreeMap::new())),
    }
}

/// Returns all plugins in search order.
pub(super) fn found_plugins(registry: &Registry) -> Vec<FoundPlugin> {
    let files = registry.search().files().into_iter().map(|file| FoundPlugin {
        path: file.path.display().to_string(),
        origin: PluginOrigin::Folder(file.origin),
        manifest: Image::read(&file.path).map(with_hash),
        config_name: Some(format!("{}-{}", file.kind, file.name)),
        hidden_by: file.hidden_by.map(|path| path.display().to_string()),
        hides: Vec::new(),
    });
    let mut all: Vec<FoundPlugin> = files.collect();
    for manifest in registry.linked() {
        let name = format!("{}-{}", manifest.kind, manifest.name);
        let other = all.iter().find(|f| f.hidden_by.is_none() && f.config_name.as_ref() == Some(&name));
        let hidden_by = other.map(|other| other.path.clone());
        all.push(FoundPlugin {
            path: "built in".to_owned(),
            origin: PluginOrigin::BuiltIn,
            manifest: Ok((manifest.clone(), None)),
            config_name: Some(name),
            hidden_by,
            hides: Vec::new(),
        });
    }
    let pairs: Vec<_> = all.iter().map(|f| (f.config_name.clone(), f.path.clone(), f.hidden_by.is_some())).collect();
    for winner in all.iter_mut().filter(|f| f.hidden_by.is_none()) {
        let beaten = pairs.iter().filter(|(name, _, hidden)| *hidden && *name == winner.config_name);
        winner.hides = beaten.map(|(_, path, _)| path.clone()).collect();
    }
    all
}

fn with_hash(image: Image) -> (Manifest, Option<String>) {
    let hash = image.sha256();
    (image.manifest, Some(hash))
}

impl FoundPlugin {
    /// Returns the name in the manifest, if it differs from the name of the file.
    pub(super) fn other_name(&self) -> Option<String> {
        let (manifest, _) = self.manifest.as_ref().ok()?;
        let own = format!("{}-{}", manifest.kind, manifest.name);
        self.config_name.as_ref().filter(|name| **name != own).map(|_| own)
    }
}

/// Returns a plugin as JSON.
pub(super) fn entry(plugin: &FoundPlugin) -> Value {
    let mut value = match &plugin.manifest {
        Ok((manifest, hash)) => json!({
            "kind": manifest.kind, "name": manifest.name, "version": manifest.version, "about": manifest.about,
            "abi": manifest.abi, "api_version": manifest.api_version, "capabilities": manifest.capabilities,
            "extensions": manifest.extensions,
            "path": plugin.path, "sha256": hash,
        }),
        Err(error) => json!({"path": plugin.path, "error": error.to_string(), "hint": error.hint()}),
    };
    value["hidden_by"] = json!(plugin.hidden_by);
    value["hides"] = json!(plugin.hides);
    value["origin"] = json!(plugin.origin.key());
    value["found_as"] = json!(plugin.config_name);
    value
}

/// Returns the plugin of a file.
pub(super) fn from_file(path: &str) -> FoundPlugin {
    let manifest = Image::read(Path::new(path)).map(with_hash);
    let path = path.to_owned();
    FoundPlugin { path, origin: PluginOrigin::Named, config_name: None, manifest, hidden_by: None, hides: Vec::new() }
}

/// Returns the plugin that configs use under a name.
pub(super) fn by_name(registry: &Registry, name: &str, kind: Option<PluginKind>) -> Result<FoundPlugin, HostError> {
    let split = name.split_once('-').and_then(|(k, n)| Some((PluginKind::from_name(k)?, n)));
    let (kind, bare) = match (kind, split) {
        (Some(kind), _) => (Some(kind), name),
        (None, Some((kind, bare))) => (Some(kind), bare),
        (None, None) => (None, name),
    };
    let all = found_plugins(registry);
    let names: Vec<String> =
        all.iter().filter_map(|f| f.manifest.as_ref().ok()).map(|(m, _)| format!("{}-{}", m.kind, m.name)).collect();
    let mut matching: Vec<FoundPlugin> = Vec::new();
    let mut broken: Vec<FoundPlugin> = Vec::new();
    for plugin in all.into_iter().filter(|f| f.hidden_by.is_none()) {
        match &plugin.manifest {
            Ok((m, _)) if m.name == bare && kind.is_none_or(|k| k == m.kind) => matching.push(plugin),
            Err(_) if is_found_as(&plugin, bare, kind) => broken.push(plugin),
            _ => {}
        }
    }
    if matching.len() > 1 {
        let kinds: Vec<_> = matching
            .iter()
            .filter_map(|f| f.manifest.as_ref().ok())
            .map(|(m, _)| format!("{}-{bare}", m.kind))
            .collect();
        return Err(HostError::Usage(format!("several plugins are named `{name}`; use one of: {}", kinds.join(", "))));
    }
    // The error of a file that cannot be used says more than "not found".
    matching.pop().or_else(|| broken.pop()).ok_or_else(|| not_found(name, bare, names))
}

fn is_found_as(plugin: &FoundPlugin, bare: &str, kind: Option<PluginKind>) -> bool {
    let split = plugin.config_name.as_deref().and_then(|name| name.split_once('-'));
    split.is_some_and(|(k, n)| n == bare && kind.is_none_or(|kind| kind.as_str() == k))
}

fn not_found(name: &str, bare: &str, mut names: Vec<String>) -> HostError {
    names.sort();
    names.dedup();
    let bare_names = names.iter().map(|full| full.split_once('-').map_or(full.as_str(), |(_, n)| n));
    let near = nearest(bare, bare_names).map_or_else(String::new, |near| format!("did you mean `{near}`? "));
    HostError::Usage(format!("there is no plugin `{name}`; {near}known plugins: {}", names.join(", ")))
}
