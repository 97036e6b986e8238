//! A folder in which one of the four plugins misbehaves, and what must come of it.

use rowsmith_fake_model::{FakeModel, Script};
use rowsmith_test_harness::{Output, Rows, Running, Sandbox, answered, read_jsonl};
use serde_json::Value;

/// Rows of every run; two calls of twenty.
pub(crate) const ROWS: usize = 40;

/// One of the four kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Scraper,
    Cache,
    Provider,
    Exporter,
}

/// A run, and how it must end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    /// The plugin's settings: what it does wrong.
    pub(crate) fault: &'static str,
    /// The exit code.
    pub(crate) code: i32,
    /// What standard error says.
    pub(crate) says: &'static str,
    /// How many rows were answered, and so are stored.
    pub(crate) kept: usize,
}

/// A folder, and a server that answers.
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

/// The config of a run in which the plugin of one kind has these settings, and calls so much time.
fn config(kind: Kind, fault: &str, timeout_secs: u64) -> String {
    let bad = |table: &str, more: &str| {
        let table_name = table.trim_matches(['[', ']']);
        format!(
            "{table}\nplugin = \"misbehaving\"\ntimeout_secs = {timeout_secs}\n[{table_name}.config]\n{fault}\n{more}"
        )
    };
    let scraper = match kind {
        Kind::Scraper => bad("[scraper]", if fault.contains("number") { "" } else { "number = 40\n" }),
        _ => "[scraper]\nplugin = \"csv\"\n[scraper.config]\npath = \"rows.csv\"\n".to_owned(),
    };
    let cache = match kind {
        Kind::Cache => bad("[cache]", "path = \"entries.json\"\n"),
        _ => "[cache]\nplugin = \"lmdb\"\n[cache.config]\npath = \"cache\"\n".to_owned(),
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

impl Scene {
    /// A scene with its rows, and nothing stored yet.
    pub(crate) fn new(kind: Kind) -> Self {
        let sandbox = Sandbox::with_rows(&Rows::numbered(1..=ROWS));
        Self { kind, sandbox, server: FakeModel::start(Script::new()).unwrap() }
    }

    /// Writes the config.
    pub(crate) fn set(&self, fault: &str, timeout_secs: u64) {
        self.sandbox.write("rowsmith.toml", &config(self.kind, fault, timeout_secs));
    }

    /// Starts a run in which calls have all the time.
    pub(crate) fn start(&self, fault: &str, arguments: &[&str]) -> Running {
        self.set(fault, 600);
        self.started(arguments)
    }

    /// Starts a run of the config as it is. Temporary files go where [`Scene::left_behind`] looks for them.
    fn started(&self, arguments: &[&str]) -> Running {
        self.sandbox.run_call(&self.server, arguments).env("TMPDIR", self.sandbox.folder()).start()
    }

    /// A run in which calls have two seconds when the fault is that one never ends, and else all the time.
    #[track_caller]
    pub(crate) fn run(&self, fault: &str) -> Output {
        let hangs = fault.contains("'block'") || fault.contains("'pend");
        self.set(fault, if hangs { 2 } else { 600 });
        self.started(&[]).end()
    }

    /// The rows in an output, each with its own right answer or with none.
    #[track_caller]
    pub(crate) fn exported(&self, file: &str) -> usize {
        if !self.sandbox.has(file) {
            return 0;
        }
        let rows = Rows::numbered(1..=ROWS);
        let found = read_jsonl(&self.sandbox.path(file));
        for row in &found {
            let source = rows.values().iter().find(|source| source["Topic"] == row["Topic"]).unwrap();
            let right = [answered(source, false), answered(source, true)];
            assert!(right.contains(row), "{row} has another row's answer");
        }
        found.iter().filter(|row| row["TLDR"] != Value::Null).count()
    }

    /// A run without the fault answers all rows, and asks only those that were not answered before.
    #[track_caller]
    pub(crate) fn goes_on(&self, kept: usize) {
        let ended = self.run("");
        assert_eq!(ended.code(), 0, "the next run: {}", ended.stderr);
        let rows = &self.sandbox.report()["rows"];
        assert_eq!((&rows["cached"], &rows["enriched"]), (&kept.into(), &(ROWS - kept).into()), "the next run");
        self.sandbox.assert_output("the next run", &Rows::numbered(1..=ROWS), &[]);
        assert_eq!(self.left_behind(), Vec::<String>::new());
    }

    /// Temporary files, of plugins and of outputs.
    pub(crate) fn left_behind(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.sandbox.path("")).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.contains("rowsmith-plugin-") || name.contains(".tmp")).collect()
    }
}

/// Most of the cases wait, so that several can do it together.
const AT_ONCE: usize = 4;

/// Runs every case in a scene of its own, and once more without the fault.
pub(crate) fn check(kind: Kind, cases: &[Case]) {
    for some in cases.chunks(AT_ONCE) {
        std::thread::scope(|scope| some.iter().for_each(|case| drop(scope.spawn(|| case.check(kind)))));
    }
}

impl Case {
    fn check(&self, kind: Kind) {
        let scene = Scene::new(kind);
        let ended = scene.run(self.fault);
        let name = format!("{}; exit {}:\n{}", self.fault, ended.code(), ended.stderr);
        assert_eq!(ended.code(), self.code, "{name}");
        assert!(ended.stderr.contains(self.says), "should say {:?}: {name}", self.says);
        assert!(ended.stderr.len() < 10_000 && !ended.stderr.contains('\u{1b}'), "should be fit to be shown: {name}");
        // A process that was ended could not export.
        if !matches!(self.code, 70 | 134) {
            let answered = scene.exported("out.jsonl").max(scene.exported("out.partial.jsonl"));
            assert_eq!(answered, self.kept, "answers exported: {name}");
        }
        scene.goes_on(self.kept);
    }
}
