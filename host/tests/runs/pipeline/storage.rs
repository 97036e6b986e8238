//! Full disks and unusable caches: paid answers are not lost.

use rowsmith_fake_model::{FakeModel, Mutation, Script, Then, When};
use rowsmith_test_harness::{Golden, Rows, Sandbox, topic};

#[test]
#[cfg(target_os = "linux")]
fn full_disk_costs_the_export_and_no_answer() {
    let rows = Rows::numbered(1..=20);
    let sandbox = Sandbox::with_rows(&rows);
    let server = FakeModel::start(Script::new()).unwrap();
    let output = sandbox.run(&server, &["-o", "/dev/full"]).exits(8);
    let mut golden = Golden::new("full_disk");
    golden.add("-o /dev/full (exit 8)", &output.messages());
    golden.check();
    sandbox.run(&server, &[]).exits(0);
    assert_eq!(server.requests().len(), 1, "the next run makes no call");
    sandbox.assert_output("the next run", &rows, &[]);
}

#[test]
fn unusable_cache_ends_the_run_before_the_first_call() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=20));
    let server = FakeModel::start(Script::new()).unwrap();
    sandbox.write("file", "not a folder");
    std::fs::create_dir(sandbox.path("garbage")).unwrap();
    sandbox.write("garbage/data.mdb", "this is no store".repeat(1_000));
    for (path, code) in [("file", 3), ("file/below", 9), ("garbage", 9), ("/proc/store", 9)] {
        let ended = sandbox.run(&server, &["--set", &format!("cache.config.path={path}")]);
        assert_eq!(ended.code(), code, "{path}: {}", ended.stderr);
        assert!(ended.stderr.contains(path), "{path}: {}", ended.stderr);
    }
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn answers_that_cannot_be_stored_are_exported() {
    // Twenty answers of 100 kB exceed the maximum size of the cache.
    let rows = Rows::numbered(1..=20);
    let sandbox = Sandbox::with_rows(&rows);
    let long = Then::mutated(Mutation::set("Topic", "tldr", "x".repeat(100_000)));
    let server = FakeModel::start(Script::new().on(When::any(), long)).unwrap();
    let small = [
        "--set",
        "cache.config.max_size_mb=1",
        "--set",
        "cache.config.map_size_mb=1",
        "--set",
        "batch.suspect_equal=0",
    ];
    sandbox.run(&server, &small).exits(9);
    assert_eq!(server.requests().len(), 1);
    let exported = sandbox.read("out.partial.jsonl");
    assert!((1..=20).all(|number| exported.contains(&topic(number))));
    assert!(exported.len() > 2_000_000, "all paid answers are exported");
}
