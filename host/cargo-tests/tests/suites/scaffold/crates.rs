//! One new plugin of each kind, from its first command to its result.

use super::workshop::Workshop;
use rowsmith_fake_model::{FakeModel, Script};
use rowsmith_test_harness::checkout;

/// Maximum lines of Rust in a new crate, tests included.
const MAX_LINES: usize = 60;

#[test]
#[ignore = "runs Cargo"]
fn new_scraper_works() {
    let rows = enriched_by("scraper", "output/rows.csv");
    let lines: Vec<&str> = rows.lines().collect();
    assert_eq!(lines[0], "line,text,short", "{rows}");
    assert!(lines[2].starts_with("2,Measure before you make it faster.,Measure before"), "{rows}");
    assert_eq!(lines.len(), 4, "{rows}");
}

#[test]
#[ignore = "runs Cargo"]
fn new_cache_works() {
    let rows = enriched_by("cache", "output/rows.csv");
    assert!(rows.starts_with("Title,Text,short\nReviews,Small steps are easier to review than large ones.,"), "{rows}");
}

#[test]
#[ignore = "runs Cargo"]
fn new_provider_works() {
    let server = FakeModel::start(Script::new()).unwrap();
    let base_url = format!("--set providers.first-one.config.base_url={}/v1", server.base_url());
    let rows = enriched_with("provider", &base_url, "output/rows.csv");
    assert!(rows.starts_with("Title,Text,short\nReviews,Small steps are easier to review than large ones.,"), "{rows}");
    assert_eq!(rows.lines().count(), 3, "{rows}");
}

#[test]
#[ignore = "runs Cargo"]
fn new_exporter_works() {
    let text = enriched_by("exporter", "output/rows.txt");
    let first = "Title: Reviews\nText: Small steps are easier to review than large ones.\nshort: ";
    assert!(text.starts_with(first), "{text}");
    assert!(text.contains("\n\nTitle: Speed\nText: Measure first.\nshort: "), "{text}");
}

/// Writes, checks, builds and runs a new crate; returns the output of the run.
fn enriched_by(kind: &str, output: &str) -> String {
    enriched_with(kind, "--progress none", output)
}

/// As [`enriched_by`], with further arguments of the run.
fn enriched_with(kind: &str, arguments: &str, output: &str) -> String {
    let workshop = Workshop::new(kind);
    let folder = format!("rowsmith-{kind}-first-one");
    let api = checkout();
    workshop.rowsmith(&format!("plugin new first-one --kind {kind} --api {}", api.display())).exits(0);
    assert_sources(&workshop, &folder);

    workshop.cargo(&folder, ["fmt", "--check"]);
    workshop.cargo(&folder, ["test", "--quiet"]);
    let clippy = ["clippy", "--quiet", "--all-targets", "--", "-D", "warnings", "-W", "clippy::pedantic"];
    workshop.cargo(&folder, clippy);
    workshop.cargo(&folder, ["build", "--quiet"]);

    workshop.place_library(&folder);
    workshop.rowsmith_in(&folder, &format!("run --report report.json {arguments}")).exits(0);
    let rows = &workshop.json(&format!("{folder}/report.json"))["rows"];
    assert_eq!(rows["enriched"], rows["scraped"], "{rows}");
    workshop.read(&format!("{folder}/{output}"))
}

/// Asserts that the Rust of the crate is short and names nothing below the traits.
fn assert_sources(workshop: &Workshop, folder: &str) {
    let mut lines = 0;
    for file in ["src/lib.rs", "tests/plugin.rs"] {
        let text = workshop.read(&format!("{folder}/{file}"));
        lines += text.lines().count();
        for word in text.split(|c: char| !c.is_alphanumeric()) {
            assert!(!["unsafe", "abi", "abi_stable"].contains(&word), "{file} has the word {word}");
        }
    }
    assert!(lines <= MAX_LINES, "{folder} has {lines} lines of Rust");
    let manifest = workshop.read(&format!("{folder}/Cargo.toml"));
    let dependencies = manifest.lines().filter(|line| line.contains(" = {") || line.contains("testkit"));
    assert_eq!(dependencies.count(), 3, "{manifest}");
    assert_eq!(workshop.names(""), [folder], "files beside the crate");
}
