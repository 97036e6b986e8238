//! What the host relies on in any scraper.

use rowsmith_plugin_api::prelude::json;

/// Rows for several chunks.
fn rows() -> String {
    let line = |number| json!({"name": format!("row {number}"), "number": number, "tags": ["a", {"b": null}]});
    (0..2_000).map(|number| line(number).to_string() + "\n").collect()
}

#[test]
fn it_conforms() {
    rowsmith_plugin_testkit::assert_conforms!(rowsmith_scraper_jsonl, json!({"path": "{dir}/rows.jsonl"}), |suite| {
        suite.prepare(|folder| std::fs::write(folder.join("rows.jsonl"), rows()))
    });
}

#[test]
fn it_conforms_with_an_array_as_well() {
    let array = || rows().trim_end().replace('\n', ",");
    let config = json!({"path": "{dir}/rows.json", "pointer": "/data"});
    rowsmith_plugin_testkit::assert_conforms!(rowsmith_scraper_jsonl, config, |suite| {
        suite.prepare(move |folder| std::fs::write(folder.join("rows.json"), format!("{{\"data\": [{}]}}", array())))
    });
}
