//! `rowsmith list`: what there is to scrape.

use super::config_text;
use super::sandbox::Sandbox;
use std::path::Path;

#[test]
fn a_scraper_names_what_it_offers_when_it_can() {
    let sandbox = Sandbox::new();
    sandbox.write("csv.toml", config_text::offline());
    sandbox.write("rows.csv", config_text::rows(1));
    let said = sandbox.run("list csv.toml").expect(2);
    assert_eq!(said.err, "error: the scraper `csv` cannot tell what there is to scrape\n");

    let project = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let call = sandbox.call(["list", "config/quickstart.toml"]).folder(&project);
    let said = call.end().expect(0);
    assert!(said.out.lines().any(|line| line.starts_with("amateur-astronomy")), "{}", said.out);
    let call = sandbox.call(["list", "config/quickstart.toml", "--format", "json"]).folder(&project);
    let list = call.end().expect(0).json();
    assert_eq!(list[0]["name"], "amateur-astronomy", "{list}");
}
