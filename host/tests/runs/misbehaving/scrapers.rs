//! Scrapers.

use super::scene::{Kind, ROWS, Scene, add, case, check};
use rowsmith_test_harness::Golden;
use rowsmith_test_harness::config::GEMINI_KEY;

#[test]
fn faults_end_the_source_and_keep_its_rows() {
    let cases = [
        case("mode = 'panic'\nat = 'new'", 4, 0),
        case("mode = 'panic'\nat = 'scrape'", 4, 0),
        case("mode = 'panic'\nat = 'middle'", 4, 20),
        case("mode = 'panic_payload'\nat = 'middle'", 4, 20),
        case("mode = 'panic'\nat = 'drop'", 0, 40),
        case("mode = 'error'\nat = 'middle'\ntext = 'no more'", 10, 20),
        case("mode = 'foreign_error'\nat = 'middle'\ntext = 'no such device'", 10, 20),
        case("mode = 'long_error'\nat = 'middle'", 10, 20),
        case("mode = 'cancelled'\nat = 'middle'", 10, 20),
    ];
    check("misbehaving_scraper", Kind::Scraper, &cases);
}

#[test]
fn silence_ends_the_source() {
    let cases = [
        case("mode = 'block'\nat = 'new'", 10, 0),
        case("mode = 'block'\nat = 'scrape'", 10, 0),
        case("mode = 'block'\nat = 'middle'", 10, 20),
        case("mode = 'pend'\nat = 'middle'", 10, 20),
        case("mode = 'pend_then_panic'\nat = 'middle'", 10, 20),
        case("mode = 'block'\nat = 'drop'", 0, 40),
    ];
    check("misbehaving_scraper_silence", Kind::Scraper, &cases);
}

#[test]
fn invalid_rows_are_refused() {
    let cases = [
        case("mode = 'giant'\nnumber = 1000001", 10, 0),
        case("mode = 'giant_unnoticed'\nnumber = 1000001", 10, 0),
        case("mode = 'two_columns'", 10, 0),
    ];
    check("misbehaving_scraper_rows", Kind::Scraper, &cases);
}

#[test]
fn endless_rows_are_read_up_to_the_limit() {
    for mode in ["endless", "deaf"] {
        let scene = Scene::new(Kind::Scraper);
        scene.start(&format!("mode = '{mode}'"), &["--limit", "40"]).end().exits(0);
        assert_eq!(scene.exported("out.jsonl"), ROWS, "{mode}");
        scene.continues(ROWS);
    }
}

#[test]
fn threads_that_outlive_the_scrape_change_nothing() {
    let scene = Scene::new(Kind::Scraper);
    let output = scene.run("mode = 'noisy_thread'").exits(0);
    assert!(output.stderr.contains("still here"), "the thread logs: {}", output.stderr);
    scene.continues(ROWS);

    // Rows during the end of the scrape may still be in time; later ones are not.
    let scene = Scene::new(Kind::Scraper);
    scene.start("mode = 'late_rows'", &["--limit", "40"]).end().exits(0);
    assert_eq!(scene.exported("out.jsonl"), ROWS);
    scene.continues(ROWS);
}

#[test]
fn errors_contain_no_secrets_and_no_escapes() {
    let scene = Scene::new(Kind::Scraper);
    let text = format!("{GEMINI_KEY} \\u001b[2J is\\nerror: wrong");
    let output = scene.run(&format!("mode = 'error'\nat = 'middle'\ntext = \"{text}\"")).exits(10);
    assert!(!output.stderr.contains(GEMINI_KEY) && !output.stderr.contains('\u{1b}'), "{}", output.stderr);
    assert!(!scene.sandbox.read("report.json").contains(GEMINI_KEY));
    let mut golden = Golden::new("misbehaving_escapes");
    add(&mut golden, "an error with a key and escapes", &output);
    golden.check();
    scene.continues(20);
}
