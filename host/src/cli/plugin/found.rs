//! The plugins that there are: judged, none of their code run.

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

/// A plugin that was found.
pub(super) struct Found {
    pub(super) place: String,
    pub(super) origin: Place,
    /// The name under which configs find it, by its file: `exporter-csv`.
    pub(super) config_name: Option<String>,
    pub(super) judged: Result<(Manifest, Option<String>), PluginError>,
    pub(super) hidden_by: Option<String>,
    pub(super) hides: Vec<String>,
}

/// Where a plugin comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A folder of the search path.
    Folder(Origin),
    /// Linked into this program.
    BuiltIn,
    /// The file that the command line names.
    Named,
}

impl Place {
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

/// Finds and judges the plugins, with the search path of a config when one is named.
pub(super) fn registry(context: &Context, config: Option<&Path>) -> Result<Registry, HostError> {
    let flags = &context.global.plugin_dirs;
    match config {
        Some(path) => Ok(plugin_inventory(path, flags)?.registry),
        None => Ok(Registry::new(SearchPath::new(flags, &[]), BTreeMap::new())),
    }
}

/// All plugins, in search order; those that an earlier one hides are marked.
pub(super) fn found(registry: &Registry) -> Vec<Found> {
    let files = registry.search().files().into_iter().map(|file| Found {
        place: file.path.display().to_string(),
        origin: Place::Folder(file.origin),
        judged: Image::read(&file.path).map(with_hash),
        config_name: Some(format!("{}-{}", file.kind, file.name)),
        hidden_by: file.hidden_by.map(|path| path.display().to_string()),
        hides: Vec::new(),
    });
    let mut all: Vec<Found> = files.collect();
    for manifest in registry.linked() {
        let name = format!("{}-{}", manifest.kind, manifest.name);
        let other = all.iter().find(|f| f.hidden_by.is_none() && f.config_name.as_ref() == Some(&name));
        let hidden_by = other.map(|other| other.place.clone());
        all.push(Found {
            place: "built in".to_owned(),
            origin: Place::BuiltIn,
            judged: Ok((manifest.clone(), None)),
            config_name: Some(name),
            hidden_by,
            hides: Vec::new(),
        });
    }
    let pairs: Vec<_> = all.iter().map(|f| (f.config_name.clone(), f.place.clone(), f.hidden_by.is_some())).collect();
    for winner in all.iter_mut().filter(|f| f.hidden_by.is_none()) {
        let beaten = pairs.iter().filter(|(name, _, hidden)| *hidden && *name == winner.config_name);
        winner.hides = beaten.map(|(_, place, _)| place.clone()).collect();
    }
    all
}

fn with_hash(image: Image) -> (Manifest, Option<String>) {
    let hash = image.sha256();
    (image.manifest, Some(hash))
}

impl Found {
    /// What the plugin calls itself, when its file is found under another name.
    pub(super) fn other_name(&self) -> Option<String> {
        let (manifest, _) = self.judged.as_ref().ok()?;
        let own = format!("{}-{}", manifest.kind, manifest.name);
        self.config_name.as_ref().filter(|name| **name != own).map(|_| own)
    }
}

/// A plugin as JSON.
pub(super) fn entry(plugin: &Found) -> Value {
    let mut value = match &plugin.judged {
        Ok((manifest, hash)) => json!({
            "kind": manifest.kind, "name": manifest.name, "version": manifest.version, "about": manifest.about,
            "abi": manifest.abi, "api_version": manifest.api_version, "capabilities": manifest.capabilities,
            "path": plugin.place, "sha256": hash,
        }),
        Err(error) => json!({"path": plugin.place, "error": error.to_string(), "hint": error.hint()}),
    };
    value["hidden_by"] = json!(plugin.hidden_by);
    value["hides"] = json!(plugin.hides);
    value["origin"] = json!(plugin.origin.key());
    value["found_as"] = json!(plugin.config_name);
    value
}

/// The plugin in a file.
pub(super) fn from_file(path: &str) -> Found {
    let judged = Image::read(Path::new(path)).map(with_hash);
    let place = path.to_owned();
    Found { place, origin: Place::Named, config_name: None, judged, hidden_by: None, hides: Vec::new() }
}

/// The plugin of a name that is used.
pub(super) fn by_name(registry: &Registry, name: &str, kind: Option<PluginKind>) -> Result<Found, HostError> {
    let split = name.split_once('-').and_then(|(k, n)| Some((PluginKind::from_name(k)?, n)));
    let (kind, bare) = match (kind, split) {
        (Some(kind), _) => (Some(kind), name),
        (None, Some((kind, bare))) => (Some(kind), bare),
        (None, None) => (None, name),
    };
    let all = found(registry);
    let names: Vec<String> =
        all.iter().filter_map(|f| f.judged.as_ref().ok()).map(|(m, _)| format!("{}-{}", m.kind, m.name)).collect();
    let mut fitting: Vec<Found> = Vec::new();
    let mut broken: Vec<Found> = Vec::new();
    for plugin in all.into_iter().filter(|f| f.hidden_by.is_none()) {
        match &plugin.judged {
            Ok((m, _)) if m.name == bare && kind.is_none_or(|k| k == m.kind) => fitting.push(plugin),
            Err(_) if is_found_as(&plugin, bare, kind) => broken.push(plugin),
            _ => {}
        }
    }
    if fitting.len() > 1 {
        let kinds: Vec<_> =
            fitting.iter().filter_map(|f| f.judged.as_ref().ok()).map(|(m, _)| format!("{}-{bare}", m.kind)).collect();
        return Err(HostError::Usage(format!(
            "`{name}` is the name of several plugins; say which: {}",
            kinds.join(", ")
        )));
    }
    // A file that cannot be used is a better answer than that there is none.
    fitting.pop().or_else(|| broken.pop()).ok_or_else(|| not_there(name, bare, names))
}

fn is_found_as(plugin: &Found, bare: &str, kind: Option<PluginKind>) -> bool {
    let split = plugin.config_name.as_deref().and_then(|name| name.split_once('-'));
    split.is_some_and(|(k, n)| n == bare && kind.is_none_or(|kind| kind.as_str() == k))
}

fn not_there(name: &str, bare: &str, mut names: Vec<String>) -> HostError {
    names.sort();
    names.dedup();
    let bare_names = names.iter().map(|full| full.split_once('-').map_or(full.as_str(), |(_, n)| n));
    let near = nearest(bare, bare_names).map_or_else(|| ".".to_owned(), |near| format!("; did you mean `{near}`?"));
    HostError::Usage(format!("there is no plugin `{name}`{near} There are: {}", names.join(", ")))
}
