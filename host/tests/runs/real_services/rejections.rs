//! A request that the service rejects because of one row is that row's failure; one that it rejects always ends the run.

use rowsmith_fake_model::{FakeModel, Script, Then, When};
use rowsmith_test_harness::{Rows, Sandbox, topic};
use serde_json::{Value, json};

const OPENAI: [&str; 2] = ["--provider", "openai"];

/// Rejections in words that no list holds.
fn rejections() -> Vec<(&'static str, Then)> {
    let body = r#"{"error":{"message":"The request cannot be processed.","type":"x","code":"y"}}"#;
    vec![
        ("400", Then::raw_json(400, body)),
        ("400 without a body", Then::raw(400, "text/plain", "")),
        ("422", Then::raw_json(422, r#"{"detail":"unprocessable"}"#)),
        ("403 of a firewall", Then::raw(403, "text/html", "<html><title>Attention Required!</title></html>")),
        ("404 of a proxy", Then::raw(404, "text/html", "<html><title>Not here</title></html>")),
    ]
}

#[track_caller]
fn failed(sandbox: &Sandbox) -> Vec<Value> {
    let report = sandbox.report();
    let failures = report["failures"].as_array().unwrap();
    failures.iter().map(|failure| json!([failure["row"], failure["reason"]])).collect()
}

#[test]
fn rejected_row_fails_alone() {
    for (name, then) in rejections() {
        let rows = Rows::numbered(1..=40);
        let sandbox = Sandbox::with_rows(&rows);
        // The answer to the other call may come first or last.
        for delay in [0, 300] {
            let delay = std::time::Duration::from_millis(delay);
            let script = Script::new().on(When::row_contains(topic(27)), then.clone().delay(delay));
            let server = FakeModel::start(script.on(When::any(), Then::answer().delay(delay / 2))).unwrap();
            let ended = sandbox.run(&server, &[&OPENAI[..], &["--refresh"]].concat());
            assert_eq!(ended.code(), 5, "{name}: {}", ended.stderr);
            assert_eq!(failed(&sandbox), [json!([27, "refused"])], "{name}");
            assert!(server.requests().len() <= 12, "{name}: {} calls", server.requests().len());
            sandbox.assert_output(name, &rows, &[27]);
        }
    }
}

#[test]
fn rejection_of_the_only_call_is_tried_on_parts() {
    let bad = || rejections().into_iter().take(3);
    for (name, then) in bad() {
        for (rows, poisoned) in [(20, vec![7]), (2, vec![2]), (20, vec![3, 17])] {
            let rows = Rows::numbered(1..=rows);
            let sandbox = Sandbox::with_rows(&rows);
            let script = poisoned
                .iter()
                .fold(Script::new(), |script, row| script.on(When::row_contains(topic(*row)), then.clone()));
            let server = FakeModel::start(script).unwrap();
            let ended = sandbox.run(&server, &OPENAI);
            assert_eq!(ended.code(), 5, "{name}, {poisoned:?}: {}", ended.stderr);
            let mut found = failed(&sandbox);
            found.sort_by_key(|failure| failure[0].as_u64());
            assert_eq!(found, poisoned.iter().map(|row| json!([row, "refused"])).collect::<Vec<_>>(), "{name}");
            // The next run is not worse, although it has only rejected rows.
            let again = sandbox.run(&server, &OPENAI);
            assert_eq!(again.code(), 5, "{name}: {}", again.stderr);
        }
    }
}

#[test]
fn rejection_of_a_batch_of_one_row_is_tried_on_another_row() {
    let rows = Rows::numbered(1..=5);
    let sandbox = Sandbox::with_rows(&rows);
    let (_, then) = rejections().swap_remove(0);
    let server = FakeModel::start(Script::new().on(When::row_contains(topic(1)), then)).unwrap();
    let one_by_one = ["--set", "batch.max_rows=1", "--set", "providers.openai.limits.max_concurrency=1"];
    sandbox.run(&server, &[&OPENAI[..], &one_by_one].concat()).exits(5);
    assert_eq!(failed(&sandbox), [json!([1, "refused"])]);
    assert_eq!(server.requests().len(), 5);
}

#[test]
fn request_that_is_always_rejected_ends_the_run_with_few_calls() {
    for (name, then) in rejections() {
        for (rows, max_calls) in [(1, 1), (2, 3), (20, 5), (60, 7)] {
            let sandbox = Sandbox::with_rows(&Rows::numbered(1..=rows));
            let server = FakeModel::start(Script::new().on(When::any(), then.clone())).unwrap();
            let ended = sandbox.run(&server, &OPENAI);
            assert_eq!(ended.code(), 7, "{name}: {}", ended.stderr);
            let calls = server.requests().len();
            assert!(calls <= max_calls, "{name}, {rows} rows: {calls} calls");
            assert_eq!(sandbox.report()["rows"]["failed"], 0, "{name}");
        }
    }
}

#[test]
fn row_that_breaks_its_call_fails_alone_although_it_is_asked_first() {
    let silent = ["--set", "providers.openai.config.timeout_secs=20"];
    for (name, then, rows) in [
        ("a reset connection", Then::reset(), 20),
        ("a reset connection, of many", Then::reset(), 60),
        ("a body that is cut off", Then::cut_body(), 20),
        ("no response", Then::hang(), 20),
        ("40 MiB", Then::huge_body(40), 20),
        ("500", Then::status(500), 60),
    ] {
        let rows = Rows::numbered(1..=rows);
        let sandbox = Sandbox::with_rows(&rows);
        let server = FakeModel::start(Script::new().on(When::row_contains(topic(7)), then)).unwrap();
        let call = sandbox.run_call(&server, &[&OPENAI[..], &silent].concat());
        let ended = call.time_scale("0.05").start().end();
        assert_eq!(ended.code(), 5, "{name}: {}", ended.stderr);
        assert_eq!(failed(&sandbox), [json!([7, "service"])], "{name}");
        sandbox.assert_output(name, &rows, &[7]);
    }
}
