//! One plugin of each kind, from the first command to its result.

use super::workshop::Workshop;
use std::fs;

/// Lines of Rust in a new crate, tests included: a first plugin must look as small as it is.
const MAX_LINES: usize = 60;

#[test]
fn a_new_scraper_works() {
    let rows = works("scraper", "output/rows.csv");
    let lines: Vec<&str> = rows.lines().collect();
    assert_eq!(lines[0], "line,text,short", "{rows}");
    assert!(lines[2].starts_with("2,Measure before you make it faster.,Measure before"), "{rows}");
    assert_eq!(lines.len(), 4, "{rows}");
}

#[test]
fn a_new_cache_works() {
    let rows = works("cache", "output/rows.csv");
    assert!(rows.starts_with("Title,Text,short\nReviews,Small steps are easier to review than large ones.,"), "{rows}");
}

#[test]
fn a_new_provider_works() {
    let expected = "Title,Text,short\n\
        Reviews,Small steps are easier to review than large ones.,Small steps are easier\n\
        Speed,Measure first.,Measure first.\n";
    assert_eq!(works("provider", "output/rows.csv"), expected);
}

#[test]
fn a_new_exporter_works() {
    let text = works("exporter", "output/rows.txt");
    assert!(
        text.starts_with("Title: Reviews\nText: Small steps are easier to review than large ones.\nshort: "),
        "{text}"
    );
    assert!(text.contains("\n\nTitle: Speed\nText: Measure first.\nshort: "), "{text}");
}

/// Takes a new crate through all that its user can do with it, and returns what a run with it writes.
fn works(kind: &str, output: &str) -> String {
    let workshop = Workshop::new(kind);
    let folder = format!("rowsmith-{kind}-first-one");
    let said = workshop.rowsmith(&format!("plugin new first-one --kind {kind}")).expect(0);
    assert_eq!(said.out, "");
    let last = format!(
        "uses rowsmith-plugin-api from CHECKOUT/plugin-api, which belongs to this program\n\
         next:\n  cd {folder}\n  cargo test\n  cargo build\n  PROGRAM run\n"
    );
    assert!(said.err.starts_with(&format!("wrote {folder}/Cargo.toml\n")), "{}", said.err);
    assert!(said.err.ends_with(&last), "{}", said.err);
    reads_well(&workshop, &folder);

    workshop.cargo(&folder, ["fmt", "--check"]).expect(0);
    let tests = workshop.cargo(&folder, ["test", "--quiet"]).expect(0);
    assert!(tests.out.contains("test result: ok. 1 passed") || tests.out.contains("ok. 2 passed"), "{}", tests.out);
    let clippy = ["clippy", "--quiet", "--all-targets", "--", "-D", "warnings", "-W", "clippy::pedantic"];
    assert_eq!(workshop.cargo(&folder, clippy).expect(0).err, "");
    assert_eq!(workshop.cargo(&folder, ["build", "--quiet"]).expect(0).err, "");

    workshop.place_library(&folder);
    let run = workshop.rowsmith_in(&folder, "run").expect(0);
    assert!(run.err.contains("Success rate    100.0 %\n"), "{}", run.err);
    workshop.read(&format!("{folder}/{output}"))
}

/// The crate's Rust is short, and shows nothing of what is below the traits.
fn reads_well(workshop: &Workshop, folder: &str) {
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
    let dependencies: Vec<&str> =
        manifest.lines().filter(|line| line.contains(" = {") || line.contains("testkit")).collect();
    assert_eq!(dependencies.len(), 3, "{manifest}");
    assert_eq!(fs::read_dir(workshop.path("")).unwrap().count(), 1, "nothing is written beside the crate");
}
