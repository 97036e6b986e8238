//! Scrapes the drawing of a roadmap.
//!
//! Properties: every row has the five columns, all of them texts, and a topic.

use crate::folder::Folder;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::{FakeHost, scrape_rows};
use rowsmith_scraper_roadmap::Roadmap;

const COLUMNS: [&str; 5] = ["Category", "Subcategory", "Topic", "Description", "Resources"];

static FOLDER: Folder = Folder::new();

/// Runs the target.
pub(crate) fn run(bytes: &[u8]) {
    FOLDER.write("bread.json", bytes);
    let host = FakeHost::default();
    let config = json!({"roadmap": "bread", "source": "directory", "path": FOLDER.path()});
    let config = serde_json::from_value(config).expect("the config is valid");
    let scraper = Roadmap::new(config, host.host()).expect("the scraper accepts the config");
    if scrape_rows(&scraper, &host).is_err() {
        return;
    }
    for row in host.rows() {
        let columns: Vec<&str> = row.as_object().expect("a row is an object").keys().map(String::as_str).collect();
        assert_eq!(columns, COLUMNS);
        assert!(COLUMNS.iter().all(|column| row[column].is_string()), "{row}");
    }
}
