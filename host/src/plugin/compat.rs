//! Checks that a plugin and this host are compatible, and names the side to upgrade.
//!
//! Messages name both sides with two versions: the ABI version, which decides, and the version of plugin-api, which authors
//! see in their `Cargo.toml`.

use super::error::PluginError;
use rowsmith_abi::{ABI_MAJOR, Mismatch, describe_mismatch};
use rowsmith_plugin_api::{Manifest, VERSION};
use std::path::Path;

/// Rejects a plugin of another ABI version, by its manifest.
///
/// # Errors
/// [`PluginError::Unusable`] with the versions of both sides and a hint which one to upgrade.
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

/// Creates the error for a plugin whose types differ although its manifest names this host's ABI version.
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

/// Rejects a library whose manifest at load time differs from the one in its file: the checked code would not be the code
/// that runs.
///
/// # Errors
/// [`PluginError::Unusable`] naming the first difference.
pub(super) fn check_manifest(path: &Path, in_file: &Manifest, text: &str) -> Result<(), PluginError> {
    let refuse = |reason: String| {
        PluginError::unusable(path, reason).with_hint("the file was changed after the build; build it again")
    };
    let at_load = Manifest::parse(text.as_bytes())
        .map_err(|error| refuse(format!("has an unreadable manifest at load time: {}", error.message)))?;
    let kinds = (in_file.kind.to_string(), at_load.kind.to_string());
    let abis = (in_file.abi.to_string(), at_load.abi.to_string());
    let capabilities = (in_file.capabilities.join(","), at_load.capabilities.join(","));
    let extensions = (in_file.extensions.join(","), at_load.extensions.join(","));
    let schemas = (in_file.config_schema.to_string(), at_load.config_schema.to_string());
    let fields = [
        ("name", &in_file.name, &at_load.name),
        ("kind", &kinds.0, &kinds.1),
        ("version", &in_file.version, &at_load.version),
        ("about", &in_file.about, &at_load.about),
        ("abi", &abis.0, &abis.1),
        ("api-version", &in_file.api_version, &at_load.api_version),
        ("capabilities", &capabilities.0, &capabilities.1),
        ("extensions", &extensions.0, &extensions.1),
        ("entry", &in_file.entry, &at_load.entry),
        ("config-schema", &schemas.0, &schemas.1),
    ];
    match fields.into_iter().find(|(_, before, after)| before != after) {
        None => Ok(()),
        Some((field, before, after)) => Err(refuse(format!(
            "has another manifest at load time than in its file: `{field}` was `{before}` and is `{after}`"
        ))),
    }
}

/// Returns the numbers of a version for comparison; other parts count as 0.
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
        let more = "capabilities: list,\nextensions: md,\nentry: sym\nconfig-schema: {\"type\":\"object\"}\n";
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
        let in_file = Manifest::parse(text("0.1.0").as_bytes()).unwrap();
        assert!(check_manifest(Path::new("p.so"), &in_file, &text("0.1.0")).is_ok());
        let changes = [
            ("name: pages", "name: other", "`name` was `pages` and is `other`"),
            ("kind: scraper", "kind: cache", "`kind` was `scraper` and is `cache`"),
            ("1.2.3", "1.2.4", "`version` was"),
            ("of pages", "of books", "`about` was"),
            ("abi: 1", "abi: 2", "`abi` was"),
            ("0.1.0", "0.3.0", "`api-version` was"),
            ("md,", "", "`extensions` was"),
            ("list,", "", "`capabilities` was"),
            ("entry: sym", "entry: other", "`entry` was"),
            ("\"object\"", "\"array\"", "`config-schema` was"),
            ("rowsmith-manifest-end", "", "has an unreadable manifest at load time: "),
        ];
        for (from, to, said) in changes {
            let other = text("0.1.0").replace(from, to);
            let error = check_manifest(Path::new("p.so"), &in_file, &other).err().map(|e| e.to_string());
            assert!(error.as_ref().is_some_and(|error| error.contains(said)), "{from}: {error:?}");
        }
    }
}
