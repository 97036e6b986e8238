//! Ctrl-C while a plugin does not let go: the run ends within seconds, although calls have ten minutes.

use crate::scene::{Kind, ROWS, Scene};
use std::time::{Duration, Instant};

/// Five seconds of grace, and a busy machine.
const SOON: Duration = Duration::from_secs(20);

#[track_caller]
fn stop(kind: Kind, fault: &str, said: &str) -> (Scene, String) {
    let scene = Scene::new(kind);
    let mut run = scene.start(fault, &["-vv"]);
    run.wait_for(said);
    let start = Instant::now();
    run.signal("INT");
    let ended = run.end().exits(130);
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
    let (scene, said) = stop(Kind::Cache, "mode = 'block'\nat = 'get_many'", "blocks in");
    assert!(said.contains("interrupted by Ctrl-C"), "{said}");
    scene.goes_on(0);
}

#[test]
fn a_hanging_exporter_does_not_hold_up_the_end() {
    let (scene, said) = stop(Kind::Exporter, "mode = 'block'\nat = 'finish'", "blocks in");
    let late = "the exporter plugin `misbehaving` did not return from `finish` within 5 s\n";
    assert!(said.contains(late), "{said}");
    assert_eq!(scene.sandbox.report()["exit_code"], 130, "the report is written");
    scene.goes_on(ROWS);
}
