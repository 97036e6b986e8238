//! Files of the user are never overwritten, and unwritable files are found before the first call.

use rowsmith_fake_model::{FakeModel, Mutation, Script, Then, When};
use rowsmith_test_harness::{Golden, Rows, Sandbox, topic};

/// Checks that a run is refused with this code before any call, and adds its errors to the golden file.
#[track_caller]
fn refused(golden: &mut Golden, sandbox: &Sandbox, arguments: &[&str], code: i32) {
    let server = FakeModel::start(Script::new()).unwrap();
    let output = sandbox.run(&server, arguments);
    assert_eq!(output.code(), code, "{arguments:?}: {}", output.stderr);
    golden.add(&format!("{} (exit {code})", arguments.join(" ")), &output.messages());
    assert_eq!(server.requests().len(), 0, "{arguments:?}");
}

#[test]
fn failure_file_replaces_no_other_file() {
    let mut golden = Golden::new("files_failure");
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
        refused(&mut golden, &sandbox, &["--set", &set(name)], 3);
    }
    refused(&mut golden, &sandbox, &["--set", &set("out.jsonl")], 3);
    refused(&mut golden, &sandbox, &["--set", &set("notes.txt/failures.jsonl")], 3);
    assert_eq!(names.map(|name| sandbox.read(name)), texts);

    let wrong = Script::new().on(When::any(), Then::mutated(Mutation::WrongEnum(topic(7))));
    let own = ["--set", &set("deep/failures.jsonl")];
    sandbox.run(&FakeModel::start(wrong).unwrap(), &own).exits(5);
    assert!(sandbox.has("deep/failures.jsonl"));
    sandbox.run(&FakeModel::start(Script::new()).unwrap(), &own).exits(0);
    assert!(!sandbox.has("deep/failures.jsonl"), "the failure file of answered rows is removed");
    golden.check();
}

#[test]
fn every_file_has_one_role() {
    let mut golden = Golden::new("files_roles");
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=20));
    let server = FakeModel::start(Script::new()).unwrap();
    sandbox.run(&server, &[]).exits(0);
    let text = Rows::numbered(21..=30).csv();
    // `report.json` is the report of all these runs.
    sandbox.write("report.json", &text);
    std::os::unix::fs::symlink("report.json", sandbox.path("link.csv")).unwrap();
    let source = |name: &str| format!("scraper.config.path={name}");
    for name in ["report.json", "./report.json", "cache/../report.json", "link.csv"] {
        refused(&mut golden, &sandbox, &["--set", &source(name)], 3);
        refused(&mut golden, &sandbox, &["-o", name, "--force"], 3);
        assert_eq!(sandbox.read("report.json"), text, "{name}");
    }
    refused(&mut golden, &sandbox, &["-o", "rows.csv", "--force"], 3);
    refused(&mut golden, &sandbox, &["-o", "rowsmith.toml", "--force"], 3);
    for arguments in [
        &["-o", "cache/data.mdb", "--force"][..],
        &["-o", "cache/out.jsonl"],
        &["--report", "cache/report.json"],
        &["--set", "run.failure_file=cache/failures.jsonl"],
    ] {
        refused(&mut golden, &sandbox, arguments, 3);
    }
    assert_eq!(sandbox.read("rows.csv"), Rows::numbered(1..=20).csv());
    sandbox.run(&server, &["--offline"]).exits(0);
    assert_eq!(sandbox.report()["rows"]["cached"], 20, "the store is intact");
    assert!(!sandbox.has("cache/out.jsonl") && !sandbox.has("cache/report.json"));
    golden.check();
}

#[test]
fn unwritable_files_are_found_before_the_first_call() {
    let mut golden = Golden::new("files_unwritable");
    let rows = Rows::numbered(1..=20);
    let sandbox = Sandbox::with_rows(&rows);
    for folder in ["folder", "folder.json"] {
        std::fs::create_dir(sandbox.path(folder)).unwrap();
    }
    refused(&mut golden, &sandbox, &["-o", "folder"], 8);
    refused(&mut golden, &sandbox, &["-o", "rows.csv/out.jsonl"], 8);
    refused(&mut golden, &sandbox, &["--report", "folder.json"], 2);
    refused(&mut golden, &sandbox, &["--report", "rows.csv/report.json"], 2);
    assert_eq!(sandbox.read("rows.csv"), rows.csv());
    assert!(!sandbox.has("report.json") && !sandbox.has("out.jsonl"));
    golden.check();
}

#[test]
fn planted_links_and_pipes_are_neither_followed_nor_waited_for() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let mut golden = Golden::new("files_planted");
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=20));
    sandbox.write("victim", "mine\n");
    symlink("victim", sandbox.path("link.json")).unwrap();
    symlink("missing", sandbox.path("dangling.json")).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(sandbox.path("pipe.json")).status().unwrap().success());
    for name in ["link.json", "dangling.json", "pipe.json"] {
        refused(&mut golden, &sandbox, &["--set", &format!("run.failure_file={name}")], 3);
    }
    refused(&mut golden, &sandbox, &["--report", "pipe.json"], 2);

    let wrong = Script::new().on(When::any(), Then::mutated(Mutation::WrongEnum(topic(7))));
    let server = FakeModel::start(wrong).unwrap();
    sandbox.run(&server, &["--report", "link.json", "--report", "dangling.json"]).exits(5);
    let failures = "out.jsonl.failures.jsonl";
    for name in ["link.json", "dangling.json", failures] {
        let found = std::fs::symlink_metadata(sandbox.path(name)).unwrap();
        assert!(found.is_file(), "{name}");
        assert_eq!(found.permissions().mode() & 0o777, 0o600, "{name}");
    }
    sandbox.bare(["init", "table"]).output().exits(0);
    std::fs::remove_file(sandbox.path("table/rows.csv")).unwrap();
    symlink("../victim", sandbox.path("table/rows.csv")).unwrap();
    sandbox.bare(["init", "table", "--force"]).output().exits(0);
    assert!(sandbox.read("table/rows.csv").starts_with("Title,Text\n"));
    assert_eq!(sandbox.read("victim"), "mine\n");
    assert!(!sandbox.has("missing"));
    golden.check();
}

#[test]
fn status_column_replaces_no_column_of_the_source() {
    let mut golden = Golden::new("files_status_column");
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=20));
    for column in ["Topic", "Description"] {
        let set = format!("run.status_column={column}");
        refused(&mut golden, &sandbox, &["--set", &set], 3);
    }
    assert!(!sandbox.has("out.jsonl"));
    golden.check();
}
