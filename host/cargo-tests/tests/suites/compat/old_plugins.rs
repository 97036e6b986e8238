//! Builds plugins against the archived sources of an earlier plugin-api.

use crate::folders::kept;
use rowsmith_test_harness::{build_program, cargo, succeed};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const COMPAT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/compat");
/// The old sources need only crates of this lock file, so they build without a network.
const LOCK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.lock");
/// The version in the manifest of the plugins, which is replaced by the version under test.
const WRITTEN_FOR: &str = "0.1.0";

/// The libraries of plugins built against one version, and a host of that version.
pub(crate) struct OldPlugins {
    pub(crate) folder: PathBuf,
}

impl OldPlugins {
    /// Builds the plugins, and the program that opens them.
    pub(crate) fn build(version: &str) -> Self {
        build_program();
        let compat = kept("compat");
        let source = source(&compat, version);
        let target = compat.join(format!("target-{version}"));
        let mut cargo = cargo();
        cargo.args(["build", "--offline", "--quiet", "--manifest-path"]).arg(source.join("Cargo.toml"));
        succeed(cargo.arg("--target-dir").arg(&target));
        Self { folder: target.join("debug") }
    }
}

/// Returns a folder with the sources. Its name has their checksum, so that parallel tests never see a partial state.
fn source(compat: &Path, version: &str) -> PathBuf {
    let archive = Path::new(COMPAT).join(format!("plugin-api-{version}.tar.gz"));
    let plugins = Path::new(COMPAT).join("plugins");
    let files = files(&plugins);
    let mut checksum = crc32fast::Hasher::new();
    for path in files.iter().chain([&archive, &PathBuf::from(LOCK)]) {
        checksum.update(&fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())));
    }
    let complete = compat.join(format!("source-{version}-{:08x}", checksum.finalize()));
    if complete.is_dir() {
        return complete;
    }
    fs::create_dir_all(compat).unwrap();
    let part = tempfile::tempdir_in(compat).unwrap();
    for path in &files {
        let to = part.path().join(path.strip_prefix(&plugins).unwrap());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(path, to).unwrap();
    }
    let manifest = part.path().join("Cargo.toml");
    let text = fs::read_to_string(&manifest).unwrap().replace(WRITTEN_FOR, version);
    fs::write(&manifest, text).unwrap();
    fs::copy(LOCK, part.path().join("Cargo.lock")).unwrap();
    succeed(Command::new("tar").arg("-xzf").arg(&archive).arg("-C").arg(part.path()));
    // The rename fails if another process was faster; its folder is equal.
    if fs::rename(part.path(), &complete).is_err() {
        assert!(complete.is_dir(), "cannot create {}", complete.display());
    }
    complete
}

/// Returns all files below a folder, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
