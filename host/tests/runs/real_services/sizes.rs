//! Calls follow the sizes that a service allows, and a mistake is made once and not once for each batch.

use rowsmith_fake_model::{FakeModel, Mutation, Script, Then, When};
use rowsmith_test_harness::{Output, Rows, Sandbox};
use serde_json::Value;

const ONE_AT_A_TIME: [&str; 2] = ["--set", "providers.gemini.limits.max_concurrency=1"];

struct Ended {
    output: Output,
    report: Value,
    calls: usize,
    caps: Vec<Option<u64>>,
}

fn run(script: Script, rows: usize, arguments: &[&str]) -> Ended {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=rows));
    let server = FakeModel::start(script).unwrap();
    let output = sandbox.run(&server, arguments);
    let cap = |body: &Value| {
        let cap = body.pointer("/generationConfig/maxOutputTokens").or_else(|| body.get("max_completion_tokens"));
        cap.or_else(|| body.get("max_tokens")).and_then(Value::as_u64)
    };
    let caps = server.requests().iter().map(|request| cap(&request.body)).collect();
    Ended { output, report: sandbox.report(), calls: server.requests().len(), caps }
}

/// Returns the names of the sizes that a run has learned.
fn learned(report: &Value) -> Vec<&str> {
    report["learned"].as_array().unwrap().iter().map(|change| change["what"].as_str().unwrap()).collect()
}

#[test]
fn prompts_that_are_too_long_teach_the_largest_call() {
    for (rows, arguments, most) in [
        (20, &[][..], 6),
        // Ten rows fit: 20 calls, and one that is too large.
        (200, &ONE_AT_A_TIME, 22),
        // Five calls start before the first error.
        (200, &[], 26),
    ] {
        let script = Script::new().on(When::rows_at_least(11), Then::too_large());
        let Ended { output, report, calls, .. } = run(script, rows, arguments);
        assert_eq!(output.code(), 0, "{rows}: {}", output.stderr);
        assert_eq!(report["rows"]["enriched"], rows, "{rows}");
        assert!(calls <= most, "{rows} {arguments:?}: {calls} calls");
        assert!(learned(&report).contains(&"prompt_chars"), "{report}");
    }
}

#[test]
fn a_row_that_is_too_large_alone_fails() {
    let script = Script::new().on(When::row_contains("Topic 0007"), Then::too_large());
    let Ended { output, report, .. } = run(script, 20, &[]);
    assert_eq!(output.code(), 5, "{}", output.stderr);
    assert_eq!((&report["failures"][0]["row"], &report["failures"][0]["reason"]), (&7.into(), &"too_large".into()));
    assert_eq!(report["rows"]["failed"], 1);
}

#[test]
fn an_answer_that_the_cap_cuts_off_raises_the_cap() {
    // A word of 1,200 characters is one word for the rule, and far more tokens than a word.
    let long = || Then::mutated(Mutation::set("", "tldr", "w".repeat(1_200)));
    let script = || Script::new().enforce_output_cap().on(When::any(), long());
    let Ended { output, report, calls, caps } = run(script(), 100, &ONE_AT_A_TIME);
    assert_eq!((output.code(), report["rows"]["enriched"].as_u64()), (0, Some(100)), "{}", output.stderr);
    // Five calls, and one for the rows that the first call did not answer.
    assert!(calls <= 6, "{calls} calls: {caps:?}");
    assert!(caps[1] > caps[0], "{caps:?}");
    let change = &report["learned"][0];
    assert_eq!(
        (&change["what"], change["from"].as_u64(), &change["at_call"]),
        (&"output_cap".into(), caps[0], &1.into())
    );
}
