//! Commands other than `run`.

use super::scene::{Kind, Scene, add};
use rowsmith_test_harness::{Golden, Output};

/// A command, the method in which its plugin misbehaves, and the exit codes of a panic and of a call that never returns.
type Case = (Kind, &'static [&'static str], &'static str, i32, i32);

const CASES: [Case; 7] = [
    (Kind::Scraper, &["list"], "list", 4, 10),
    (Kind::Scraper, &["plan"], "scrape", 4, 10),
    (Kind::Provider, &["check", "--online"], "verify", 4, 7),
    (Kind::Cache, &["cache", "stats"], "stats", 4, 9),
    (Kind::Cache, &["cache", "verify"], "verify", 4, 9),
    (Kind::Cache, &["cache", "verify"], "scan", 4, 9),
    (Kind::Cache, &["cache", "clear", "--yes"], "clear", 4, 9),
];

fn command(kind: Kind, fault: &str, arguments: &[&str]) -> Output {
    let scene = Scene::new(kind);
    scene.set(fault);
    scene.sandbox.call_with(&scene.server, arguments).output()
}

fn run(&(kind, arguments, at, panic_code, block_code): &Case) -> [Output; 2] {
    [("panic", panic_code), ("block", block_code)]
        .map(|(mode, code)| command(kind, &format!("mode = '{mode}'\nat = '{at}'"), arguments).exits(code))
}

#[test]
fn every_command_names_the_plugin_and_ends() {
    // Half of the cases wait for a time limit, so all of them run in parallel.
    let outputs: Vec<[Output; 2]> = std::thread::scope(|scope| {
        let threads: Vec<_> = CASES.iter().map(|case| scope.spawn(|| run(case))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut golden = Golden::new("misbehaving_commands");
    for ((_, arguments, at, ..), [panicked, late]) in CASES.iter().zip(&outputs) {
        let command = arguments.join(" ");
        add(&mut golden, &format!("{command}: panic in {at}"), panicked);
        add(&mut golden, &format!("{command}: no return from {at}"), late);
    }
    golden.check();
}

#[test]
fn scan_without_progress_is_an_error() {
    let scene = Scene::new(Kind::Cache);
    scene.run("").exits(0);
    scene.set("mode = 'circular'");
    let output = scene.sandbox.call_with(&scene.server, ["cache", "stats"]).output().exits(9);
    let mut golden = Golden::new("misbehaving_scan");
    add(&mut golden, "mode = 'circular'", &output);
    golden.check();
}
