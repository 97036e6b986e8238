//! Finds the `rowsmith-plugin-api` that is installed with the program, or in its checkout.

use std::fs;
use std::path::{Path, PathBuf};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Folder in a release, relative to the executable.
const RELEASE_FOLDER: &str = "../share/rowsmith";
/// Folder of the crate in a release and in a checkout.
const CRATE_FOLDER: &str = "plugin-api";
/// Folder of the testkit in that of the crate.
const TESTKIT_FOLDER: &str = "testkit";
const CRATE: &str = "rowsmith-plugin-api";
const TESTKIT: &str = "rowsmith-plugin-testkit";

/// Returns the folder of the crate, if its version is that of the program.
pub(super) fn installed_crate(executable: &Path, version: &str) -> Option<PathBuf> {
    let folder = executable.parent()?;
    let release = [folder.join(RELEASE_FOLDER)];
    let above = folder.ancestors().map(Path::to_owned);
    let root = release.into_iter().chain(above).find(|root| is_root(root, version))?;
    root.join(CRATE_FOLDER).canonicalize().ok()
}

/// Returns whether a folder has the crate and a workspace of this version.
fn is_root(root: &Path, version: &str) -> bool {
    let found = text_in(root, &["workspace", "package", "version"]);
    found.as_deref() == Some(version) && is_plugin_api(&root.join(CRATE_FOLDER))
}

/// Returns the folder of the crate that a user names: the folder of the crate, of a checkout, or of a release.
///
/// # Errors
/// A message about the missing part.
pub(super) fn crate_folder(given: &Path) -> Result<PathBuf, String> {
    let shown = given.display();
    if !given.is_dir() {
        return Err(format!("{shown} is not a version, a git address or a folder"));
    }
    let is_crate = |folder: &PathBuf| package_in(folder).as_deref() == Some(CRATE);
    let Some(folder) = [given.to_owned(), given.join(CRATE_FOLDER)].into_iter().find(is_crate) else {
        return Err(format!(
            "the folder {shown} does not contain the crate `{CRATE}`: expected its Cargo.toml there or in \
             {shown}/{CRATE_FOLDER}"
        ));
    };
    let testkit = folder.join(TESTKIT_FOLDER);
    if package_in(&testkit).as_deref() != Some(TESTKIT) {
        return Err(format!(
            "{} has the crate `{CRATE}`, but not its testkit: expected the crate `{TESTKIT}` in {}. Tests of the new \
             plugin need it; use the folder of a checkout or of a release, which has both",
            folder.display(),
            testkit.display()
        ));
    }
    folder.canonicalize().map_err(|error| format!("cannot use the folder {}: {error}", folder.display()))
}

/// Returns whether a folder is the crate with its testkit.
fn is_plugin_api(folder: &Path) -> bool {
    package_in(folder).as_deref() == Some(CRATE) && package_in(&folder.join(TESTKIT_FOLDER)).as_deref() == Some(TESTKIT)
}

/// Returns the name of the crate in a folder.
fn package_in(folder: &Path) -> Option<String> {
    text_in(folder, &["package", "name"])
}

/// Returns a string of the manifest in a folder.
fn text_in(folder: &Path, keys: &[&str]) -> Option<String> {
    let text = fs::read_to_string(folder.join("Cargo.toml")).ok()?;
    let manifest = DeValue::Table(DeTable::parse(&text).ok()?.into_inner());
    let found = keys.iter().try_fold(&manifest, |value, key| value.get(*key).map(Spanned::get_ref))?;
    found.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn install(root: &Path, version: &str) {
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
    fn releases_precede_checkouts() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().canonicalize().unwrap();
        let executable = top.join("target/debug/rowsmith");
        fs::create_dir_all(executable.parent().unwrap()).unwrap();
        assert_eq!(installed_crate(&executable, "1.2.3"), None);

        install(&top, "1.2.3");
        assert_eq!(installed_crate(&executable, "1.2.3"), Some(top.join("plugin-api")));
        assert_eq!(installed_crate(&executable, "1.2.4"), None, "it has another version");

        install(&top.join("target/share/rowsmith"), "1.2.3");
        assert_eq!(installed_crate(&executable, "1.2.3"), Some(top.join("target/share/rowsmith/plugin-api")));

        fs::write(top.join("target/share/rowsmith/plugin-api/testkit/Cargo.toml"), "[package").unwrap();
        assert_eq!(
            installed_crate(&executable, "1.2.3"),
            Some(top.join("plugin-api")),
            "an incomplete release is ignored"
        );
    }
}
