//! Plugins that end the process, or write where they should not.

use super::scene::{Case, Kind, ROWS, Scene, check};
use rowsmith_test_harness::topic;

fn exits(at: &'static str, says: &'static str, kept: usize) -> Case {
    Case { fault: at, code: 70, says, kept }
}

#[test]
fn exit_is_no_success() {
    let inside = "error: the scraper plugin `misbehaving` ended the process: `exit` was called inside `scrape`\n\
                  hint: answers that were stored are safe; run again to go on, or set `isolation = \"process\"`";
    check(
        Kind::Scraper,
        &[
            exits(
                "mode = 'exit'\nat = 'new'",
                "the scraper plugin `misbehaving` ended the process: `exit` was called inside `new`",
                0,
            ),
            exits("mode = 'exit'\nat = 'scrape'", inside, 0),
            exits("mode = 'exit_on_thread'\nat = 'scrape'", "error: a plugin ended the process: ", 0),
        ],
    );
    let at_the_end = "the provider plugin `misbehaving` ended the process: `exit` was called inside `drop`";
    check(Kind::Provider, &[exits("mode = 'exit'\nat = 'drop'", at_the_end, ROWS)]);
    check(
        Kind::Cache,
        &[exits("mode = 'exit'\nat = 'get_many'", "the cache plugin `misbehaving` ended the process", 0)],
    );
    check(
        Kind::Exporter,
        &[exits("mode = 'exit'\nat = 'finish'", "the exporter plugin `misbehaving` ended the process", ROWS)],
    );
}

#[test]
fn an_exit_in_the_middle_keeps_what_was_answered() {
    for (mode, code) in [("exit", 70), ("abort", 134)] {
        let scene = Scene::new(Kind::Provider);
        let fault = format!("mode = '{mode}'\nat = 'complete'\ntext = '{}'", topic(27));
        // One call after the other, so that the first is stored when the second ends everything.
        let one = ["--set", "providers.chosen.limits.max_concurrency=1"];
        let ended = scene.start(&fault, &one).end().exits(code);
        if mode == "exit" {
            let sentence = "the provider plugin `misbehaving` ended the process: `exit` was called inside `complete`\n";
            assert!(ended.stderr.contains(sentence), "{}", ended.stderr);
        }
        assert!(!scene.sandbox.has("out.jsonl"), "{mode}: no half output under the final name");
        scene.goes_on(20);
    }
}

#[test]
fn what_a_plugin_prints_does_no_harm_to_files() {
    let scene = Scene::new(Kind::Scraper);
    let ended = scene.run("mode = 'print'\nat = 'middle'\ntext = 'look at me'").exits(0);
    assert_eq!(ended.stdout, "look at me\n");
    assert_eq!(scene.exported("out.jsonl"), ROWS);
    scene.goes_on(ROWS);
}
