//! Ctrl-C while a plugin does not let go: the run ends within seconds, although calls have ten minutes.

use super::scene::{Kind, ROWS, Scene};
use std::time::{Duration, Instant};

/// Five seconds of grace, and a busy machine.
const SOON: Duration = Duration::from_secs(20);

#[track_caller]
fn stop(kind: Kind, fault: &str, code: i32) -> (Scene, String) {
    let scene = Scene::new(kind);
    let mut run = scene.start(fault, &["-vv"]);
    run.wait_for("blocks in");
    let start = Instant::now();
    run.signal("INT");
    let ended = run.end().exits(code);
    assert!(start.elapsed() < SOON, "{fault}: took {:?}", start.elapsed());
    (scene, ended.stderr)
}

#[test]
fn a_silent_scraper_does_not_hold_up_the_end() {
    let scene = Scene::new(Kind::Scraper);
    let mut run = scene.start("mode = 'block'\nat = 'middle'", &["--set", "batch.max_rows=20"]);
    assert!(scene.server.wait_for_requests(1, SOON));
    let start = Instant::now();
    run.signal("INT");
    run.wait_for("stopping: ");
    run.end().exits(130);
    assert!(start.elapsed() < SOON);
    assert_eq!(scene.exported("out.partial.jsonl"), 20, "what is finished is exported");
    scene.goes_on(20);
}

#[test]
fn a_hanging_cache_does_not_hold_up_the_end() {
    let (scene, said) = stop(Kind::Cache, "mode = 'block'\nat = 'get_many'", 130);
    assert!(said.contains("interrupted by Ctrl-C"), "{said}");
    scene.goes_on(0);
}

#[test]
fn a_second_signal_ends_a_run_whose_provider_hangs() {
    let scene = Scene::new(Kind::Provider);
    let mut run = scene.start("mode = 'block'\nat = 'complete'", &["-vv"]);
    run.wait_for("blocks in");
    let start = Instant::now();
    run.signal("INT");
    run.wait_for("stopping: answers under way are waited for");
    run.signal("INT");
    let ended = run.end().exits(130);
    assert!(!ended.stderr.contains("ended the process"), "the host did it itself: {}", ended.stderr);
    assert!(start.elapsed() < SOON);
    scene.goes_on(0);
}

#[test]
fn a_hanging_exporter_does_not_hold_up_the_end() {
    // All rows are done by then, so what is left of the run is a failed export.
    let (scene, said) = stop(Kind::Exporter, "mode = 'block'\nat = 'finish'", 8);
    let late = "the exporter plugin `misbehaving` did not return from `finish` within 5 s\n";
    assert!(said.contains(late), "{said}");
    assert_eq!(scene.sandbox.report()["exit_code"], 8, "the report is written");
    scene.goes_on(ROWS);
}
