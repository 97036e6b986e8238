//! Scrapers.

use super::scene::{Case, Kind, ROWS, Scene, check};
use rowsmith_test_harness::config::GEMINI_KEY;

const fn case(fault: &'static str, code: i32, says: &'static str, kept: usize) -> Case {
    Case { fault, code, says, kept }
}

#[test]
fn faults_end_the_source_and_keep_its_rows() {
    let panicked =
        "error: the source ended early: the scraper plugin `misbehaving` panicked in `scrape`: asked to panic (at ";
    let cases = [
        case("mode = 'panic'\nat = 'new'", 4, "error: scraper plugin `misbehaving`: panicked: asked to panic (at ", 0),
        case("mode = 'panic'\nat = 'scrape'", 4, panicked, 0),
        case("mode = 'panic'\nat = 'middle'", 4, panicked, 20),
        case("mode = 'panic_payload'\nat = 'middle'", 4, "panicked in `scrape`: a panic without a message (at ", 20),
        case("mode = 'panic'\nat = 'drop'", 0, "", 40),
        case("mode = 'error'\nat = 'middle'\ntext = 'no more'", 10, "error: the source ended early: no more\n", 20),
        case("mode = 'long_error'\nat = 'middle'", 10, "error: the source ended early: long long ", 20),
        case(
            "mode = 'cancelled'\nat = 'middle'",
            10,
            "error: the source ended early: the plugin gave up by itself\n",
            20,
        ),
    ];
    check(Kind::Scraper, &cases);
}

#[test]
fn silence_ends_the_source() {
    let silent = "error: the source ended early: the scraper plugin `misbehaving` sent nothing for 2 s\n";
    let cases = [
        case(
            "mode = 'block'\nat = 'new'",
            10,
            "error: scraper plugin `misbehaving`: did not return from `new` within 2 s\n",
            0,
        ),
        case("mode = 'block'\nat = 'scrape'", 10, silent, 0),
        case("mode = 'block'\nat = 'middle'", 10, silent, 20),
        case("mode = 'pend'\nat = 'middle'", 10, silent, 20),
        case("mode = 'pend_then_panic'\nat = 'middle'", 10, silent, 20),
        case("mode = 'block'\nat = 'drop'", 0, "", 40),
    ];
    check(Kind::Scraper, &cases);
}

#[test]
fn rows_that_cannot_be_meant_are_refused_and_told_of() {
    let refused = "the scraper sent 1000001 rows, where 1000000 is the most, at once\n";
    let cases = [
        case("mode = 'giant'\nnumber = 1000001", 10, refused, 0),
        case("mode = 'giant_unnoticed'\nnumber = 1000001", 10, refused, 0),
        case("mode = 'two_columns'", 10, "the scraper sent rows with two columns `Topic`\n", 0),
    ];
    check(Kind::Scraper, &cases);
}

#[test]
fn rows_without_an_end_are_taken_as_far_as_they_are_wanted() {
    for mode in ["endless", "deaf"] {
        let scene = Scene::new(Kind::Scraper);
        scene.start(&format!("mode = '{mode}'"), &["--limit", "40"]).end().exits(0);
        assert_eq!(scene.exported("out.jsonl"), ROWS, "{mode}");
        scene.goes_on(ROWS);
    }
}

#[test]
fn threads_that_outlive_the_scrape_change_nothing() {
    let scene = Scene::new(Kind::Scraper);
    let ended = scene.run("mode = 'noisy_thread'").exits(0);
    assert!(ended.stderr.contains("still here"), "it did log: {}", ended.stderr);
    scene.goes_on(ROWS);

    // Rows that come while the end is being told of may still be in time; those after it are not.
    let scene = Scene::new(Kind::Scraper);
    scene.start("mode = 'late_rows'", &["--limit", "40"]).end().exits(0);
    assert_eq!(scene.exported("out.jsonl"), ROWS);
    scene.goes_on(ROWS);
}

#[test]
fn errors_are_shown_without_secrets_and_without_escapes() {
    let scene = Scene::new(Kind::Scraper);
    let text = format!("{GEMINI_KEY} \\u001b[2J is\\nerror: wrong");
    let ended = scene.run(&format!("mode = 'error'\nat = 'middle'\ntext = \"{text}\"")).exits(10);
    let shown = "error: the source ended early: [secret] \\u{1b}[2J is error: wrong\n";
    assert!(ended.stderr.contains(shown), "{}", ended.stderr);
    assert!(ended.stderr.contains("hint: [secret] \\u{1b}[2J is error: wrong\n"), "{}", ended.stderr);
    assert!(!scene.sandbox.read("report.json").contains(GEMINI_KEY));
    scene.goes_on(20);
}
