//! Plugins that end the process, or print to its standard output.

use super::scene::{Kind, ROWS, Scene, add, case, check};
use rowsmith_test_harness::{Golden, topic};

#[test]
fn exit_of_a_plugin_is_an_error() {
    let in_scraper = [
        case("mode = 'exit'\nat = 'new'", 70, 0),
        case("mode = 'exit'\nat = 'scrape'", 70, 0),
        case("mode = 'exit_on_thread'\nat = 'scrape'", 70, 0),
    ];
    check("misbehaving_exit_scraper", Kind::Scraper, &in_scraper);
    check("misbehaving_exit_provider", Kind::Provider, &[case("mode = 'exit'\nat = 'drop'", 70, ROWS)]);
    check("misbehaving_exit_cache", Kind::Cache, &[case("mode = 'exit'\nat = 'get_many'", 70, 0)]);
    check("misbehaving_exit_exporter", Kind::Exporter, &[case("mode = 'exit'\nat = 'finish'", 70, ROWS)]);
}

#[test]
fn exit_during_a_call_keeps_stored_answers() {
    let mut golden = Golden::new("misbehaving_exit_call");
    for (mode, code) in [("exit", 70), ("abort", 134)] {
        let scene = Scene::new(Kind::Provider);
        let fault = format!("mode = '{mode}'\nat = 'complete'\ntext = '{}'", topic(27));
        // One call at a time, so that the first is stored before the second ends the process.
        let one = ["--set", "providers.chosen.limits.max_concurrency=1"];
        let output = scene.start(&fault, &one).end().exits(code);
        add(&mut golden, &fault, &output);
        assert!(!scene.sandbox.has("out.jsonl"), "{mode}: no partial output under the final name");
        scene.continues(20);
    }
    golden.check();
}

#[test]
fn text_printed_by_a_plugin_does_not_reach_outputs() {
    let scene = Scene::new(Kind::Scraper);
    let output = scene.run("mode = 'print'\nat = 'middle'\ntext = 'look at me'").exits(0);
    assert_eq!(output.stdout, "look at me\n");
    assert_eq!(scene.exported("out.jsonl"), ROWS);
    scene.continues(ROWS);
}
