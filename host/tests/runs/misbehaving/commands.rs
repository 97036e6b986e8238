//! Other commands than `run`.

use super::scene::{Kind, Scene};
use rowsmith_test_harness::Output;

fn command(kind: Kind, fault: &str, arguments: &[&str]) -> Output {
    let scene = Scene::new(kind);
    scene.set(fault, if fault.contains("'block'") { 2 } else { 600 });
    scene.sandbox.call_with(&scene.server, arguments).output()
}

#[test]
fn every_command_names_the_plugin_and_ends() {
    let cases: [Case; 7] = [
        (Kind::Scraper, &["list"][..], "list", 4, 10),
        (Kind::Scraper, &["plan"], "scrape", 4, 10),
        (Kind::Provider, &["check", "--online"], "verify", 4, 7),
        (Kind::Cache, &["cache", "stats"], "stats", 4, 9),
        (Kind::Cache, &["cache", "verify"], "verify", 4, 9),
        (Kind::Cache, &["cache", "verify"], "scan", 4, 9),
        (Kind::Cache, &["cache", "clear", "--yes"], "clear", 4, 9),
    ];
    // Half of them wait for two seconds, which they can do side by side.
    std::thread::scope(|scope| cases.iter().for_each(|case| drop(scope.spawn(|| check(case)))));
}

/// The command, the method in which its plugin misbehaves, and the exit codes of a panic and of a call without an end.
type Case = (Kind, &'static [&'static str], &'static str, i32, i32);

fn check(&(kind, arguments, at, panic_code, block_code): &Case) {
    let panicked = command(kind, &format!("mode = 'panic'\nat = '{at}'"), arguments).exits(panic_code);
    let sentence = format!("plugin `misbehaving` panicked in `{at}`: asked to panic (at ");
    assert!(panicked.stderr.contains(&sentence), "{arguments:?} {at}: {}", panicked.stderr);

    let late = command(kind, &format!("mode = 'block'\nat = '{at}'"), arguments).exits(block_code);
    let sentence = if at == "scrape" {
        "error: the scraper plugin `misbehaving` sent nothing for 2 s\n".to_owned()
    } else {
        format!("plugin `misbehaving` did not return from `{at}` within 2 s\n")
    };
    assert!(late.stderr.contains(&sentence), "{arguments:?} {at}: {}", late.stderr);
}

#[test]
fn a_scan_that_goes_round_in_circles_is_left() {
    let scene = Scene::new(Kind::Cache);
    scene.run("").exits(0);
    scene.set("mode = 'circular'", 600);
    let ended = scene.sandbox.call_with(&scene.server, ["cache", "stats"]).output().exits(9);
    let sentence = "error: cache plugin `misbehaving`: `scan` does not go on from where it is told to\n";
    assert!(ended.stderr.contains(sentence), "{}", ended.stderr);
}
