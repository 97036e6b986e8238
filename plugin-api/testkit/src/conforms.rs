//! What every plugin has to keep.

use rowsmith_plugin_api::Manifest;
use rowsmith_plugin_api::glue::LinkedPlugin;
use serde_json::Value;

/// Checks a plugin, given as the path of its crate, with a config as JSON.
#[macro_export]
macro_rules! assert_conforms {
    ($plugin:ident, $config:expr) => {
        $crate::assert_manifest(&$plugin::__rowsmith_plugin(), &$config)
    };
}

/// Checks what a plugin says of itself, and that its schema knows the keys of a config.
///
/// # Panics
/// When something is wrong.
pub fn assert_manifest(plugin: &LinkedPlugin, config: &Value) {
    let manifest = Manifest::parse(plugin.manifest.as_bytes()).expect("the manifest can be read");
    let known = &manifest.config_schema["properties"];
    for key in config.as_object().into_iter().flatten().map(|(key, _)| key) {
        assert!(known.get(key).is_some(), "the schema of {} does not know `{key}`", manifest.name);
    }
}
