//! Limits of the process: each ends with a sentence and an exit code, not with a signal or a panic, and stored answers stay.

use rowsmith_fake_model::{FakeModel, Mutation, Script, Then, When};
use rowsmith_test_harness::{Output, Rows, Sandbox, numbers_of, read_jsonl, topic};
use std::collections::BTreeSet;

const ROWS: usize = 160;
const ONE_AT_ONCE: [&str; 2] = ["--set", "providers.gemini.limits.max_concurrency=1"];

/// All rows have the same text.
const UNCHECKED: [&str; 2] = ["--set", "batch.suspect_equal=0"];

#[track_caller]
fn assert_sentence(case: &str, output: &Output) {
    assert!(output.stderr.contains("error: "), "{case}: {}", output.stderr);
    for word in ["panicked", "RUST_BACKTRACE", "memory allocation"] {
        assert!(!output.stderr.contains(word), "{case}: {}", output.stderr);
    }
}

/// A limit above the size of a plugin's library, in units of 512 or 1024 bytes, which depends on the shell.
const FILE_SIZE: &str = "-f 8000";

#[test]
fn a_limit_of_file_sizes_keeps_stored_answers() {
    // Twenty answers of 60 kB in each call exceed the limit after some calls.
    let long = || Script::new().on(When::any(), Then::mutated(Mutation::set("Topic", "tldr", "x".repeat(60_000))));
    for isolation in ["none", "process"] {
        let rows = Rows::numbered(1..=ROWS);
        let sandbox = Sandbox::with_rows(&rows);
        let server = FakeModel::start(long()).unwrap();
        let isolated = format!("cache.isolation={isolation}");
        let call = sandbox
            .run_call(&server, &[&ONE_AT_ONCE[..], &UNCHECKED, &["--set", &isolated]].concat())
            .limited(FILE_SIZE);
        let output = call.output().exits(9);
        assert_sentence(isolation, &output);
        assert!(output.stderr.contains("ulimit -f"), "{}", output.stderr);
        let paid: BTreeSet<usize> = numbers_of(&server.requests()).into_iter().collect();
        assert!(paid.len() > 20 && paid.len() < ROWS, "{isolation}: {} rows were asked", paid.len());

        let next = FakeModel::start(long()).unwrap();
        sandbox.run(&next, &UNCHECKED).exits(0);
        let again = numbers_of(&next.requests()).into_iter().filter(|number| paid.contains(number)).count();
        assert!(again <= 20, "{isolation}: {again} answers were lost, more than those of the last call");
        assert_eq!(read_jsonl(&sandbox.path("out.jsonl")).len(), ROWS);
        sandbox.call_with(&next, ["cache", "verify"]).output().exits(0);
    }
}

#[test]
fn a_limit_of_file_sizes_fails_the_export_only() {
    let sandbox = Sandbox::with_rows(&Rows::default());
    let row = |number: usize| format!("{},{}\n", topic(number), "long ".repeat(20_000));
    let rows: String = std::iter::once("Topic,Description\n".to_owned()).chain((1..=200).map(row)).collect();
    sandbox.write("rows.csv", rows);
    let server = FakeModel::start(Script::new()).unwrap();
    let short = ["--set", "enrich.input=[\"Topic\"]"];
    sandbox.run(&server, &short).exits(0);
    let call = sandbox.run_call(&server, &[&short[..], &["-o", "other.jsonl"]].concat()).limited(FILE_SIZE);
    assert_sentence("export", &call.output().exits(8));
    assert!(!sandbox.has("other.jsonl"));
    let left: Vec<String> = sandbox.names("").into_iter().filter(|name| name.contains("tmp")).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn few_open_files_are_enough_or_reported() {
    let rows = Rows::numbered(1..=60);
    for limit in [64, 32, 24, 16, 12, 10, 8] {
        let sandbox = Sandbox::with_rows(&rows);
        let server = FakeModel::start(Script::new()).unwrap();
        let output = sandbox.run_call(&server, &[]).limited(&format!("-n {limit}")).output();
        let case = format!("{limit} open files");
        match output.code() {
            0 => sandbox.assert_output(&case, &rows, &[]),
            code => {
                assert!(limit < 64 && code < 128 && code != 101, "{case}: {code}: {}", output.stderr);
                assert_sentence(&case, &output);
            }
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn little_address_space_is_enough_or_reported() {
    let rows = Rows::numbered(1..=60);
    for mebibytes in [100, 1_000, 2_000, 2_500, 3_000, 4_000] {
        let sandbox = Sandbox::with_rows(&rows);
        let server = FakeModel::start(Script::new()).unwrap();
        let output = sandbox.run_call(&server, &[]).limited(&format!("-v {}", mebibytes * 1_024)).output();
        let case = format!("{mebibytes} MiB");
        match output.code() {
            0 => sandbox.assert_output(&case, &rows, &[]),
            code => {
                assert!(code < 128 && code != 101, "{case}: {code}: {}", output.stderr);
                assert_sentence(&case, &output);
            }
        }
    }
}
