//! Ctrl-C while a plugin hangs: the run ends after the grace period, although calls have a long time limit.

use super::scene::{Kind, ROWS, Scene, add};
use rowsmith_test_harness::{Golden, Output};
use std::time::{Duration, Instant};

/// The grace period (a tenth of 5 s), with much room for a busy machine.
const SOON: Duration = Duration::from_secs(20);

/// Runs with a fault, interrupts the run while the plugin blocks, and checks the exit code.
#[track_caller]
fn interrupted(kind: Kind, fault: &str, code: i32) -> (Scene, Output) {
    let scene = Scene::new(kind);
    let mut run = scene.start(fault, &["-vv"]);
    run.wait_for("blocks in");
    let start = Instant::now();
    run.signal("INT");
    let output = run.end().exits(code);
    assert!(start.elapsed() < SOON, "{fault}: took {:?}", start.elapsed());
    (scene, output)
}

#[test]
fn silent_scraper_does_not_delay_the_end() {
    let scene = Scene::new(Kind::Scraper);
    let mut run = scene.start("mode = 'block'\nat = 'middle'", &["--set", "batch.max_rows=20"]);
    assert!(scene.server.wait_for_requests(1, SOON));
    let start = Instant::now();
    run.signal("INT");
    run.wait_for("stopping");
    run.end().exits(130);
    assert!(start.elapsed() < SOON);
    assert_eq!(scene.exported("out.partial.jsonl"), 20, "finished rows are exported");
    scene.continues(20);
}

#[test]
fn hung_cache_does_not_delay_the_end() {
    let (scene, output) = interrupted(Kind::Cache, "mode = 'block'\nat = 'get_many'", 130);
    let mut golden = Golden::new("misbehaving_signal_cache");
    add(&mut golden, "interrupted in get_many", &output);
    golden.check();
    scene.continues(0);
}

#[test]
fn second_signal_ends_a_run_whose_provider_hangs() {
    let scene = Scene::new(Kind::Provider);
    let mut run = scene.start("mode = 'block'\nat = 'complete'", &["-vv"]);
    run.wait_for("blocks in");
    let start = Instant::now();
    run.signal("INT");
    run.wait_for("stopping");
    run.signal("INT");
    // The exit code differs from 70: no plugin ended the process.
    run.end().exits(130);
    assert!(start.elapsed() < SOON);
    scene.continues(0);
}

#[test]
fn hung_exporter_does_not_delay_the_end() {
    // All rows are answered, so the rest of the run is a failed export.
    let (scene, output) = interrupted(Kind::Exporter, "mode = 'block'\nat = 'finish'", 8);
    let mut golden = Golden::new("misbehaving_signal_exporter");
    add(&mut golden, "interrupted in finish", &output);
    golden.check();
    assert_eq!(scene.sandbox.report()["exit_code"], 8, "the report is written");
    scene.continues(ROWS);
}
