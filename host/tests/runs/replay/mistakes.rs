//! Errors of cassettes that do not match, cannot be read, or cannot be created.

use super::recordings::{change, files, record, replay};
use rowsmith_fake_model::{FakeModel, Script};
use rowsmith_test_harness::config::ENRICH;
use rowsmith_test_harness::{Golden, Rows, Sandbox};
use std::fs;

#[test]
fn another_config_sends_other_requests() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=20));
    let url = record(&sandbox, Script::new(), &[], 0);
    sandbox.write("rowsmith.toml", ENRICH.replace("Label learning topics.", "Label learning plans."));
    let output = replay(&sandbox, &url, &[]).exits(7);
    let mut golden = Golden::new("replay_other_request");
    golden.add("other instructions (exit 7)", &output.messages());
    golden.check();
    let report = sandbox.report();
    assert_eq!((&report["rows"]["skipped"], &report["exit_code"]), (&20.into(), &7.into()));
}

#[test]
fn an_exchange_answers_one_request() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=20));
    let url = record(&sandbox, Script::new(), &[], 0);
    change(&files(&sandbox)[0], |recording| recording["response"]["status"] = 503.into());
    let mut golden = Golden::new("replay_repeated_request");
    golden.add("a retried request (exit 7)", &replay(&sandbox, &url, &[]).exits(7).messages());
    golden.check();
}

#[test]
fn invalid_files_are_named() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=30));
    let url = record(&sandbox, Script::new(), &[], 0);
    let first = files(&sandbox)[0].clone();
    let whole = fs::read_to_string(&first).unwrap();
    let mut golden = Golden::new("replay_invalid_files");
    let mut refused = |name| golden.add(name, &replay(&sandbox, &url, &[]).exits(2).messages());
    fs::write(&first, "{\"version\": 1").unwrap();
    refused("truncated file");
    fs::write(&first, whole.replace("\"version\": 1", "\"version\": 9")).unwrap();
    refused("another version");
    fs::remove_dir_all(sandbox.path("rec")).unwrap();
    refused("missing folder");
    fs::create_dir(sandbox.path("rec")).unwrap();
    refused("empty folder");
    golden.check();
}

#[test]
fn a_folder_with_files_is_refused() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=3));
    let server = FakeModel::start(Script::new()).unwrap();
    sandbox.write("rec/notes.txt", "mine");
    let mut golden = Golden::new("record_invalid_folder");
    for folder in ["rec", "rows.csv/rec"] {
        golden.add(folder, &sandbox.run(&server, &["--record", folder]).exits(2).messages());
    }
    golden.check();
    assert!(server.requests().is_empty(), "no request is sent");
    assert_eq!(sandbox.read("rec/notes.txt"), "mine");
}

#[test]
fn rows_from_the_cache_are_not_recorded() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=20));
    let server = FakeModel::start(Script::new()).unwrap();
    sandbox.run(&server, &["--limit", "5"]).exits(0);
    let output = sandbox.run(&server, &["--record", "rec"]).exits(0);
    let mut golden = Golden::new("record_cached_rows");
    golden.add("5 of 20 rows are cached", &output.messages());
    golden.check();
}

#[test]
fn contradicting_flags_are_refused() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=3));
    let server = FakeModel::start(Script::new()).unwrap();
    for flags in [["--record=a", "--replay=b"], ["--record=a", "--offline"], ["--replay=a", "--offline"]] {
        sandbox.run(&server, &flags).exits(2);
    }
}
