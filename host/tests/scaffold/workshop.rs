//! A folder in which plugins are written and built.
//!
//! All tests share one target folder, so that what the plugins depend on is built once and is there the next time.
//! Cargo is offline: the versions are those of the workspace's lock file, which building the tests has downloaded.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_rowsmith");

/// A folder of its own for each test.
pub(crate) struct Workshop {
    folder: TempDir,
}

/// How a program ended, and what it said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }
}

impl Workshop {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[track_caller]
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The names in a folder, sorted.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Runs the program in the workshop, with arguments that are split at spaces. The workshop is called `DIR`.
    pub(crate) fn rowsmith(&self, arguments: &str) -> Said {
        self.rowsmith_in("", arguments)
    }

    /// Runs the program in a folder of the workshop; it finds the plugins that were built with it.
    pub(crate) fn rowsmith_in(&self, folder: &str, arguments: &str) -> Said {
        let mut command = Command::new(PROGRAM);
        command.args(arguments.split(' ')).env_clear().env("HOME", self.folder.path());
        command.env("ROWSMITH_PLUGIN_PATH", Path::new(PROGRAM).with_file_name("deps"));
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        self.run(command, folder)
    }

    /// Runs Cargo in a crate's folder, in the order in which it was given, with the lock file of the workspace.
    pub(crate) fn cargo<S: AsRef<OsStr>>(&self, folder: &str, arguments: impl IntoIterator<Item = S>) -> Said {
        let lock = self.path(folder).join("Cargo.lock");
        if !lock.exists() {
            fs::copy(checkout().join("Cargo.lock"), lock).unwrap();
        }
        let mut command = Command::new(env!("CARGO"));
        command.args(arguments).env("CARGO_TARGET_DIR", target()).env("CARGO_NET_OFFLINE", "true");
        // A developer's own settings have no say in whether a new plugin builds.
        for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET", "RUSTC_WORKSPACE_WRAPPER"] {
            command.env_remove(name);
        }
        self.run(command, folder)
    }

    /// Puts the library of a crate, which Cargo has built into the shared folder, where its config has it.
    pub(crate) fn place_library(&self, folder: &str) {
        let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
        let file = format!("{prefix}{}{suffix}", folder.replace('-', "_"));
        let place = self.path(folder).join("target/debug");
        fs::create_dir_all(&place).unwrap();
        fs::copy(target().join("debug").join(&file), place.join(&file)).unwrap();
    }

    fn run(&self, mut command: Command, folder: &str) -> Said {
        let output = command.current_dir(self.path(folder)).output().unwrap();
        let clean = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).unwrap();
            text.replace(&self.folder.path().canonicalize().unwrap().display().to_string(), "DIR")
                .replace(&self.folder.path().display().to_string(), "DIR")
                .replace(PROGRAM, "PROGRAM")
                .replace(&checkout().display().to_string(), "CHECKOUT")
        };
        Said { code: output.status.code(), out: clean(output.stdout), err: clean(output.stderr) }
    }
}

/// The folder of this workspace.
pub(crate) fn checkout() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().canonicalize().unwrap()
}

fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("scaffold")
}
