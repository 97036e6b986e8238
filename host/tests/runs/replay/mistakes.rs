//! Errors of cassettes that do not match, cannot be read, or cannot be created.

use super::recordings::{change, files, record, replay};
use rowsmith_fake_model::{FakeModel, Script};
use rowsmith_test_harness::config::ENRICH;
use rowsmith_test_harness::{Rows, Sandbox};
use std::fs;

#[test]
fn another_config_sends_other_requests() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=20));
    let url = record(&sandbox, Script::new(), &[], 0);
    sandbox.write("rowsmith.toml", &ENRICH.replace("Label learning topics.", "Label learning plans."));
    let ended = replay(&sandbox, &url, &[]).exits(7);
    let error = format!(
        "error: the provider cannot be used: POST {url}/v1beta/models/gemini-test:generateContent is not recorded in rec"
    );
    for said in
        [&error, "nearest is 000001-provider-gemini.json: /systemInstruction", "plans", "topics", "hint: ", "--record"]
    {
        assert!(ended.stderr.contains(said), "{said} is not in:\n{}", ended.stderr);
    }
    assert_eq!(ended.stderr.matches("is not recorded in rec").count(), 1, "printed once:\n{}", ended.stderr);
    let report = sandbox.report();
    assert_eq!((&report["rows"]["skipped"], &report["exit_code"]), (&20.into(), &7.into()));
}

#[test]
fn an_exchange_answers_one_request() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=20));
    let url = record(&sandbox, Script::new(), &[], 0);
    change(&files(&sandbox)[0], |recording| recording["response"]["status"] = 503.into());
    let ended = replay(&sandbox, &url, &[]).exits(7);
    assert!(ended.stderr.contains("more often than the 1 times recorded in rec"), "{}", ended.stderr);
}

#[test]
fn invalid_files_are_named() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=30));
    let url = record(&sandbox, Script::new(), &[], 0);
    let first = files(&sandbox)[0].clone();
    let whole = fs::read_to_string(&first).unwrap();
    for (text, said) in [
        (
            whole.get(..whole.len() / 2).unwrap().to_owned(),
            "000001-provider-gemini.json is not a recorded exchange: EOF",
        ),
        (whole.replace("\"version\": 1", "\"version\": 9"), "version 9, expected 1"),
    ] {
        fs::write(&first, text).unwrap();
        let ended = replay(&sandbox, &url, &[]).exits(2);
        assert!(ended.stderr.contains(said), "{}", ended.stderr);
    }
    fs::remove_dir_all(sandbox.path("rec")).unwrap();
    let ended = replay(&sandbox, &url, &[]).exits(2);
    assert!(ended.stderr.contains("--replay: cannot list the folder rec"), "{}", ended.stderr);
    fs::create_dir(sandbox.path("rec")).unwrap();
    let ended = replay(&sandbox, &url, &[]).exits(2);
    assert!(ended.stderr.contains("--replay: no recorded exchange in rec"), "{}", ended.stderr);
}

#[test]
fn a_folder_with_files_is_refused() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=3));
    let server = FakeModel::start(Script::new()).unwrap();
    fs::create_dir(sandbox.path("rec")).unwrap();
    sandbox.write("rec/notes.txt", "mine");
    let ended = sandbox.run(&server, &["--record", "rec"]).exits(2);
    assert!(ended.stderr.contains("--record: the folder rec is not empty"), "{}", ended.stderr);
    let ended = sandbox.run(&server, &["--record", "rows.csv/rec"]).exits(2);
    assert!(ended.stderr.contains("--record: cannot create the folder rows.csv/rec"), "{}", ended.stderr);
    assert!(server.requests().is_empty(), "nothing is asked before");
    assert_eq!(sandbox.read("rec/notes.txt"), "mine");
}

#[test]
fn rows_from_the_cache_are_not_recorded() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=20));
    let server = FakeModel::start(Script::new()).unwrap();
    sandbox.run(&server, &["--limit", "5"]).exits(0);
    let ended = sandbox.run(&server, &["--record", "rec"]).exits(0);
    assert!(ended.stderr.contains("5 rows came from the cache"), "{}", ended.stderr);
}

#[test]
fn contradicting_flags_are_refused() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=3));
    let server = FakeModel::start(Script::new()).unwrap();
    for flags in [["--record=a", "--replay=b"], ["--record=a", "--offline"], ["--replay=a", "--offline"]] {
        let ended = sandbox.run(&server, &flags).exits(2);
        assert!(ended.stderr.contains("cannot be used with"), "{flags:?}: {}", ended.stderr);
    }
}
