//! A folder of its own for each test, in which the real program runs with nothing of the machine's environment.

#[path = "../../../plugins/bundled/list.rs"]
mod list;

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{LazyLock, OnceLock};
use tempfile::TempDir;

/// The program under test, as it was built.
const BUILT: &str = env!("CARGO_BIN_EXE_rowsmith");
/// The key that configs of tests name, and its value.
pub(crate) const KEY: (&str, &str) = ("FAKE_KEY", "key-of-the-tests-0123456789");

/// A folder in which the program runs.
pub(crate) struct Sandbox {
    folder: TempDir,
}

/// How the program ended, and what it said.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// One run of the program, while it is put together.
pub(crate) struct Call<'a> {
    sandbox: &'a Sandbox,
    command: Command,
    input: Vec<u8>,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders are made");
        fs::write(&path, text).expect("files are written");
        path
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name} cannot be read: {error}"))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// A run that finds the plugins.
    pub(crate) fn call<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Call<'_> {
        let call = self.bare(arguments);
        call.env("ROWSMITH_PLUGIN_PATH", plugins())
    }

    /// A run that finds plugins only where the arguments say.
    pub(crate) fn bare<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Call<'_> {
        let mut command = Command::new(program());
        command.args(arguments).current_dir(self.folder.path()).env_clear().env("HOME", self.folder.path());
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        Call { sandbox: self, command, input: Vec::new() }
    }

    /// A run with these arguments, split at spaces, that finds the plugins.
    pub(crate) fn run(&self, arguments: &str) -> Said {
        self.call(arguments.split(' ')).end()
    }
}

impl Call<'_> {
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    pub(crate) fn input(mut self, text: &str) -> Self {
        self.input = text.as_bytes().to_vec();
        self
    }

    /// Runs the program to its end. Folders of this machine are replaced by their meaning.
    pub(crate) fn end(mut self) -> Said {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().expect("the program starts");
        // A program that does not read its input may be gone already.
        drop(child.stdin.take().map(|mut pipe| pipe.write_all(&self.input)));
        let output = child.wait_with_output().expect("the program ends");
        let folder = self.sandbox.folder.path().canonicalize().expect("the folder is there");
        let clean = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).expect("all that is printed is UTF-8");
            text.replace(&format!("{}", folder.display()), "DIR")
                .replace(&format!("{}", self.sandbox.folder.path().display()), "DIR")
                .replace(&format!("{}", plugins().display()), "PLUGINS")
        };
        Said { code: output.status.code(), out: clean(output.stdout), err: clean(output.stderr) }
    }
}

impl Said {
    /// The run, when it ended with this code.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error} in:\n{}", self.out))
    }
}

/// The program in a folder where no plugins are beside it, so that it finds only those that a test names.
fn program() -> PathBuf {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let link = || {
        let folder = made_folder("program");
        let path = folder.join(Path::new(BUILT).file_name().expect("a name"));
        let private = tempfile::tempdir_in(&folder).expect("a temporary folder");
        let part = private.path().join("program");
        if fs::hard_link(BUILT, &part).is_err() {
            fs::copy(BUILT, &part).expect("the program is copied");
        }
        // Another test process may do the same at this moment; a rename makes that harmless.
        fs::rename(&part, &path).expect("the program is put into its place");
        path
    };
    PROGRAM.get_or_init(link).clone()
}

fn made_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::create_dir_all(&folder).expect("folders are made");
    folder
}

/// The folder with the plugins that were built for the tests.
///
/// Debug information makes a library six times as large, and every run reads and hashes it. So copies without it are
/// used where the tool that removes it is there.
pub(crate) fn plugins() -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(prepare).clone()
}

fn prepare() -> PathBuf {
    let built = Path::new(BUILT).parent().expect("a folder").join("deps");
    let folder = made_folder("plugins");
    for (kind, name) in BUNDLED.iter().copied() {
        let file = file_name(kind, name);
        let (from, to) = (built.join(&file), folder.join(&file));
        let changed = |path: &Path| fs::metadata(path).and_then(|meta| meta.modified()).ok();
        assert!(from.is_file(), "{} is missing; build with `cargo test`", from.display());
        if changed(&to) > changed(&from) {
            continue;
        }
        let part = tempfile::NamedTempFile::new_in(&folder).expect("a temporary file");
        let strip = Command::new("strip").arg("-s").arg("-o").arg(part.path()).arg(&from).output();
        if !strip.is_ok_and(|output| output.status.success()) {
            fs::copy(&from, part.path()).expect("a plugin is copied");
        }
        // Another test process may do the same at this moment; a rename makes that harmless.
        part.persist(&to).expect("a plugin is put into its place");
    }
    folder
}

/// The file name of a plugin on this system.
pub(crate) fn file_name(kind: &str, name: &str) -> String {
    let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    format!("{prefix}rowsmith_{kind}_{name}{suffix}")
}

/// The kind and name of each plugin that comes with the program.
pub(crate) static BUNDLED: LazyLock<Vec<(&str, &str)>> =
    LazyLock::new(|| list::bundled(include_str!("../../../plugins/bundled/Cargo.toml")));
