//! Checks that the cache can remove entries after a time, if the config asks for it.

use super::LoadedPlugin;
use crate::diagnostic::{Diagnostic, code};
use crate::document::Document;
use crate::plugin::image::Image;
use crate::plugin::registry::Registry;
use crate::settings::Settings;
use rowsmith_plugin_api::Manifest;
use rowsmith_plugin_api::manifest::{Capability, PluginKind};

const SETTING: &str = "/cache/expire_after";

/// Returns the problem of `expire_after` with a cache that has no expiry.
pub(super) fn problem(
    document: &Document,
    settings: &Settings,
    plugins: &[LoadedPlugin],
    registry: &Registry,
) -> Option<Diagnostic> {
    settings.cache.expire_after?;
    let cache = plugins.iter().map(|plugin| plugin.source.manifest()).find(|m| m.kind == PluginKind::Cache)?;
    if cache.can(Capability::Expiry) {
        return None;
    }
    let message = format!("the cache plugin `{}` cannot remove answers after a time", cache.name);
    let names = names_with_expiry(registry);
    let help = if names.is_empty() {
        "remove `expire_after`".to_owned()
    } else {
        format!("remove `expire_after`, or use a cache with this capability: {}", names.join(", "))
    };
    Some(Diagnostic::error(code::BAD_SETTING, message).at(document.spans.closest(SETTING)).with_help(help))
}

/// Returns the names of the available caches with expiry.
fn names_with_expiry(registry: &Registry) -> Vec<String> {
    let search = registry.search();
    let files = search.names(PluginKind::Cache).into_iter().filter_map(|name| {
        let path = search.find(PluginKind::Cache, &name).ok()?;
        Image::read(&path).ok().map(|image| image.manifest)
    });
    let all = files.chain(registry.linked().cloned());
    let mut names: Vec<String> =
        all.filter(|m: &Manifest| m.kind == PluginKind::Cache && m.can(Capability::Expiry)).map(|m| m.name).collect();
    names.sort();
    names.dedup();
    names
}
