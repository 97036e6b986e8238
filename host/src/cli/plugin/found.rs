//! The plugins that there are: judged, none of their code run.

use crate::cli::Context;
use crate::config::nearest;
use crate::error::HostError;
use crate::plugin::PluginError;
use crate::plugin::discovery::SearchPath;
use crate::plugin::image::Image;
use crate::plugin::registry::Registry;
use rowsmith_plugin_api::Manifest;
use rowsmith_plugin_api::manifest::PluginKind;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// A plugin that was found.
pub(super) struct Found {
    pub(super) place: String,
    pub(super) judged: Result<(Manifest, Option<String>), PluginError>,
    pub(super) hidden_by: Option<String>,
}

pub(super) fn found(context: &Context) -> Vec<Found> {
    let registry = Registry::new(SearchPath::new(&context.global.plugin_dirs, &[]), BTreeMap::new());
    let files = registry.search().files().into_iter().map(|file| Found {
        place: file.path.display().to_string(),
        judged: Image::read(&file.path).map(with_hash),
        hidden_by: file.hidden_by.map(|path| path.display().to_string()),
    });
    let mut all: Vec<Found> = files.collect();
    for manifest in registry.linked() {
        let other = all.iter().find(|f| is(f, manifest.kind, &manifest.name)).map(|f| f.place.clone());
        all.push(Found { place: "built in".to_owned(), judged: Ok((manifest.clone(), None)), hidden_by: other });
    }
    all
}

fn with_hash(image: Image) -> (Manifest, Option<String>) {
    let hash = image.sha256();
    (image.manifest, Some(hash))
}

fn is(found: &Found, kind: PluginKind, name: &str) -> bool {
    found.judged.as_ref().is_ok_and(|(m, _)| m.kind == kind && m.name == name)
}

/// A plugin as JSON.
pub(super) fn entry(plugin: &Found) -> Value {
    match &plugin.judged {
        Ok((manifest, hash)) => json!({
            "kind": manifest.kind, "name": manifest.name, "version": manifest.version, "about": manifest.about,
            "abi": manifest.abi, "api_version": manifest.api_version, "capabilities": manifest.capabilities,
            "path": plugin.place, "sha256": hash, "hidden_by": plugin.hidden_by,
        }),
        Err(error) => json!({"path": plugin.place, "error": error.to_string(), "hidden_by": plugin.hidden_by}),
    }
}

/// The plugin in a file.
pub(super) fn from_file(path: &str) -> Found {
    let judged = Image::read(Path::new(path)).map(with_hash);
    Found { place: path.to_owned(), judged, hidden_by: None }
}

/// The plugin of a name that is used.
pub(super) fn by_name(context: &Context, name: &str, kind: Option<PluginKind>) -> Result<Found, HostError> {
    let split = name.split_once('-').and_then(|(k, n)| Some((PluginKind::from_name(k)?, n)));
    let (kind, bare) = match (kind, split) {
        (Some(kind), _) => (Some(kind), name),
        (None, Some((kind, bare))) => (Some(kind), bare),
        (None, None) => (None, name),
    };
    let all = found(context);
    let names: Vec<String> =
        all.iter().filter_map(|f| f.judged.as_ref().ok()).map(|(m, _)| format!("{}-{}", m.kind, m.name)).collect();
    let mut fitting: Vec<Found> = all
        .into_iter()
        .filter(|f| {
            f.hidden_by.is_none()
                && f.judged.as_ref().is_ok_and(|(m, _)| m.name == bare && kind.is_none_or(|k| k == m.kind))
        })
        .collect();
    if fitting.len() > 1 {
        let kinds: Vec<_> =
            fitting.iter().filter_map(|f| f.judged.as_ref().ok()).map(|(m, _)| format!("{}-{bare}", m.kind)).collect();
        return Err(HostError::Usage(format!(
            "`{name}` is the name of several plugins; say which: {}",
            kinds.join(", ")
        )));
    }
    fitting.pop().ok_or_else(|| {
        let bare_names = names.iter().map(|full| full.split_once('-').map_or(full.as_str(), |(_, n)| n));
        let near = nearest(bare, bare_names).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        HostError::Usage(
            format!("there is no plugin `{name}`{near} There are: {}", names.join(", ")).replace("` There", "`. There"),
        )
    })
}
