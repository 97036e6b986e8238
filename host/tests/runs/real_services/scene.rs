//! Two or forty rows, one output column, and a service that answers as a script says.

use rowsmith_fake_model::{FakeModel, Field, Script};
use rowsmith_test_harness::{Output, Sandbox, read_jsonl};
use serde_json::Value;

/// The text of the row that a service refuses.
pub(crate) const POISON: &str = "POISON-ROW";

/// A config with the provider plugins `openai` and `gemini`, and one column `tldr`.
pub(crate) const CONFIG: &str = r#"
[scraper]
plugin = "csv"
[scraper.config]
path = "rows.csv"

[cache]
plugin = "lmdb"
[cache.config]
path = "cache"

[enrich]
provider = "openai"
input = ["text"]
instructions = "Summarize the notes."

[enrich.output.tldr]
type = "string"
max_words = 12

[batch]
pairing = "off"

[providers.openai]
plugin = "openai"
[providers.openai.config]
model = "m"
base_url = "${MODEL_URL}/v1"
api_key = { env = "OPENAI_API_KEY" }

[providers.gemini]
plugin = "gemini"
[providers.gemini.config]
model = "gemini-x"
thinking_budget = 0
base_url = "${MODEL_URL}"
api_key = { env = "GEMINI_API_KEY" }

[[exporters]]
plugin = "jsonl"
[exporters.config]
path = "out.jsonl"

[[exporters]]
plugin = "csv"
[exporters.config]
path = "out.csv"
"#;

/// A run and the requests of its service.
pub(crate) struct Scene {
    pub(crate) sandbox: Sandbox,
    pub(crate) server: FakeModel,
    pub(crate) output: Output,
    pub(crate) report: Value,
}

/// Rows about notes; the given ones hold [`POISON`].
pub(crate) fn rows(count: usize, poisoned: &[usize]) -> String {
    let row = |number| {
        let poison = if poisoned.contains(&number) { POISON } else { "tools" };
        format!("item {number},Note number {number} about gardening and {poison}\n")
    };
    std::iter::once("name,text\n".to_owned()).chain((1..=count).map(row)).collect()
}

impl Scene {
    /// Runs the program over these rows.
    pub(crate) fn run(rows: &str, script: Script, arguments: &[&str]) -> Self {
        Self::run_at(rows, script, arguments, "0.1")
    }

    /// As [`Scene::run`], with waits multiplied by this factor.
    pub(crate) fn run_at(rows: &str, script: Script, arguments: &[&str], time_scale: &str) -> Self {
        let sandbox = Sandbox::new();
        sandbox.write("rowsmith.toml", CONFIG);
        sandbox.write("rows.csv", rows);
        let server = FakeModel::start(script.with_fields([Field::text("tldr")])).unwrap();
        let output = sandbox.run_call(&server, arguments).time_scale(time_scale).output();
        let report = if sandbox.has("report.json") { sandbox.report() } else { Value::Null };
        Self { sandbox, server, output, report }
    }

    /// Asserts the exit code, the numbers of enriched and failed rows, and an upper bound of calls.
    #[track_caller]
    pub(crate) fn ends(&self, name: &str, exit_code: i32, enriched: usize, failed: usize, max_calls: usize) {
        let calls = self.server.completions().len();
        let rows = &self.report["rows"];
        let found = (self.output.code(), &rows["enriched"], &rows["failed"]);
        assert_eq!(found, (exit_code, &enriched.into(), &failed.into()), "{name}: {}", self.output.stderr);
        assert!(calls <= max_calls, "{name}: {calls} calls\n{}", self.output.stderr);
    }

    /// Returns the answers in the output.
    pub(crate) fn answers(&self) -> Vec<String> {
        let rows = read_jsonl(&self.sandbox.path("out.jsonl"));
        rows.iter().map(|row| row["tldr"].as_str().unwrap_or_default().to_owned()).collect()
    }
}
