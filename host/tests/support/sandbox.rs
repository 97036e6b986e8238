//! A folder of its own for each test, in which the binary runs with nothing but what the test gives it.

use super::config::{CONFIG, GEMINI_KEY, OPENAI_KEY};
use super::output::assert_output;
use super::process::{Ended, Running};
use super::rows::Rows;
use rowsmith_fake_model::FakeModel;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The plugins that the tests need, as they are built beside them.
const PLUGINS: [&str; 4] = ["scraper_csv", "cache_lmdb", "provider_gemini", "exporter_jsonl"];

/// A folder with a config and rows.
pub(crate) struct Sandbox {
    folder: TempDir,
}

impl Sandbox {
    /// A folder with [`CONFIG`] and these rows.
    pub(crate) fn new(rows: &Rows) -> Self {
        let sandbox = Self { folder: TempDir::new().unwrap() };
        sandbox.write("rowsmith.toml", CONFIG);
        sandbox.write("rows.csv", &rows.csv());
        sandbox
    }

    /// The path of a file in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Reads a file.
    #[track_caller]
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Whether a file is there.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// The binary with these arguments, with an empty environment but for keys and the server's address.
    pub(crate) fn command(&self, server: &FakeModel, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rowsmith"));
        command.args(arguments).arg("--plugin-dir").arg(plugin_dir()).current_dir(self.folder.path()).env_clear();
        command.env("HOME", self.folder.path()).env("MODEL_URL", server.base_url());
        command.env("GEMINI_API_KEY", GEMINI_KEY).env("OPENAI_API_KEY", OPENAI_KEY);
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command
    }

    /// `rowsmith run` with a report and no progress.
    pub(crate) fn run_command(&self, server: &FakeModel, arguments: &[&str]) -> Command {
        self.command(server, &[&["run", "--progress", "none", "--report", "report.json"], arguments].concat())
    }

    /// Starts `rowsmith run`.
    pub(crate) fn start(&self, server: &FakeModel, arguments: &[&str]) -> Running {
        Running::start(&mut self.run_command(server, arguments))
    }

    /// Runs `rowsmith run` to its end.
    #[track_caller]
    pub(crate) fn run(&self, server: &FakeModel, arguments: &[&str]) -> Ended {
        self.start(server, arguments).end()
    }

    /// The report of the last run.
    #[track_caller]
    pub(crate) fn report(&self) -> Value {
        serde_json::from_str(&self.read("report.json")).unwrap()
    }

    /// Every row in `out.jsonl` has its own right answer, but for those at `failed` (from 1), which have none.
    #[track_caller]
    pub(crate) fn assert_output(&self, name: &str, rows: &Rows, failed: &[usize]) {
        assert_output(name, &self.path("out.jsonl"), rows, failed);
    }
}

fn plugin_dir() -> PathBuf {
    let folder = Path::new(env!("CARGO_BIN_EXE_rowsmith")).with_file_name("deps");
    for name in PLUGINS {
        let file =
            folder.join(format!("{}rowsmith_{name}{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX));
        assert!(file.is_file(), "{} is missing; `cargo test -p rowsmith` builds it", file.display());
    }
    folder
}
