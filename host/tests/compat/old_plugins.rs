//! Builds the old plugins from their archived sources.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const HERE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/compat");
/// The registry crates of this workspace are all that the old sources need, so they build without a network.
const LOCK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock");

/// The folder with the old plugins, built once.
pub(crate) fn old_plugins() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(build)
}

/// The file name of the old plugin of a kind.
pub(crate) fn file_name(kind: &str) -> String {
    let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    format!("{prefix}rowsmith_{kind}_old{suffix}")
}

fn build() -> PathBuf {
    let room = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("compat");
    let source = source(&room);
    let target = room.join("target");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--offline", "--quiet", "--manifest-path"]).arg(source.join("Cargo.toml"));
    cargo.arg("--target-dir").arg(&target).env_remove("CARGO_BUILD_TARGET");
    let output = cargo.output().expect("cargo starts");
    assert!(output.status.success(), "the old plugins do not build:\n{}", String::from_utf8_lossy(&output.stderr));
    target.join("debug")
}

/// The sources in one folder, whose name tells them from other states of them: so nothing is written twice, and
/// test processes that do this at the same moment do not disturb each other.
fn source(room: &Path) -> PathBuf {
    let archive = Path::new(HERE).join("plugin-api-0.1.0.tar.gz");
    let plugins = files(&Path::new(HERE).join("plugins"));
    let mut state = crc32fast::Hasher::new();
    for path in plugins.iter().chain([&archive, &PathBuf::from(LOCK)]) {
        state.update(&fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())));
    }
    let made = room.join(format!("source-{:08x}", state.finalize()));
    if made.is_dir() {
        return made;
    }
    fs::create_dir_all(room).expect("folders are made");
    let part = tempfile::tempdir_in(room).expect("a temporary folder");
    for path in &plugins {
        let to = part.path().join(path.strip_prefix(Path::new(HERE).join("plugins")).expect("it lies in there"));
        fs::create_dir_all(to.parent().expect("a folder")).expect("folders are made");
        fs::copy(path, to).expect("files are copied");
    }
    fs::copy(LOCK, part.path().join("Cargo.lock")).expect("the lock file is copied");
    let unpacked = Command::new("tar").arg("-xzf").arg(&archive).arg("-C").arg(part.path()).status();
    assert!(unpacked.expect("tar starts").success(), "{} cannot be unpacked", archive.display());
    // When another process was faster, its folder is as good.
    if fs::rename(part.path(), &made).is_err() {
        assert!(made.is_dir(), "{} cannot be made", made.display());
    }
    made
}

/// All files in a folder and below, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths.into_iter().flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
