//! One scenario: what the server does, and what must have come of it.

use rowsmith_fake_model::{FakeModel, Script};
use rowsmith_test_harness::{Rows, Sandbox, numbers_of, read_jsonl, topic};
use serde_json::{Value, json};

/// What happens in a run of 20 rows, and what is left of it.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) script: Script,
    pub(crate) arguments: &'static [&'static str],
    pub(crate) rows: usize,
    pub(crate) calls: usize,
    /// Rows that fail, from 1, with the reason.
    pub(crate) failed: &'static [(usize, &'static str)],
}

impl Case {
    /// A run of 20 rows that ends well after so many calls.
    pub(crate) fn new(name: &'static str, script: Script, calls: usize) -> Self {
        Self { name, script, arguments: &[], rows: 20, calls, failed: &[] }
    }

    /// With these arguments.
    pub(crate) fn with(self, arguments: &'static [&'static str]) -> Self {
        Self { arguments, ..self }
    }

    /// With so many rows.
    pub(crate) fn rows(self, rows: usize) -> Self {
        Self { rows, ..self }
    }

    /// These rows fail.
    pub(crate) fn fails(self, failed: &'static [(usize, &'static str)]) -> Self {
        Self { failed, ..self }
    }

    /// Runs it, and once more against a service that works when rows have failed. Returns the first run's report.
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
        assert_eq!(found, wanted, "{name}: rows that failed\n{}", ended.stderr);
        assert_eq!(server.requests().len(), calls, "{name}: calls\n{}", ended.stderr);
        assert_eq!(report["calls"]["total"], calls, "{name}: calls in the report");
        assert_eq!(report["rows"]["failed"], failed.len(), "{name}");
        assert_eq!(report["rows"]["enriched"], self.rows - failed.len(), "{name}");
        assert_eq!(ended.code(), if failed.is_empty() { 0 } else { 5 }, "{name}: {}", ended.stderr);
        sandbox.assert_output(name, &rows, &places);

        if failed.is_empty() {
            assert!(!sandbox.has("out.jsonl.failures.jsonl"), "{name}: a failure file without failures");
        } else {
            let lines = read_jsonl(&sandbox.path("out.jsonl.failures.jsonl"));
            let found: Vec<Value> =
                lines.iter().map(|line| json!([line["row"], line["reason"], line["source"]["Topic"]])).collect();
            let wanted: Vec<Value> = failed.iter().map(|(row, reason)| json!([row, reason, topic(*row)])).collect();
            assert_eq!(found, wanted, "{name}: the failure file");
            asked_again(name, &sandbox, arguments, &rows, &places);
        }
        report
    }
}

/// The next run, against a service that works, asks the failed rows and no other.
#[track_caller]
fn asked_again(name: &str, sandbox: &Sandbox, arguments: &[&str], rows: &Rows, failed: &[usize]) {
    let server = FakeModel::start(Script::new()).unwrap();
    let ended = sandbox.run(&server, arguments);
    assert_eq!(numbers_of(&server.requests()), failed, "{name}: rows asked by the next run");
    assert_eq!(ended.code(), 0, "{name}: the next run\n{}", ended.stderr);
    sandbox.assert_output(name, rows, &[]);
    assert!(!sandbox.has("out.jsonl.failures.jsonl"), "{name}: the old failure file is still there");
}

fn listed<T>(list: &Value, read: impl Fn(&Value) -> T) -> Vec<T> {
    list.as_array().into_iter().flatten().map(read).collect()
}
