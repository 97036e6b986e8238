//! One scenario: the script of the server, and the expected end of the run.

use rowsmith_fake_model::{FakeModel, Script};
use rowsmith_test_harness::{Rows, Sandbox, numbers_of, read_jsonl, topic};
use serde_json::{Value, json};

/// A run, by default of 20 rows, and its expected end.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) script: Script,
    pub(crate) arguments: &'static [&'static str],
    pub(crate) rows: usize,
    pub(crate) calls: usize,
    /// Failed rows (from 1) and their reasons.
    pub(crate) failed: &'static [(usize, &'static str)],
}

impl Case {
    /// Creates a run of 20 rows that succeeds after this many calls.
    pub(crate) fn new(name: &'static str, script: Script, calls: usize) -> Self {
        Self { name, script, arguments: &[], rows: 20, calls, failed: &[] }
    }

    /// Sets the arguments.
    pub(crate) fn with(self, arguments: &'static [&'static str]) -> Self {
        Self { arguments, ..self }
    }

    /// Sets the number of rows.
    pub(crate) fn rows(self, rows: usize) -> Self {
        Self { rows, ..self }
    }

    /// Sets the failed rows.
    pub(crate) fn fails(self, failed: &'static [(usize, &'static str)]) -> Self {
        Self { failed, ..self }
    }

    /// Runs the case, and again against a working service if rows failed. Returns the report of the first run.
    #[track_caller]
    pub(crate) fn check(self) -> Value {
        let Self { name, script, arguments, calls, failed, .. } = self;
        let rows = Rows::numbered(1..=self.rows);
        let sandbox = Sandbox::with_rows(&rows);
        let server = FakeModel::start(script).unwrap();
        let ended = sandbox.run(&server, arguments);
        let places: Vec<usize> = failed.iter().map(|(row, _)| *row).collect();

        let report = sandbox.report();
        let found: Vec<Value> = listed(&report["failures"], |failure| json!([failure["row"], failure["reason"]]));
        let wanted: Vec<Value> = failed.iter().map(|(row, reason)| json!([row, reason])).collect();
        assert_eq!(found, wanted, "{name}: failed rows\n{}", ended.stderr);
        assert_eq!(server.requests().len(), calls, "{name}: calls\n{}", ended.stderr);
        assert_eq!(report["calls"]["total"], calls, "{name}: calls in the report");
        assert_eq!(report["rows"]["failed"], failed.len(), "{name}");
        assert_eq!(report["rows"]["enriched"], self.rows - failed.len(), "{name}");
        assert_eq!(ended.code(), if failed.is_empty() { 0 } else { 5 }, "{name}: {}", ended.stderr);
        sandbox.assert_output(name, &rows, &places);

        if failed.is_empty() {
            assert!(!sandbox.has("out.jsonl.failures.jsonl"), "{name}: failure file without failures");
        } else {
            let lines = read_jsonl(&sandbox.path("out.jsonl.failures.jsonl"));
            let found: Vec<Value> =
                lines.iter().map(|line| json!([line["row"], line["reason"], line["source"]["Topic"]])).collect();
            let wanted: Vec<Value> = failed.iter().map(|(row, reason)| json!([row, reason, topic(*row)])).collect();
            assert_eq!(found, wanted, "{name}: the failure file");
            check_next_run(name, &sandbox, arguments, &rows, &places);
        }
        report
    }
}

/// Checks that the next run, against a working service, asks only the failed rows.
#[track_caller]
fn check_next_run(name: &str, sandbox: &Sandbox, arguments: &[&str], rows: &Rows, failed: &[usize]) {
    let server = FakeModel::start(Script::new()).unwrap();
    let ended = sandbox.run(&server, arguments);
    assert_eq!(numbers_of(&server.requests()), failed, "{name}: rows of the next run");
    assert_eq!(ended.code(), 0, "{name}: the next run\n{}", ended.stderr);
    sandbox.assert_output(name, rows, &[]);
    assert!(!sandbox.has("out.jsonl.failures.jsonl"), "{name}: the old failure file still exists");
}

fn listed<T>(list: &Value, read: impl Fn(&Value) -> T) -> Vec<T> {
    list.as_array().into_iter().flatten().map(read).collect()
}
