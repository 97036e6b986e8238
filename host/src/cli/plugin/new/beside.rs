//! Finds the `rowsmith-plugin-api` that belongs to the running program: of a release, or of a checkout.

use std::fs;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Where a release has it, seen from the folder of the executable.
const RELEASE_FOLDER: &str = "../share/rowsmith";
/// The folder of the crate in a release and in a checkout.
const CRATE_FOLDER: &str = "plugin-api";

/// The folder of the crate, when one of the same version is where a release or a checkout has it.
pub(super) fn crate_beside(executable: &Path, version: &str) -> Option<PathBuf> {
    let folder = executable.parent()?;
    let release = [folder.join(RELEASE_FOLDER)];
    let above = folder.ancestors().map(Path::to_owned);
    let root = release.into_iter().chain(above).find(|root| is_root(root, version))?;
    root.join(CRATE_FOLDER).canonicalize().ok()
}

/// Whether a folder has the crate and says in its workspace that it is of this version.
fn is_root(root: &Path, version: &str) -> bool {
    let found = text_in(root, &["workspace", "package", "version"]);
    found.as_deref() == Some(version) && is_plugin_api(&root.join(CRATE_FOLDER))
}

/// Whether a folder is the crate `rowsmith-plugin-api`, with the crate for tests in it.
pub(super) fn is_plugin_api(folder: &Path) -> bool {
    let name_in = |folder: &Path| text_in(folder, &["package", "name"]);
    name_in(folder).as_deref() == Some("rowsmith-plugin-api")
        && name_in(&folder.join("testkit")).as_deref() == Some("rowsmith-plugin-testkit")
}

/// A text of the manifest in a folder.
fn text_in(folder: &Path, keys: &[&str]) -> Option<String> {
    let text = fs::read_to_string(folder.join("Cargo.toml")).ok()?;
    let manifest = DeValue::Table(DeTable::parse(&text).ok()?.into_inner());
    let found = keys.iter().try_fold(&manifest, |value, key| value.get(*key).map(Spanned::get_ref))?;
    found.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(root: &Path, version: &str) {
        let write = |name: &str, text: String| {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("Cargo.toml", format!("[workspace.package]\nversion = \"{version}\"\n"));
        write("plugin-api/Cargo.toml", "[package]\nname = \"rowsmith-plugin-api\"\n".to_owned());
        write("plugin-api/testkit/Cargo.toml", "[package]\nname = \"rowsmith-plugin-testkit\"\n".to_owned());
    }

    #[test]
    fn the_release_comes_first_then_the_folders_above() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        let executable = top.join("target/debug/rowsmith");
        fs::create_dir_all(executable.parent().unwrap()).unwrap();
        assert_eq!(crate_beside(&executable, "1.2.3"), None);

        place(&top, "1.2.3");
        assert_eq!(crate_beside(&executable, "1.2.3"), Some(top.join("plugin-api")));
        assert_eq!(crate_beside(&executable, "1.2.4"), None, "it belongs to another program");

        place(&top.join("target/share/rowsmith"), "1.2.3");
        assert_eq!(crate_beside(&executable, "1.2.3"), Some(top.join("target/share/rowsmith/plugin-api")));

        fs::write(top.join("target/share/rowsmith/plugin-api/testkit/Cargo.toml"), "[package").unwrap();
        assert_eq!(crate_beside(&executable, "1.2.3"), Some(top.join("plugin-api")), "half a release is none");
    }
}
