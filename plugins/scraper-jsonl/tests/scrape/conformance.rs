//! The conformance suite for scrapers.

use rowsmith_plugin_api::prelude::json;

/// Rows for several chunks.
fn rows() -> Vec<String> {
    let row = |number| json!({"name": format!("row {number}"), "number": number, "tags": ["a", {"b": null}]});
    (0..2_000).map(|number| row(number).to_string()).collect()
}

#[test]
fn it_conforms_with_lines() {
    rowsmith_plugin_testkit::assert_conforms!(rowsmith_scraper_jsonl, json!({"path": "{dir}/rows.jsonl"}), |suite| {
        suite.prepare(|folder| std::fs::write(folder.join("rows.jsonl"), rows().join("\n")))
    });
}

#[test]
fn it_conforms_with_an_array() {
    let config = json!({"path": "{dir}/rows.json", "pointer": "/data"});
    rowsmith_plugin_testkit::assert_conforms!(rowsmith_scraper_jsonl, config, |suite| {
        suite
            .prepare(|folder| std::fs::write(folder.join("rows.json"), format!("{{\"data\": [{}]}}", rows().join(","))))
    });
}
