//! Whether a plugin and this host understand each other, and which of the two has to be upgraded when not.
//!
//! The sentences name both sides with both of their versions: the binary interface's, which decides, and
//! plugin-api's, which is what an author sees in their `Cargo.toml`.

use super::error::PluginError;
use rowsmith_abi::{ABI_MAJOR, Mismatch, describe_mismatch};
use rowsmith_plugin_api::{Manifest, VERSION};
use std::path::Path;

/// Refuses a plugin of another binary interface, by what its file says.
///
/// # Errors
/// [`PluginError::Unusable`] with the versions of both sides, and a hint which one to upgrade.
pub(super) fn check_abi(path: &Path, manifest: &Manifest) -> Result<(), PluginError> {
    if manifest.abi == ABI_MAJOR {
        return Ok(());
    }
    let reason = format!(
        "speaks plugin ABI {} (built with plugin-api {}), and this host speaks plugin ABI {ABI_MAJOR} (plugin-api {VERSION})",
        manifest.abi, manifest.api_version
    );
    let hint = if manifest.abi < ABI_MAJOR {
        format!(
            "upgrade the plugin: build it again with plugin-api {VERSION}, or use a rowsmith that speaks plugin ABI {}",
            manifest.abi
        )
    } else {
        format!(
            "upgrade rowsmith to a version that speaks plugin ABI {}, or build the plugin with plugin-api {VERSION}",
            manifest.abi
        )
    };
    Err(PluginError::unusable(path, reason).with_hint(hint))
}

/// A plugin whose header is refused although its file names this host's interface.
pub(super) fn wrong_header(path: &Path, manifest: &Manifest, mismatch: &Mismatch) -> PluginError {
    let reason = format!(
        "{}; the plugin was built with plugin-api {} (ABI {}), this host with plugin-api {VERSION} (ABI {ABI_MAJOR})",
        describe_mismatch(mismatch),
        manifest.api_version,
        manifest.abi
    );
    let hint = if number(&manifest.api_version) > number(VERSION) {
        format!("upgrade rowsmith, or build the plugin with plugin-api {VERSION}")
    } else {
        format!("upgrade the plugin: build it again with plugin-api {VERSION}")
    };
    PluginError::unusable(path, reason).with_hint(hint)
}

/// Refuses a library that, once open, says something else of itself than its file did: what was judged would not be
/// what runs.
///
/// # Errors
/// [`PluginError::Unusable`] naming the first difference.
pub(super) fn check_manifest(path: &Path, judged: &Manifest, text: &str) -> Result<(), PluginError> {
    let refuse = |reason: String| {
        PluginError::unusable(path, reason).with_hint("its file was changed after it was built; build it again")
    };
    let opened = Manifest::parse(text.as_bytes())
        .map_err(|error| refuse(format!("says nothing readable of itself once it is open: {}", error.message)))?;
    let kinds = (judged.kind.to_string(), opened.kind.to_string());
    let abis = (judged.abi.to_string(), opened.abi.to_string());
    let capabilities = (judged.capabilities.join(","), opened.capabilities.join(","));
    let schemas = (judged.config_schema.to_string(), opened.config_schema.to_string());
    let fields = [
        ("name", &judged.name, &opened.name),
        ("kind", &kinds.0, &kinds.1),
        ("version", &judged.version, &opened.version),
        ("about", &judged.about, &opened.about),
        ("abi", &abis.0, &abis.1),
        ("api-version", &judged.api_version, &opened.api_version),
        ("capabilities", &capabilities.0, &capabilities.1),
        ("entry", &judged.entry, &opened.entry),
        ("config-schema", &schemas.0, &schemas.1),
    ];
    match fields.into_iter().find(|(_, before, after)| before != after) {
        None => Ok(()),
        Some((field, before, after)) => Err(refuse(format!(
            "is not what its file says: `{field}` is `{before}` in the file, and `{after}` once it is open"
        ))),
    }
}

/// A version's numbers, for comparing; what is no number counts as 0.
fn number(version: &str) -> Vec<u64> {
    let release = version.split(['-', '+']).next().unwrap_or_default();
    release.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rowsmith_plugin_api::manifest::{MANIFEST_BEGIN, MANIFEST_END};

    fn text(api: &str) -> String {
        let lines = "name: pages\nkind: scraper\nversion: 1.2.3\nabout: Rows of pages\nabi: 1\n";
        let more = "capabilities: list,\nentry: sym\nconfig-schema: {\"type\":\"object\"}\n";
        format!("{MANIFEST_BEGIN}{lines}api-version: {api}\n{more}{MANIFEST_END}")
    }

    #[test]
    fn the_older_side_is_told_to_upgrade() {
        for (api, side) in
            [("0.1.0", "upgrade the plugin: "), (VERSION, "upgrade the plugin: "), ("99.0.0", "upgrade rowsmith, ")]
        {
            let manifest = Manifest::parse(text(api).as_bytes()).unwrap();
            let error = wrong_header(Path::new("p.so"), &manifest, &Mismatch::Types);
            let both = format!("built with plugin-api {api} (ABI 1), this host with plugin-api {VERSION} (ABI 1)");
            assert!(error.to_string().starts_with("plugin p.so: its types at the boundary "), "{error}");
            assert!(error.to_string().ends_with(&both), "{error}");
            assert!(error.hint().is_some_and(|hint| hint.starts_with(side)), "{api}: {:?}", error.hint());
        }
    }

    #[test]
    fn every_difference_to_the_opened_library_is_found() {
        let judged = Manifest::parse(text("0.1.0").as_bytes()).unwrap();
        assert!(check_manifest(Path::new("p.so"), &judged, &text("0.1.0")).is_ok());
        let changes = [
            ("name: pages", "name: other", "`name` is `pages` in the file, and `other` once"),
            ("kind: scraper", "kind: cache", "`kind` is `scraper` in the file, and `cache` once"),
            ("1.2.3", "1.2.4", "`version` is"),
            ("of pages", "of books", "`about` is"),
            ("abi: 1", "abi: 2", "`abi` is"),
            ("0.1.0", "0.3.0", "`api-version` is"),
            ("list,", "", "`capabilities` is"),
            ("entry: sym", "entry: other", "`entry` is"),
            ("\"object\"", "\"array\"", "`config-schema` is"),
            ("rowsmith-manifest-end", "", "says nothing readable of itself once it is open: "),
        ];
        for (from, to, said) in changes {
            let other = text("0.1.0").replace(from, to);
            let error = check_manifest(Path::new("p.so"), &judged, &other).err().map(|e| e.to_string());
            assert!(error.as_ref().is_some_and(|error| error.contains(said)), "{from}: {error:?}");
        }
    }
}
