//! A folder for one test, in which the program runs without the environment of the machine.

use crate::answers::assert_answers;
use crate::config;
use crate::invocation::Invocation;
use crate::output::Output;
use crate::process::Running;
use crate::rows::Rows;
use rowsmith_fake_model::FakeModel;
use serde_json::Value;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The arguments of a run whose report is `report.json`.
const RUN: [&str; 5] = ["run", "--progress", "none", "--report", "report.json"];

/// A temporary folder.
#[derive(Debug)]
pub struct Sandbox {
    folder: TempDir,
}

impl Default for Sandbox {
    fn default() -> Self {
        Self { folder: TempDir::new().unwrap() }
    }
}

impl Sandbox {
    /// Creates an empty folder.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a folder with the config [`config::ENRICH`] and these rows in `rows.csv`.
    pub fn with_rows(rows: &Rows) -> Self {
        let sandbox = Self::new();
        sandbox.write("rowsmith.toml", config::ENRICH);
        sandbox.write("rows.csv", rows.csv());
        sandbox
    }

    /// Returns the folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the path of a file in the folder.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file and creates its folders.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap_or_else(|error| panic!("{name}: {error}"));
        path
    }

    /// Reads a text file.
    #[track_caller]
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Reads a JSON file.
    #[track_caller]
    pub fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Returns true if a file or folder of this name exists.
    pub fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// Returns the names of the entries of a folder, sorted.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let entries = fs::read_dir(self.path(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
        let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Returns a command line that finds the bundled plugins.
    pub fn call<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Invocation<'_> {
        self.bare(arguments).bundled_plugins()
    }

    /// Returns a command line that finds no plugins but those that it names itself.
    pub fn bare<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Invocation<'_> {
        Invocation::new(self.folder.path(), arguments)
    }

    /// Runs a command line, split at spaces, that finds the bundled plugins.
    pub fn rowsmith(&self, arguments: &str) -> Output {
        self.call(arguments.split(' ')).output()
    }

    /// Returns a command line whose config asks `server`. It finds the bundled plugins and those for tests.
    ///
    /// All waits are shortened to a tenth.
    pub fn call_with<S: AsRef<OsStr>>(
        &self,
        server: &FakeModel,
        arguments: impl IntoIterator<Item = S>,
    ) -> Invocation<'_> {
        self.bare(arguments).test_plugins().fast().server(&server.base_url())
    }

    /// Returns `rowsmith run` with the report `report.json` and without progress.
    pub fn run_call(&self, server: &FakeModel, arguments: &[&str]) -> Invocation<'_> {
        self.call_with(server, RUN.iter().chain(arguments))
    }

    /// Starts `rowsmith run`.
    pub fn start(&self, server: &FakeModel, arguments: &[&str]) -> Running {
        self.run_call(server, arguments).start()
    }

    /// Runs `rowsmith run` to its end.
    #[track_caller]
    pub fn run(&self, server: &FakeModel, arguments: &[&str]) -> Output {
        self.start(server, arguments).end()
    }

    /// Returns the report of the last run.
    #[track_caller]
    pub fn report(&self) -> Value {
        self.json("report.json")
    }

    /// Asserts that every row of `out.jsonl` has its right answer, and rows at the positions `failed` (from 1) none.
    #[track_caller]
    pub fn assert_output(&self, name: &str, rows: &Rows, failed: &[usize]) {
        assert_answers(name, &self.path("out.jsonl"), rows, failed);
    }
}
