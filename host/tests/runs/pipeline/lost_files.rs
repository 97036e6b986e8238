//! Stores and output folders that other programs delete, move or replace during a run. The run notices it, and does not
//! report that answers are stored.

use rowsmith_fake_model::{FakeModel, Script, Then, When};
use rowsmith_test_harness::{Rows, Sandbox};
use std::fs;
use std::time::{Duration, Instant};

const WAIT: Duration = Duration::from_secs(30);
const OUTPUT: &str = "output/rows.jsonl";
const ONE_AT_ONCE: [&str; 2] = ["--set", "providers.gemini.limits.max_concurrency=1"];

/// Waits until the exporter has begun: a folder that vanishes before is created anew.
#[expect(clippy::disallowed_methods, reason = "the program writes the file at a time of its own")]
fn wait_for_temporary_file(sandbox: &Sandbox) {
    let start = Instant::now();
    while !sandbox.has("output") || sandbox.names("output").is_empty() {
        assert!(start.elapsed() < WAIT);
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Changes files while the run waits for its second answer; returns the exit code and the messages.
fn changed_during_a_run(arguments: &[&str], change: fn(&Sandbox)) -> (Sandbox, i32, String) {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=60));
    let server = FakeModel::start(Script::new().on(When::nth(1), Then::answer().hold())).unwrap();
    let run = sandbox.start(&server, &[&ONE_AT_ONCE[..], arguments].concat());
    assert!(server.wait_for_requests(2, WAIT));
    if arguments.contains(&OUTPUT) {
        wait_for_temporary_file(&sandbox);
    }
    change(&sandbox);
    server.release();
    let output = run.end();
    (sandbox, output.code(), output.stderr)
}

/// A change of files, with its name.
type Change = (&'static str, fn(&Sandbox));

#[test]
fn lost_stores_end_the_run() {
    let changes: [Change; 6] = [
        ("data deleted", |sandbox| fs::remove_file(sandbox.path("cache/data.mdb")).unwrap()),
        ("lock deleted", |sandbox| fs::remove_file(sandbox.path("cache/lock.mdb")).unwrap()),
        ("data replaced", |sandbox| {
            fs::copy(sandbox.path("cache/data.mdb"), sandbox.path("copy")).unwrap();
            fs::rename(sandbox.path("copy"), sandbox.path("cache/data.mdb")).unwrap();
        }),
        ("folder deleted", |sandbox| fs::remove_dir_all(sandbox.path("cache")).unwrap()),
        ("folder moved", |sandbox| fs::rename(sandbox.path("cache"), sandbox.path("moved")).unwrap()),
        ("folder replaced", |sandbox| {
            fs::rename(sandbox.path("cache"), sandbox.path("moved")).unwrap();
            fs::create_dir(sandbox.path("cache")).unwrap();
        }),
    ];
    for isolation in ["none", "process"] {
        for (case, change) in changes {
            let (_, code, text) = changed_during_a_run(&["--set", &format!("cache.isolation={isolation}")], change);
            assert_eq!(code, 9, "{case}, {isolation}: {text}");
            assert!(text.contains("changed by another program"), "{case}: {text}");
            assert!(!text.contains("safe") && !text.contains("answers are cached"), "{case}: {text}");
        }
    }
}

#[test]
fn lost_output_folders_fail_the_export() {
    let changes: [Change; 2] = [
        ("folder deleted", |sandbox| fs::remove_dir_all(sandbox.path("output")).unwrap()),
        ("folder moved", |sandbox| fs::rename(sandbox.path("output"), sandbox.path("moved")).unwrap()),
    ];
    for (case, change) in changes {
        let (sandbox, code, text) = changed_during_a_run(&["-o", OUTPUT], change);
        assert_eq!(code, 8, "{case}: {text}");
        assert!(!sandbox.has("moved/rows.jsonl"), "{case}: no output elsewhere");
        assert!(text.contains("output"), "{case}: {text}");
        // The answers are stored, so the next run asks nothing.
        let server = FakeModel::start(Script::new()).unwrap();
        sandbox.run(&server, &["-o", OUTPUT]).exits(0);
        assert_eq!(server.requests().len(), 0, "{case}");
    }
}

/// A folder with the same name, to which the output must not be moved silently: its temporary file is elsewhere.
#[test]
fn replaced_output_folders_fail_the_export() {
    let (sandbox, code, text) = changed_during_a_run(&["-o", OUTPUT], |sandbox| {
        fs::rename(sandbox.path("output"), sandbox.path("moved")).unwrap();
        fs::create_dir(sandbox.path("output")).unwrap();
    });
    assert_eq!(code, 8, "{text}");
    assert!(!sandbox.has("output/rows.jsonl") && !sandbox.has("moved/rows.jsonl"));
}
