//! `rowsmith list`: what a scraper offers.

use rowsmith_test_harness::{Golden, Sandbox, checkout, config};

#[test]
fn scraper_lists_its_offers_if_it_can() {
    let sandbox = Sandbox::new();
    sandbox.write("csv.toml", config::offline());
    sandbox.write("rows.csv", config::rows(1));
    let mut golden = Golden::new("list");
    golden.record(&sandbox.rowsmith("list csv.toml").exits(2));
    let list = |more: &[&str]| {
        let call = sandbox.call(["list", "config/quickstart.toml"].iter().chain(more)).current_dir(checkout());
        call.output().exits(0)
    };
    golden.record(&list(&[]));
    golden.check();
    let json = list(&["--format", "json"]).json();
    assert_eq!(json[0]["name"], "amateur-astronomy", "{json}");
}
