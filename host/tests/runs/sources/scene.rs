//! One run from a file: its end, the rows that were asked, and the exported rows.

use rowsmith_fake_model::{FakeModel, Script};
use rowsmith_test_harness::{Sandbox, config, read_jsonl};
use serde_json::Value;

/// A run from a source to `out.jsonl`, of which all columns are input columns.
pub(crate) struct Scene {
    pub(crate) sandbox: Sandbox,
    plugin: &'static str,
    options: String,
    input: &'static str,
}

/// The end of a run.
pub(crate) struct Outcome {
    pub(crate) code: i32,
    /// The errors, warnings and hints.
    pub(crate) messages: String,
    /// The rows of all requests.
    pub(crate) asked: Vec<Value>,
    /// Number of rows that had no input.
    pub(crate) skipped: u64,
    /// The exported rows; empty without an output.
    pub(crate) exported: Vec<Value>,
}

impl Scene {
    /// Creates a run from a source; `options` are lines of its table in the config.
    pub(crate) fn new(plugin: &'static str, options: impl Into<String>) -> Self {
        Self { sandbox: Sandbox::new(), plugin, options: options.into(), input: "" }
    }

    /// Creates a run from a file with these bytes.
    pub(crate) fn of_file(plugin: &'static str, bytes: &[u8], options: &str) -> Self {
        let scene = Self::new(plugin, format!("path = \"rows.txt\"\n{options}"));
        scene.sandbox.write("rows.txt", bytes);
        scene
    }

    /// Selects the input columns.
    pub(crate) fn input(self, input: &'static str) -> Self {
        Self { input, ..self }
    }

    /// Runs it.
    pub(crate) fn run(&self) -> Outcome {
        let source = format!("plugin = \"{}\"\n[scraper.config]\n{}", self.plugin, self.options);
        let text = config::ENRICH
            .replace("plugin = \"csv\"\n[scraper.config]\npath = \"rows.csv\"", &source)
            .replace("input = [\"Topic\", \"Description\"]", self.input);
        self.sandbox.write("rowsmith.toml", text);
        let server = FakeModel::start(Script::new()).unwrap();
        let output = self.sandbox.run(&server, &[]);
        let asked = server.requests().into_iter().flat_map(|request| request.rows).map(|row| row.row).collect();
        let out = self.sandbox.path("out.jsonl");
        let exported = if out.exists() { read_jsonl(&out) } else { Vec::new() };
        let is_message = |line: &&str| ["error", "hint", "warning", "WARN"].iter().any(|word| line.contains(word));
        let messages = output.stderr.lines().filter(is_message).flat_map(|line| [line, "\n"]).collect();
        let skipped = self.sandbox.report()["rows"]["skipped"].as_u64().unwrap();
        Outcome { code: output.code(), messages, asked, skipped, exported }
    }
}

impl Outcome {
    /// The exported cells of one column.
    pub(crate) fn column(&self, name: &str) -> Vec<String> {
        self.exported.iter().map(|row| row[name].as_str().unwrap_or("(none)").to_owned()).collect()
    }
}
