use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::{FakeHost, assert_conforms, scrape_rows};
use {{ident}} as plugin;

#[test]
fn conforms() {
    assert_conforms!(plugin, json!({ "path": "lines.txt" }));
}

#[test]
fn a_line_is_a_row() {
    let host = FakeHost::default();
    let config = serde_json::from_value(json!({ "path": "lines.txt" })).unwrap();
    scrape_rows(&plugin::Lines::new(config, host.host()).unwrap(), &host).unwrap();
    assert_eq!(host.rows()[1]["line"], 2);
    assert_eq!(host.rows()[1]["text"], "Measure before you make it faster.");
}
