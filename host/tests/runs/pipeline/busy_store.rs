//! A store whose lock of writers another process holds: commands name the process in time, and obey Ctrl-C.

use heed::{Env, EnvOpenOptions, WithoutTls};
use rowsmith_fake_model::{FakeModel, Script, Then, When};
use rowsmith_test_harness::{Rows, Sandbox};
use std::time::{Duration, Instant};

const WAIT: Duration = Duration::from_secs(30);
/// A lock counts as held for long after one second, so that these tests take few seconds.
const SHORT: [&str; 2] = ["--set", "cache.config.lock_wait_secs=1"];

/// Opens the store of a sandbox in this process.
#[expect(unsafe_code, reason = "mapping a store is unsafe; the sandbox is the test's own")]
fn store(sandbox: &Sandbox) -> Env<WithoutTls> {
    let mut options = EnvOpenOptions::new().read_txn_without_tls();
    // SAFETY: only LMDB changes the files of this folder.
    unsafe { options.max_dbs(16).open(sandbox.path("cache")) }.unwrap()
}

fn with_answers() -> Sandbox {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=20));
    sandbox.run(&FakeModel::start(Script::new()).unwrap(), &[]).exits(0);
    sandbox
}

#[test]
fn commands_name_the_process_that_writes() {
    let sandbox = with_answers();
    let server = FakeModel::start(Script::new()).unwrap();
    let own = format!("process {}", std::process::id());
    let env = store(&sandbox);
    let writer = env.write_txn().unwrap();
    for command in [["cache", "stats"], ["cache", "verify"]] {
        sandbox.call_with(&server, [&command[..], &SHORT].concat()).output().exits(0);
    }
    let start = Instant::now();
    let cleared = sandbox.call_with(&server, [&["cache", "clear", "--yes"][..], &SHORT].concat()).output().exits(9);
    assert!(cleared.stderr.contains(&own), "{}", cleared.stderr);
    assert!(start.elapsed() < WAIT, "{:?}", start.elapsed());
    drop(writer);
    drop(env);
    let stats = sandbox.call_with(&server, ["cache", "stats", "--format", "json"]).output().exits(0).json();
    assert_eq!(stats["entries"], 20, "nothing was removed later");
}

#[test]
fn an_interrupt_ends_the_wait_for_a_lock() {
    let sandbox = with_answers();
    sandbox.write("rows.csv", Rows::numbered(1..=60).csv());
    let server = FakeModel::start(Script::new().on(When::any(), Then::answer())).unwrap();
    let env = store(&sandbox);
    let writer = env.write_txn().unwrap();
    let mut run = sandbox.start(&server, &SHORT);
    run.wait_for(&format!("process {}", std::process::id()));
    let start = Instant::now();
    run.signal("INT");
    run.end().exits(130);
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    drop(writer);
    drop(env);
    sandbox.run(&server, &[]).exits(0);
}
