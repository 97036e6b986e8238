//! The files of the build under test: the program and the libraries of plugins.

#[path = "../../../plugins/bundled/list.rs"]
mod list;

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX, EXE_SUFFIX};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;
use tempfile::NamedTempFile;

/// Kind and name of each plugin that comes with the program.
pub static BUNDLED: LazyLock<Vec<(&str, &str)>> =
    LazyLock::new(|| list::bundled(include_str!("../../../plugins/bundled/Cargo.toml")));

/// The plugins that only tests use: those that misbehave, those with unusual settings, and those of the documentation.
const TEST_PLUGINS: &[(&str, &str)] = &[
    ("scraper", "feed"),
    ("scraper", "misbehaving"),
    ("cache", "misbehaving"),
    ("provider", "misbehaving"),
    ("exporter", "misbehaving"),
    ("scraper", "settings"),
    ("cache", "file"),
    ("cache", "service"),
    ("exporter", "lines"),
    ("scraper", "tickets"),
    ("cache", "sqlite"),
    ("provider", "inhouse"),
    ("exporter", "html"),
];

/// The plugins that are built on request.
const OPTIONAL_PLUGINS: [(&str, &str); 1] = [("cache", "redis")];

/// Returns the folder of the repository.
pub fn checkout() -> PathBuf {
    let host = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    host.parent().unwrap().canonicalize().unwrap()
}

/// Returns the file name of a plugin's library on this system.
pub fn library_name(kind: &str, name: &str) -> String {
    format!("{DLL_PREFIX}rowsmith_{kind}_{name}{DLL_SUFFIX}")
}

/// Returns the folder of this build, for example `target/debug`.
///
/// The program of a test lies in its folder `deps`.
pub fn target_folder() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().and_then(Path::parent).unwrap().to_owned()
}

/// Returns the path of a library as cargo built it for the tests.
pub fn built_library(file_name: &str) -> PathBuf {
    let file = target_folder().join("deps").join(file_name);
    assert!(file.is_file(), "{} is missing: build it with `cargo test -p rowsmith --no-run`", file.display());
    file
}

/// Returns the program in a folder without plugins, so that it finds only those that a test names.
pub fn program() -> &'static Path {
    static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
        let name = format!("rowsmith{EXE_SUFFIX}");
        let built = target_folder().join(&name);
        assert!(built.is_file(), "{} is missing: build it with `cargo test -p rowsmith --no-run`", built.display());
        let folder = made_folder("program");
        let (path, private) = (folder.join(name), tempfile::tempdir_in(&folder).unwrap());
        let part = private.path().join("program");
        if fs::hard_link(&built, &part).is_err() {
            fs::copy(&built, &part).unwrap();
        }
        // Another test process may do the same at this moment; a rename makes that harmless.
        fs::rename(&part, &path).unwrap();
        path
    });
    &PROGRAM
}

/// Returns the folder of the bundled plugins.
pub fn plugins() -> &'static Path {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| stripped("plugins", &BUNDLED));
    &FOLDER
}

/// Returns the folder of the plugins that only tests use.
pub fn test_plugins() -> &'static Path {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| stripped("test-plugins", TEST_PLUGINS));
    &FOLDER
}

/// Returns the folder of the plugins that are built on request.
pub(crate) fn optional_plugins() -> &'static Path {
    static FOLDER: LazyLock<PathBuf> = LazyLock::new(|| stripped("optional-plugins", &OPTIONAL_PLUGINS));
    &FOLDER
}

/// Copies libraries without debug information, if the tool for that is installed.
///
/// Debug information makes a library six times as large, and every run reads, hashes and copies each library.
fn stripped(name: &str, plugins: &[(&str, &str)]) -> PathBuf {
    let folder = made_folder(name);
    for (kind, name) in plugins {
        let file = library_name(kind, name);
        let (from, to) = (built_library(&file), folder.join(&file));
        let changed = |path: &Path| fs::metadata(path).and_then(|meta| meta.modified()).ok();
        if changed(&to) > changed(&from) {
            continue;
        }
        let part = NamedTempFile::new_in(&folder).unwrap();
        let strip = Command::new("strip").arg("-s").arg("-o").arg(part.path()).arg(&from).output();
        if !strip.is_ok_and(|output| output.status.success()) {
            fs::copy(&from, part.path()).unwrap();
        }
        // Another test process may do the same at this moment; a rename makes that harmless.
        part.persist(&to).unwrap();
    }
    folder
}

fn made_folder(name: &str) -> PathBuf {
    let folder = target_folder().join("test-harness").join(name);
    fs::create_dir_all(&folder).unwrap();
    folder
}
