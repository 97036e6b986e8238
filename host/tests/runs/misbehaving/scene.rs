//! A sandbox in which one of the four plugins misbehaves, and the checks after its run.

use rowsmith_fake_model::{FakeModel, Script};
use rowsmith_test_harness::{Golden, Output, Rows, Running, Sandbox, answered, parallel, read_jsonl};
use serde_json::Value;

/// Rows of every run; two calls of twenty.
pub(crate) const ROWS: usize = 40;
/// Maximum bytes of standard error, whatever a plugin writes.
pub(crate) const MAX_STDERR: usize = 10_000;
/// The time limit of calls that never return. Tests shorten it to a tenth.
const SHORT_TIMEOUT_SECS: u64 = 5;
const LONG_TIMEOUT_SECS: u64 = 6_000;

/// The kind of the plugin that misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Scraper,
    Cache,
    Provider,
    Exporter,
}

/// A run and its expected end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    /// The plugin's settings, which select the fault.
    pub(crate) fault: &'static str,
    /// The exit code.
    pub(crate) code: i32,
    /// The number of answered rows, which are all stored.
    pub(crate) kept: usize,
}

/// Returns a case with this fault, exit code and number of answered rows.
pub(crate) const fn case(fault: &'static str, code: i32, kept: usize) -> Case {
    Case { fault, code, kept }
}

/// A sandbox, and a server that answers.
pub(crate) struct Scene {
    pub(crate) kind: Kind,
    pub(crate) sandbox: Sandbox,
    pub(crate) server: FakeModel,
}

const OUTPUTS: &str = r#"
[enrich]
provider = "chosen"
input = ["Topic", "Description"]
instructions = "Label learning topics."
[enrich.output.tldr]
column = "TLDR"
type = "string"
max_words = 12
[enrich.output.challenge]
column = "Challenge"
enum = ["practice", "expert"]
[[exporters]]
plugin = "jsonl"
[exporters.config]
path = "out.jsonl"
"#;

/// Returns a config in which the plugin of one kind misbehaves.
fn config(kind: Kind, fault: &str, timeout_secs: u64) -> String {
    let bad = |table: &str, more: &str| {
        let name = table.trim_matches(['[', ']']);
        format!("{table}\nplugin = \"misbehaving\"\ntimeout_secs = {timeout_secs}\n[{name}.config]\n{fault}\n{more}")
    };
    let scraper = match kind {
        Kind::Scraper => bad("[scraper]", if fault.contains("number") { "" } else { "number = 40\n" }),
        _ => "[scraper]\nplugin = \"csv\"\n[scraper.config]\npath = \"rows.csv\"\n".to_owned(),
    };
    let cache = match kind {
        Kind::Cache => bad("[cache]", "path = \"entries.json\"\n"),
        _ => "[cache]\nplugin = \"lmdb\"\n[cache.config]\npath = \"cache\"\nsync = false\n".to_owned(),
    };
    let provider = match kind {
        Kind::Provider => bad("[providers.chosen]", "[providers.chosen.retry]\nmax_attempts = 1\n"),
        _ => "[providers.chosen]\nplugin = \"gemini\"\n[providers.chosen.config]\nmodel = \"gemini-test\"\n\
              base_url = \"${MODEL_URL}\"\napi_key = { env = \"GEMINI_API_KEY\" }\n"
            .to_owned(),
    };
    let exporter = if kind == Kind::Exporter { bad("[[exporters]]", "") } else { String::new() };
    [scraper.as_str(), &cache, OUTPUTS, &provider, &exporter].concat()
}

/// Returns true if a call with this fault never returns.
fn hangs(fault: &str) -> bool {
    fault.contains("'block'") || fault.contains("'pend")
}

impl Scene {
    /// Creates a sandbox with its rows and an empty cache.
    pub(crate) fn new(kind: Kind) -> Self {
        let sandbox = Sandbox::with_rows(&Rows::numbered(1..=ROWS));
        Self { kind, sandbox, server: FakeModel::start(Script::new()).unwrap() }
    }

    /// Writes the config, with a short time limit for calls that never return.
    pub(crate) fn set(&self, fault: &str) {
        self.set_timeout(fault, if hangs(fault) { SHORT_TIMEOUT_SECS } else { LONG_TIMEOUT_SECS });
    }

    fn set_timeout(&self, fault: &str, timeout_secs: u64) {
        self.sandbox.write("rowsmith.toml", config(self.kind, fault, timeout_secs));
    }

    /// Starts a run whose calls have a long time limit.
    pub(crate) fn start(&self, fault: &str, arguments: &[&str]) -> Running {
        self.set_timeout(fault, LONG_TIMEOUT_SECS);
        self.started(arguments)
    }

    /// Starts a run with the current config. Temporary files go where [`Scene::temporary_files`] looks for them.
    fn started(&self, arguments: &[&str]) -> Running {
        self.sandbox.run_call(&self.server, arguments).env("TMPDIR", self.sandbox.folder()).start()
    }

    /// Runs with this fault.
    #[track_caller]
    pub(crate) fn run(&self, fault: &str) -> Output {
        self.set(fault);
        self.started(&[]).end()
    }

    /// Returns the number of answered rows in an output, and checks that each has its own answer or none.
    #[track_caller]
    pub(crate) fn exported(&self, file: &str) -> usize {
        if !self.sandbox.has(file) {
            return 0;
        }
        let rows = Rows::numbered(1..=ROWS);
        let found = read_jsonl(&self.sandbox.path(file));
        for row in &found {
            let source = rows.values().iter().find(|source| source["Topic"] == row["Topic"]).unwrap();
            let allowed = [answered(source, false), answered(source, true)];
            assert!(allowed.contains(row), "{row} has another row's answer");
        }
        found.iter().filter(|row| row["TLDR"] != Value::Null).count()
    }

    /// Checks that a run without the fault answers all rows and asks only those without an answer.
    #[track_caller]
    pub(crate) fn continues(&self, kept: usize) {
        let output = self.run("");
        assert_eq!(output.code(), 0, "the next run: {}", output.stderr);
        let rows = &self.sandbox.report()["rows"];
        assert_eq!((&rows["cached"], &rows["enriched"]), (&kept.into(), &(ROWS - kept).into()), "the next run");
        self.sandbox.assert_output("the next run", &Rows::numbered(1..=ROWS), &[]);
        assert_eq!(self.temporary_files(), Vec::<String>::new());
    }

    /// Returns the temporary files of plugins and outputs.
    fn temporary_files(&self) -> Vec<String> {
        let mut names = self.sandbox.names("");
        names.retain(|name| name.contains("rowsmith-plugin-") || name.contains(".tmp"));
        names
    }
}

/// Runs every case in its own sandbox, and once more without the fault. The errors are compared with the golden file.
pub(crate) fn check(golden: &'static str, kind: Kind, cases: &[Case]) {
    let mut golden = Golden::new(golden);
    let outputs = parallel(cases, |case| case.check(kind));
    for (case, output) in cases.iter().zip(&outputs) {
        add(&mut golden, case.fault, output);
    }
    golden.check();
}

/// Adds the errors of a run to a golden file.
pub(crate) fn add(golden: &mut Golden, fault: &str, output: &Output) {
    // The long texts of plugins are cut by the program; the test of their length is separate.
    let messages = output.messages().replace("long long ", "");
    golden.add(&format!("{} (exit {})", fault.replace('\n', ", "), output.code()), &messages);
}

impl Case {
    fn check(&self, kind: Kind) -> Output {
        let scene = Scene::new(kind);
        let output = scene.run(self.fault);
        let name = format!("{}; exit {}:\n{}", self.fault, output.code(), output.stderr);
        assert_eq!(output.code(), self.code, "{name}");
        assert!(output.stderr.len() < MAX_STDERR && !output.stderr.contains('\u{1b}'), "bounded and printable: {name}");
        // A killed process cannot export.
        if !matches!(self.code, 70 | 134) {
            let answered = scene.exported("out.jsonl").max(scene.exported("out.partial.jsonl"));
            assert_eq!(answered, self.kept, "exported answers: {name}");
        }
        scene.continues(self.kept);
        output
    }
}
