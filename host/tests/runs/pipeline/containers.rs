//! Containers that share a store and an output folder, with processes of equal ids.
//!
//! Every program is the process 1 of its own namespace. Creating one needs root, so other users skip these tests.

use rowsmith_fake_model::{FakeModel, Script, Then, When};
use rowsmith_test_harness::{Rows, Sandbox, numbers_of};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const WAIT: Duration = Duration::from_secs(30);
const FEW: [&str; 2] = ["--set", "providers.gemini.limits.max_concurrency=3"];
/// The first call has the first rows.
const ONE: [&str; 2] = ["--set", "providers.gemini.limits.max_concurrency=1"];

#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn can_unshare() -> bool {
    let can = Command::new("unshare").args(["--pid", "--fork", "--mount-proc", "true"]).output();
    let can = can.is_ok_and(|output| output.status.success());
    if !can {
        eprintln!("skipped: namespaces of processes cannot be created");
    }
    can
}

/// Returns a server that answers the first call and holds all others.
fn first_call_only() -> FakeModel {
    FakeModel::start(Script::new().on(When::nth(0), Then::answer()).on(When::any(), Then::answer().hold())).unwrap()
}

fn temporary_files(sandbox: &Sandbox) -> Vec<String> {
    sandbox.names("").into_iter().filter(|name| Path::new(name).extension().is_some_and(|it| it == "tmp")).collect()
}

/// Waits until the exporter has begun.
#[expect(clippy::disallowed_methods, reason = "the program writes the file at a time of its own")]
fn wait_for_temporary_files(sandbox: &Sandbox) -> Vec<String> {
    let start = Instant::now();
    loop {
        let found = temporary_files(sandbox);
        if !found.is_empty() {
            return found;
        }
        assert!(start.elapsed() < WAIT);
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn processes_with_equal_ids_share_a_store() {
    if !can_unshare() {
        return;
    }
    let rows = Rows::numbered(1..=200);
    let sandbox = Sandbox::with_rows(&rows);
    let script = Script::new().on(When::any(), Then::answer().delay(Duration::from_millis(150)));
    let server = FakeModel::start(script).unwrap();
    let start = |output: &str| {
        let call = sandbox.run_call(&server, &[&FEW[..], &["-o", output]].concat());
        call.in_own_namespace().real_time().start()
    };
    let runs = ["a.jsonl", "b.jsonl", "c.jsonl"].map(start);
    for run in runs {
        run.end().exits(0);
    }
    assert_eq!(numbers_of(&server.requests()), (1..=200).collect::<Vec<_>>(), "every row once");
    assert_eq!(sandbox.read("a.jsonl"), sandbox.read("b.jsonl"));
    assert_eq!(sandbox.read("a.jsonl"), sandbox.read("c.jsonl"));
    sandbox.call_with(&server, ["cache", "verify"]).output().exits(0);
}

#[test]
fn temporary_files_of_other_containers_stay() {
    if !can_unshare() {
        return;
    }
    let rows = Rows::numbered(1..=40);
    let sandbox = Sandbox::with_rows(&rows);
    let server = first_call_only();
    let first = sandbox.run_call(&server, &ONE).in_own_namespace().start();
    let before = wait_for_temporary_files(&sandbox);

    // The second run has the same output, the same process id, and no call to make.
    let offline = sandbox.run_call(&server, &["--offline"]).in_own_namespace().output().exits(5);
    let after = temporary_files(&sandbox);
    assert!(before.iter().all(|name| after.contains(name)), "{before:?}, {after:?}: {}", offline.stderr);
    server.release();
    first.end().exits(0);
    sandbox.assert_output("the first run", &rows, &[]);
    assert_eq!(temporary_files(&sandbox), [""; 0]);

    // A killed run leaves its file, and the next run removes it although its own id is the same.
    let held = first_call_only();
    sandbox.write("rows.csv", Rows::numbered(41..=80).csv());
    let killed = sandbox.run_call(&held, &ONE).in_own_namespace().start();
    wait_for_temporary_files(&sandbox);
    killed.signal("KILL");
    drop(killed.end());
    assert!(!temporary_files(&sandbox).is_empty());
    let server = FakeModel::start(Script::new()).unwrap();
    sandbox.run_call(&server, &ONE).in_own_namespace().output().exits(0);
    assert_eq!(temporary_files(&sandbox), [""; 0]);
}
