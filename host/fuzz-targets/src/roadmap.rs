//! Scrapes the text of a topic, in Markdown or HTML.
//!
//! Properties: the description is one line with single spaces; each link is a web address and occurs once; the kind of
//! line break has no effect; plain words are kept unchanged.

use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::{FakeHost, scrape_rows};
use rowsmith_scraper_roadmap::Roadmap;
use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::LazyLock;
use tempfile::TempDir;

const DRAWING: &str = r#"{"nodes": [
    {"id": "n1", "type": "topic", "position": {"x": 0, "y": 0}, "data": {"label": "Basics"}}
], "edges": []}"#;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder for the files");
    std::fs::create_dir(folder.path().join("content")).expect("made");
    std::fs::write(folder.path().join("bread.json"), DRAWING).expect("written");
    folder
});
static TEXT: LazyLock<PathBuf> = LazyLock::new(|| FOLDER.path().join("content/basics@n1.md"));

/// Runs the target.
pub(crate) fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (description, links) = read(text);
    let words: Vec<&str> = description.split_whitespace().collect();
    assert_eq!(words.join(" "), description, "one line, single spaces");
    for link in links.split('|').filter(|_| !links.is_empty()) {
        let scheme = link.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
        assert!(matches!(scheme.as_deref(), Some("http" | "https")), "{link}");
        assert!(!link.contains(|c: char| c.is_whitespace() || c.is_control()), "{link}");
    }
    let different: HashSet<&str> = links.split('|').collect();
    assert_eq!(different.len(), links.split('|').count(), "{links}");

    if !text.contains('\r') && text.contains('\n') {
        assert_eq!(read(&text.replace('\n', "\r\n")), (description.clone(), links), "CRLF line breaks");
    }
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b' ') && !text.starts_with(' ')
    {
        assert_eq!(text.split_whitespace().collect::<Vec<_>>(), words, "plain words");
    }
}

fn read(text: &str) -> (String, String) {
    std::fs::write(&*TEXT, text).expect("the file can be written");
    let host = FakeHost::default();
    let config = json!({"roadmap": "bread", "source": "directory", "path": FOLDER.path()});
    let config = serde_json::from_value(config).expect("the config is valid");
    let scraper = Roadmap::new(config, host.host()).expect("the scraper accepts the config");
    scrape_rows(&scraper, &host).expect("any text is accepted");
    let row = host.rows().pop().expect("one topic is one row");
    let cell = |name: &str| row[name].as_str().expect("all cells are texts").to_owned();
    (cell("Description"), cell("Resources"))
}
