//! The conformance suite for scrapers.

use rowsmith_plugin_api::prelude::json;
use std::fmt::Write as _;

/// Rows for several chunks.
fn rows() -> String {
    let mut text = "name,number,note\n".to_owned();
    for number in 0..2_000 {
        writeln!(text, "row {number},{number},\"two\nlines\"").expect("writing to a string");
    }
    text
}

#[test]
fn it_conforms() {
    rowsmith_plugin_testkit::assert_conforms!(rowsmith_scraper_csv, json!({"path": "{dir}/rows.csv"}), |suite| {
        suite.prepare(|folder| std::fs::write(folder.join("rows.csv"), rows()))
    });
}
