//! A folder in which new plugins are written and built.
//!
//! All tests share one target folder, so that the dependencies of the plugins are built once. It is below the target
//! folder of this workspace, so a crate that wrongly belongs to the workspace fails. Cargo is offline: the versions are
//! those of the workspace's lock file.

use crate::folders::{cargo_home, kept};
use rowsmith_test_harness::{Output, Sandbox, build_program, cargo, checkout, library_name, succeed};
use serde_json::Value;
use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

/// The folder of one test. It is the same in every run, so that its crate is rebuilt in place.
pub(crate) struct Workshop {
    folder: PathBuf,
    /// The home folder of the program.
    sandbox: Sandbox,
}

impl Workshop {
    pub(crate) fn new(name: &str) -> Self {
        build_program();
        let all = kept("scaffold-crates");
        let folder = all.join(name);
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(&folder).unwrap();
        // Empty files hide the settings of this workspace from rustfmt and clippy.
        for name in ["rustfmt.toml", "clippy.toml"] {
            fs::write(all.join(name), "").unwrap();
        }
        Self { folder, sandbox: Sandbox::new() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
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

    #[track_caller]
    pub(crate) fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).unwrap()
    }

    /// Returns the names in a folder, sorted.
    pub(crate) fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Runs the program in the workshop, with arguments that are split at spaces.
    pub(crate) fn rowsmith(&self, arguments: &str) -> Output {
        self.rowsmith_in("", arguments)
    }

    /// Runs the program in a folder of the workshop.
    pub(crate) fn rowsmith_in(&self, folder: &str, arguments: &str) -> Output {
        self.sandbox.call(arguments.split(' ')).current_dir(self.path(folder)).output()
    }

    /// Runs Cargo in the folder of a crate, offline, and asserts that it succeeds.
    #[track_caller]
    pub(crate) fn cargo<S: AsRef<OsStr>>(&self, folder: &str, arguments: impl IntoIterator<Item = S>) {
        succeed(self.cargo_command(folder, arguments).env("CARGO_NET_OFFLINE", "true"));
    }

    /// Runs Cargo so that it can fetch from a repository of this machine. The proxy does not exist, so Cargo cannot
    /// fetch anything else.
    #[track_caller]
    pub(crate) fn cargo_with_git<S: AsRef<OsStr>>(&self, folder: &str, arguments: impl IntoIterator<Item = S>) {
        let mut command = self.cargo_command(folder, arguments);
        command.env("CARGO_NET_OFFLINE", "false").env("CARGO_NET_RETRY", "0");
        succeed(command.env("https_proxy", "http://127.0.0.1:9").env("http_proxy", "http://127.0.0.1:9"));
    }

    /// Returns Cargo with the lock file of the workspace and with the shared folders.
    fn cargo_command<S: AsRef<OsStr>>(&self, folder: &str, arguments: impl IntoIterator<Item = S>) -> Command {
        let lock = self.path(folder).join("Cargo.lock");
        if !lock.exists() {
            fs::copy(checkout().join("Cargo.lock"), lock).unwrap();
        }
        let mut command = cargo();
        command.args(arguments).env("CARGO_TARGET_DIR", kept("scaffold")).env("CARGO_HOME", shared_home());
        command.env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_INCREMENTAL", "0");
        command.current_dir(self.path(folder));
        command
    }

    /// Copies the library of a crate from the shared target folder to the place that its config names.
    pub(crate) fn place_library(&self, folder: &str) {
        let (kind, name) = folder.strip_prefix("rowsmith-").and_then(|rest| rest.split_once('-')).unwrap();
        let file = library_name(kind, &name.replace('-', "_"));
        let place = self.path(folder).join("target/debug");
        fs::create_dir_all(&place).unwrap();
        fs::copy(kept("scaffold").join("debug").join(&file), place.join(&file)).unwrap();
    }
}

/// Returns a home of Cargo with the downloads and settings of the real one, which stays unchanged.
///
/// All calls share it: with another home, Cargo would build everything again.
fn shared_home() -> PathBuf {
    let home = kept("scaffold-home");
    fs::create_dir_all(&home).unwrap();
    for name in ["registry", "config.toml"] {
        // Another test may create the same link at this moment.
        match std::os::unix::fs::symlink(cargo_home().join(name), home.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => panic!("{name}: {error}"),
            _ => {}
        }
    }
    home
}
