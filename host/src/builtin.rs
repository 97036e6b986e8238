//! Plugins that are linked into the program: the bundled set with the feature `builtin`, and the cache of a replay.

use rowsmith_plugin_api::Manifest;
use rowsmith_plugin_api::bridge::LinkedPlugin;

/// Returns the memory cache, which every build contains.
pub fn memory_cache() -> Option<(Manifest, LinkedPlugin)> {
    let plugin = rowsmith_cache_memory::__rowsmith_plugin();
    // The macro that writes the manifests of files writes this one, so parsing does not fail.
    Some((Manifest::parse(plugin.manifest.as_bytes()).ok()?, plugin))
}

/// Returns the bundled plugins with the feature `builtin`, otherwise an empty list.
pub fn plugins() -> Vec<LinkedPlugin> {
    #[cfg(feature = "builtin")]
    let plugins = rowsmith_bundled_plugins::plugins();
    #[cfg(not(feature = "builtin"))]
    let plugins = Vec::new();
    plugins
}
