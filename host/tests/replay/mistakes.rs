//! What is said when a recording does not fit, cannot be read, or cannot be made.

use crate::recordings::{change, files, record, replay};
use crate::support::{CONFIG, Rows, Sandbox};
use rowsmith_fake_model::{FakeModel, Script};
use std::fs;

#[test]
fn another_config_is_another_request() {
    let sandbox = Sandbox::new(&Rows::numbered(1..=20));
    let url = record(&sandbox, Script::new(), &[], 0);
    sandbox.write("rowsmith.toml", &CONFIG.replace("You judge learning topics.", "You judge learning plans."));
    let ended = replay(&sandbox, &url, &[]).exits(7);
    let error = format!(
        "error: the provider cannot be used: POST {url}/v1beta/models/gemini-test:generateContent is not in rec"
    );
    for said in [
        &error,
        "nearest is 000001-provider-gemini.json: /systemInstruction",
        "plans",
        "topics",
        "hint: a replay asks no service: record again",
    ] {
        assert!(ended.stderr.contains(said), "{said} is not in:\n{}", ended.stderr);
    }
    assert_eq!(ended.stderr.matches("is not in rec").count(), 1, "said once:\n{}", ended.stderr);
    let report = sandbox.report();
    assert_eq!((&report["rows"]["skipped"], &report["exit_code"]), (&20.into(), &7.into()));
}

#[test]
fn what_is_used_up_is_not_made_up() {
    let sandbox = Sandbox::new(&Rows::numbered(1..=20));
    let url = record(&sandbox, Script::new(), &[], 0);
    change(&files(&sandbox)[0], |recording| recording["response"]["status"] = 503.into());
    let ended = replay(&sandbox, &url, &[]).exits(7);
    assert!(ended.stderr.contains("is asked again, and rec has it only once"), "{}", ended.stderr);
}

#[test]
fn recordings_that_cannot_be_read_are_named() {
    let sandbox = Sandbox::new(&Rows::numbered(1..=30));
    let url = record(&sandbox, Script::new(), &[], 0);
    let first = files(&sandbox)[0].clone();
    let whole = fs::read_to_string(&first).unwrap();
    for (text, said) in [
        (whole.get(..whole.len() / 2).unwrap().to_owned(), "000001-provider-gemini.json is not a recording: EOF"),
        (whole.replace("\"version\": 1", "\"version\": 9"), "000001-provider-gemini.json is written in version 9"),
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
    assert!(ended.stderr.contains("there is no recording in rec"), "{}", ended.stderr);
}

#[test]
fn a_folder_with_something_in_it_is_left_alone() {
    let sandbox = Sandbox::new(&Rows::numbered(1..=3));
    let server = FakeModel::start(Script::new()).unwrap();
    fs::create_dir(sandbox.path("rec")).unwrap();
    sandbox.write("rec/notes.txt", "mine");
    let ended = sandbox.run(&server, &["--record", "rec"]).exits(2);
    assert!(ended.stderr.contains("--record: rec is not empty; name a new folder"), "{}", ended.stderr);
    let ended = sandbox.run(&server, &["--record", "rows.csv/rec"]).exits(2);
    assert!(ended.stderr.contains("--record: cannot make the folder rows.csv/rec"), "{}", ended.stderr);
    assert!(server.requests().is_empty(), "nothing is asked before");
    assert_eq!(sandbox.read("rec/notes.txt"), "mine");
}

#[test]
fn rows_from_the_cache_are_in_no_recording() {
    let sandbox = Sandbox::new(&Rows::numbered(1..=20));
    let server = FakeModel::start(Script::new()).unwrap();
    sandbox.run(&server, &["--limit", "5"]).exits(0);
    let ended = sandbox.run(&server, &["--record", "rec"]).exits(0);
    assert!(ended.stderr.contains("5 rows came from the cache and are not in the recording"), "{}", ended.stderr);
}

#[test]
fn flags_that_say_opposite_things() {
    let sandbox = Sandbox::new(&Rows::numbered(1..=3));
    let server = FakeModel::start(Script::new()).unwrap();
    for flags in [["--record=a", "--replay=b"], ["--record=a", "--offline"], ["--replay=a", "--offline"]] {
        let ended = sandbox.run(&server, &flags).exits(2);
        assert!(ended.stderr.contains("cannot be used with"), "{flags:?}: {}", ended.stderr);
    }
}
