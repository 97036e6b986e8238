//! `rowsmith list`: what there is to scrape.

use rowsmith_test_harness::{Sandbox, config};
use std::path::Path;

#[test]
fn a_scraper_names_what_it_offers_when_it_can() {
    let sandbox = Sandbox::new();
    sandbox.write("csv.toml", config::offline());
    sandbox.write("rows.csv", config::rows(1));
    let said = sandbox.rowsmith("list csv.toml").exits(2);
    assert_eq!(said.stderr, "error: the scraper `csv` cannot tell what there is to scrape\n");

    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let call = sandbox.call(["list", "config/quickstart.toml"]).current_dir(&project);
    let said = call.output().exits(0);
    assert!(said.stdout.lines().any(|line| line.starts_with("amateur-astronomy")), "{}", said.stdout);
    let call = sandbox.call(["list", "config/quickstart.toml", "--format", "json"]).current_dir(&project);
    let list = call.output().exits(0).json();
    assert_eq!(list[0]["name"], "amateur-astronomy", "{list}");
}
