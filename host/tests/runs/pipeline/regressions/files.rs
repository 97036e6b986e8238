//! No file of the user is overwritten, and what cannot be written is found before a call is paid for.

use rowsmith_fake_model::{FakeModel, Mutation, Script, Then, When};
use rowsmith_test_harness::{Rows, Sandbox, topic};

/// A run that is refused with this code and these words, before any call.
#[track_caller]
fn refused(sandbox: &Sandbox, arguments: &[&str], code: i32, says: &str) {
    let server = FakeModel::start(Script::new()).unwrap();
    let ended = sandbox.run(&server, arguments);
    assert_eq!(ended.code(), code, "{arguments:?}: {}", ended.stderr);
    assert!(ended.stderr.contains(says), "{arguments:?}: {}", ended.stderr);
    assert_eq!(server.requests().len(), 0, "{arguments:?}");
}

#[test]
fn a_failure_file_takes_the_place_of_no_other_file() {
    let rows = Rows::numbered(1..=20);
    let sandbox = Sandbox::with_rows(&rows);
    sandbox.write("notes.txt", "mine\n");
    sandbox.write("data.jsonl", "{\"row\":1,\"key\":\"k\"}\n");
    sandbox.write("empty", "");
    std::fs::create_dir(sandbox.path("folder")).unwrap();
    let names = ["rows.csv", "rowsmith.toml", "notes.txt", "data.jsonl", "empty"];
    let texts = names.map(|name| sandbox.read(name));
    let set = |name: &str| format!("run.failure_file={name}");
    for name in names.into_iter().chain(["folder"]) {
        refused(&sandbox, &["--set", &set(name)], 3, "is not a failure file of an earlier run");
    }
    refused(&sandbox, &["--set", &set("out.jsonl")], 3, "both an output and the failure file");
    refused(&sandbox, &["--set", &set("notes.txt/failures.jsonl")], 3, "cannot write to the folder");
    assert_eq!(names.map(|name| sandbox.read(name)), texts);

    let wrong = Script::new().on(When::any(), Then::mutated(Mutation::WrongEnum(topic(7))));
    let own = ["--set", &set("deep/failures.jsonl")];
    sandbox.run(&FakeModel::start(wrong).unwrap(), &own).exits(5);
    assert!(sandbox.has("deep/failures.jsonl"));
    sandbox.run(&FakeModel::start(Script::new()).unwrap(), &own).exits(0);
    assert!(!sandbox.has("deep/failures.jsonl"), "it lists rows that have their answers now");
}

#[test]
fn no_file_is_two_things_at_once() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=20));
    let server = FakeModel::start(Script::new()).unwrap();
    sandbox.run(&server, &[]).exits(0);
    let text = Rows::numbered(21..=30).csv();
    // The report of all these runs is `report.json`.
    sandbox.write("report.json", &text);
    std::os::unix::fs::symlink("report.json", sandbox.path("link.csv")).unwrap();
    let source = |name: &str| format!("scraper.config.path={name}");
    for name in ["report.json", "./report.json", "cache/../report.json", "link.csv"] {
        refused(&sandbox, &["--set", &source(name)], 3, "both the source and the report");
        refused(&sandbox, &["-o", name, "--force"], 3, "both an output and the report");
        assert_eq!(sandbox.read("report.json"), text, "{name}");
    }
    refused(&sandbox, &["-o", "rows.csv", "--force"], 3, "rows.csv is the file that is read");
    refused(&sandbox, &["-o", "rowsmith.toml", "--force"], 3, "both the config and an output");
    for arguments in [
        &["-o", "cache/data.mdb", "--force"][..],
        &["-o", "cache/out.jsonl"],
        &["--report", "cache/report.json"],
        &["--set", "run.failure_file=cache/failures.jsonl"],
    ] {
        refused(&sandbox, arguments, 3, "would lie in the cache's store");
    }
    assert_eq!(sandbox.read("rows.csv"), Rows::numbered(1..=20).csv());
    sandbox.run(&server, &["--offline"]).exits(0);
    assert_eq!(sandbox.report()["rows"]["cached"], 20, "the store is whole");
    assert!(!sandbox.has("cache/out.jsonl") && !sandbox.has("cache/report.json"));
}

#[test]
fn what_cannot_be_written_is_found_before_the_first_call() {
    let rows = Rows::numbered(1..=20);
    let sandbox = Sandbox::with_rows(&rows);
    for folder in ["folder", "folder.json"] {
        std::fs::create_dir(sandbox.path(folder)).unwrap();
    }
    refused(&sandbox, &["-o", "folder"], 8, "is a folder");
    refused(&sandbox, &["-o", "rows.csv/out.jsonl"], 8, "cannot write to the folder");
    refused(&sandbox, &["--report", "folder.json"], 2, "is a folder");
    refused(&sandbox, &["--report", "rows.csv/report.json"], 2, "cannot write to the folder");
    assert_eq!(sandbox.read("rows.csv"), rows.csv());
    assert!(!sandbox.has("report.json") && !sandbox.has("out.jsonl"));
}

#[test]
fn a_status_column_takes_the_place_of_no_column_of_the_source() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=20));
    for column in ["Topic", "Description"] {
        let set = format!("run.status_column={column}");
        refused(&sandbox, &["--set", &set], 3, &format!("the status column `{column}` is already a column"));
    }
    assert!(!sandbox.has("out.jsonl"));
}
