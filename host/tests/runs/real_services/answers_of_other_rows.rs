//! Answers under the right id and tag that are about another row.

use super::stories::{Stories, always, answer, once};
use rowsmith_fake_model::{FakeModel, Mutation, Script, Then, When};
use rowsmith_test_harness::{Rows, Sandbox};
use serde_json::json;

const MODES: [(&str, &str); 4] =
    [("json_schema", "tag"), ("json_schema", "off"), ("json_object", "tag"), ("none", "tag")];

#[test]
fn exchanged_answers_are_asked_again_alone() {
    for (schema_mode, pairing) in MODES {
        let stories = Stories::new(schema_mode, pairing);
        stories.sandbox.write("rows.csv", STORIES);
        let rows = stories.asked();
        let exchanged = answer(&rows, ["a boat crosses the harbour", "a kite above the meadow"]);
        let (ended, server) = stories.run(once(&exchanged));
        let name = format!("{schema_mode} {pairing}");
        let sizes: Vec<usize> = server.requests().iter().map(|request| request.rows.len()).collect();
        assert_eq!((ended.code(), sizes), (0, vec![2, 1, 1]), "{name}: {}", ended.stderr);
        assert_eq!(stories.sandbox.report()["misplaced_answers"], 2, "{name}");
        assert!(!stories.everything_kept().contains("crosses the harbour"), "{name}");
    }
}

#[test]
fn the_same_answer_to_a_row_alone_is_accepted() {
    let stories = Stories::new("json_schema", "tag");
    stories.sandbox.write("rows.csv", STORIES);
    let rows = stories.asked();
    let right = answer(&rows, ["kite above the meadow", "kite over the windy meadow"]);
    let alone = r#"{"r0":{"tldr":"kite over the windy meadow"}}"#;
    let script =
        Script::new().once(When::any(), super::stories::says(&right)).on(When::single(), super::stories::says(alone));
    let (ended, server) = stories.run(script);
    assert_eq!((ended.code(), server.requests().len()), (0, 2), "{}", ended.stderr);
    assert_eq!(stories.values(), [json!("kite above the meadow"), json!("kite over the windy meadow")]);
    assert_eq!(stories.sandbox.report()["misplaced_answers"], 1);
}

#[test]
fn the_check_of_contents_can_be_disabled() {
    let stories = Stories::new("json_schema", "tag").with("batch.check_content=false");
    stories.sandbox.write("rows.csv", STORIES);
    let exchanged = answer(&stories.asked(), ["a boat crosses the harbour", "a kite above the meadow"]);
    let (ended, server) = stories.run(always(&exchanged));
    assert_eq!((ended.code(), server.requests().len()), (0, 1), "{}", ended.stderr);
    assert_eq!(stories.values(), [json!("a boat crosses the harbour"), json!("a kite above the meadow")]);
}

#[test]
fn right_answers_raise_no_alarm() {
    for provider in ["gemini", "openai", "array"] {
        let sandbox = Sandbox::with_rows(&Rows::numbered(1..=200));
        let server = FakeModel::start(Script::new()).unwrap();
        sandbox.run(&server, &["--provider", provider]).exits(0);
        let report = sandbox.report();
        assert_eq!((&report["misplaced_answers"], &report["calls"]["total"]), (&json!(0), &json!(10)), "{provider}");
    }
}

#[test]
fn extracts_of_the_sample_raise_no_alarm() {
    let folder = rowsmith_test_harness::checkout().join("config/sample/amateur-astronomy/content");
    let mut csv = "Title,Text\n".to_owned();
    let mut topics = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap().replace('"', "'");
        let (title, text) = text.split_once('\n').unwrap();
        let title = title.trim_start_matches('#').trim();
        csv.extend(["\"", title, "\",\"", text, "\"\n"]);
        topics += 1;
    }
    let sandbox = Sandbox::new();
    sandbox.write("rowsmith.toml", rowsmith_test_harness::config::offline());
    sandbox.write("rows.csv", csv);
    sandbox.rowsmith("run rowsmith.toml --report report.json").exits(0);
    let report = sandbox.report();
    assert_eq!((&report["rows"]["enriched"], &report["misplaced_answers"]), (&json!(topics), &json!(0)));
}

#[test]
fn anchors_are_fixed_by_the_schema_and_dropped_from_answers() {
    let rows = Rows::numbered(1..=20);
    let anchor = ["--provider", "openai", "--set", "batch.anchor=Topic"];
    let sandbox = Sandbox::with_rows(&rows);
    let server = FakeModel::start(Script::new()).unwrap();
    sandbox.run(&server, &anchor).exits(0);
    sandbox.assert_output("anchored", &rows, &[]);
    let requests = server.requests();
    let schema = &requests[0].body["response_format"]["json_schema"]["schema"];
    let first = schema["properties"]["r1"]["properties"].as_object().unwrap().iter().next().unwrap();
    assert_eq!(first, (&"about".to_owned(), &json!({"type": "string", "enum": [requests[0].rows[1].row["Topic"]]})));
    assert!(!sandbox.read("out.jsonl").contains("about"), "the anchor is no column");

    // Anchors are not part of the row key.
    sandbox.run(&server, &["--provider", "openai", "--set", "batch.anchor=off"]).exits(0);
    assert_eq!((server.requests().len(), &sandbox.report()["rows"]["cached"]), (1, &json!(20)));

    // A local server compiles schemas for nothing.
    for (setting, expected) in [("auto", true), ("off", false)] {
        let sandbox = Sandbox::with_rows(&rows);
        let server = FakeModel::start(Script::new()).unwrap();
        sandbox.run(&server, &["--provider", "openai", "--set", &format!("batch.anchor={setting}")]).exits(0);
        sandbox.assert_output(setting, &rows, &[]);
        assert_eq!(server.requests()[0].body.to_string().contains("\"about\""), expected, "{setting}");
    }

    let sandbox = Sandbox::with_rows(&rows);
    let swapped = Mutation::set(rowsmith_test_harness::topic(7), "about", rowsmith_test_harness::topic(8));
    let server = FakeModel::start(Script::new().once(When::any(), Then::mutated(swapped))).unwrap();
    sandbox.run(&server, &anchor).exits(0);
    let requests = server.requests();
    assert_eq!(requests[1].rows[0].rejected.as_deref(), Some("swapped"));
    sandbox.assert_output("one anchor is wrong", &rows, &[]);
}

const STORIES: &str = "name,text\nfirst,A kite above the windy meadow\nsecond,A boat crosses the quiet harbour\n";
