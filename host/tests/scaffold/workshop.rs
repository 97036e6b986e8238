//! A folder in which plugins are written and built.
//!
//! All tests share one target folder, so that what the plugins depend on is built once and is there the next time. It
//! is below this workspace's, so nothing is left behind elsewhere, and a crate that this workspace claimed would be found.
//! Cargo is offline: the versions are those of the workspace's lock file, which building the tests has downloaded.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const PROGRAM: &str = env!("CARGO_BIN_EXE_rowsmith");

/// A folder of its own for each test, which is the same in every run: what is built for it takes the place of what was
/// built the last time.
pub(crate) struct Workshop {
    folder: PathBuf,
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
    pub(crate) fn new(name: &str) -> Self {
        let all = kept("scaffold-crates");
        let folder = all.join(name);
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(&folder).unwrap();
        // Empty settings hide those of this workspace: plugins are formatted and linted by the tools' own.
        for name in ["rustfmt.toml", "clippy.toml"] {
            fs::write(all.join(name), "").unwrap();
        }
        Self { folder }
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
        command.args(arguments.split(' ')).env_clear().env("HOME", &self.folder);
        command.env("ROWSMITH_PLUGIN_PATH", Path::new(PROGRAM).with_file_name("deps"));
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        self.run(command, folder)
    }

    /// Runs Cargo in a crate's folder, offline.
    pub(crate) fn cargo<S: AsRef<OsStr>>(&self, folder: &str, arguments: impl IntoIterator<Item = S>) -> Said {
        let mut command = self.cargo_command(folder, arguments);
        command.env("CARGO_NET_OFFLINE", "true");
        self.run(command, folder)
    }

    /// Runs Cargo so that it may fetch from a repository of this machine, which it does not do offline; the proxy that
    /// it is told to use is not there, so nothing else can be fetched.
    #[cfg(unix)]
    pub(crate) fn cargo_with_git<S: AsRef<OsStr>>(&self, folder: &str, arguments: impl IntoIterator<Item = S>) -> Said {
        let mut command = self.cargo_command(folder, arguments);
        command.env("CARGO_NET_OFFLINE", "false").env("CARGO_NET_RETRY", "0");
        command.env("https_proxy", "http://127.0.0.1:9").env("http_proxy", "http://127.0.0.1:9");
        self.run(command, folder)
    }

    /// Cargo with the lock file of the workspace, and with shared folders for what it fetches and builds.
    fn cargo_command<S: AsRef<OsStr>>(&self, folder: &str, arguments: impl IntoIterator<Item = S>) -> Command {
        let lock = self.path(folder).join("Cargo.lock");
        if !lock.exists() {
            fs::copy(checkout().join("Cargo.lock"), lock).unwrap();
        }
        let mut command = Command::new(env!("CARGO"));
        command.args(arguments).env("CARGO_TARGET_DIR", kept("scaffold"));
        // Neither helps a crate that is built once.
        command.env("CARGO_PROFILE_DEV_DEBUG", "0").env("CARGO_INCREMENTAL", "0");
        #[cfg(unix)]
        command.env("CARGO_HOME", cargo_home());
        // A developer's own settings have no say in whether a new plugin builds.
        for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET", "RUSTC_WORKSPACE_WRAPPER"] {
            command.env_remove(name);
        }
        command
    }

    /// Puts the library of a crate, which Cargo has built into the shared folder, where its config has it.
    pub(crate) fn place_library(&self, folder: &str) {
        let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
        let file = format!("{prefix}{}{suffix}", folder.replace('-', "_"));
        let place = self.path(folder).join("target/debug");
        fs::create_dir_all(&place).unwrap();
        fs::copy(kept("scaffold").join("debug").join(&file), place.join(&file)).unwrap();
    }

    fn run(&self, mut command: Command, folder: &str) -> Said {
        let output = command.current_dir(self.path(folder)).output().unwrap();
        let clean = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).unwrap();
            text.replace(&self.folder.display().to_string(), "DIR")
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

/// A folder that is there the next time, too.
pub(crate) fn kept(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// A home of Cargo's with the downloads and settings of the real one, so that what the tests fetch stays out of that.
/// All calls have the same: with another one Cargo would build everything anew.
#[cfg(unix)]
fn cargo_home() -> PathBuf {
    let real = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let real = real.unwrap_or_else(|| PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cargo"));
    let home = kept("scaffold-home");
    fs::create_dir_all(&home).unwrap();
    for name in ["registry", "config.toml"] {
        // Another test may make the same link at this moment.
        match std::os::unix::fs::symlink(real.join(name), home.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => panic!("{name}: {error}"),
            _ => {}
        }
    }
    home
}
