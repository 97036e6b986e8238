//! Variables of the environment, and answers that could be slow to check.

use rowsmith_fake_model::{FakeModel, Mutation, Script, Then, When};
use rowsmith_test_harness::config::{ENRICH, GEMINI_KEY};
use rowsmith_test_harness::{Rows, Sandbox};
use std::time::{Duration, Instant};

#[test]
fn variables_stay_one_value() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=2));
    let config = ENRICH.replace("\"Label learning topics.\"", "\"Label ${NOTE} topics.\"");
    sandbox.write("rowsmith.toml", config);
    let server = FakeModel::start(Script::new()).unwrap();
    for (number, value) in
        ["a\"]\n[enrich]\nprovider = \"x\"", "'''\"\"\"", "${HOME} {{x}}", "\\u0000 \\"].into_iter().enumerate()
    {
        sandbox.run_call(&server, &[]).env("NOTE", value).output().exits(0);
        let requests = server.requests();
        assert_eq!(requests.len(), number + 1, "{value:?}");
        let text = serde_json::Value::from(format!("Label {value} topics.")).to_string();
        let body = requests[number].body.to_string();
        assert!(body.contains(text.trim_matches('"')), "{value:?} in {body}");
    }
}

#[test]
fn keys_are_checked_before_the_first_row() {
    for (key, code) in [(Some(""), 3), (Some(" \n"), 3), (None, 3), (Some("with\nbreak"), 3)] {
        let sandbox = Sandbox::with_rows(&Rows::numbered(1..=2));
        let server = FakeModel::start(Script::new()).unwrap();
        let call = sandbox.run_call(&server, &[]);
        let call = match key {
            Some(key) => call.env("GEMINI_API_KEY", key),
            None => call.env_remove("GEMINI_API_KEY"),
        };
        let output = call.output();
        assert_eq!(output.code(), code, "{key:?}: {}", output.stderr);
        assert_eq!(server.requests().len(), 0, "{key:?}");
    }
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=2));
    let server = FakeModel::start(Script::new().with_key(GEMINI_KEY)).unwrap();
    let padded = format!("{GEMINI_KEY}\n");
    sandbox.run_call(&server, &[]).env("GEMINI_API_KEY", padded).output().exits(0);
}

#[test]
fn patterns_take_linear_time() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=20));
    sandbox.write("rowsmith.toml", ENRICH.replace("max_words = 12", "pattern = \"^(a+)+$\""));
    let hostile = Mutation::set("Topic", "tldr", format!("{}b", "a".repeat(20_000)));
    let server = FakeModel::start(Script::new().on(When::any(), Then::mutated(hostile))).unwrap();
    let start = Instant::now();
    let output = sandbox.run(&server, &[]);
    assert!([5, 6].contains(&output.code()), "{}", output.stderr);
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
}
