//! The bookmark: items of earlier complete runs are not read again.

use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::{FakeHost, block_on, scrape_rows};
use rowsmith_scraper_feed::Feed;

fn feed(ids: &[&str]) -> String {
    let items: Vec<Value> = ids.iter().map(|id| json!({"id": id, "title": id})).collect();
    json!({ "items": items }).to_string()
}

/// Scrapes a feed with these items and ends the run. Returns the ids of the rows.
fn run(folder: &std::path::Path, items: &[&str], only_new: bool, ending: Ending) -> Vec<String> {
    let body = feed(items);
    let host = FakeHost::new(move |_| Ok(HttpResponse::new(200, body.clone()))).with_state_dir(folder);
    let config = json!({"url": "https://feed.test/items.json", "only_new": only_new});
    let scraper = Feed::new(serde_json::from_value(config).unwrap(), host.host()).unwrap();
    scrape_rows(&scraper, &host).unwrap();
    block_on(scraper.finish(ending)).unwrap();
    host.rows().iter().filter_map(|row| row["id"].as_str().map(str::to_owned)).collect()
}

#[test]
fn items_of_complete_runs_are_not_read_again() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &["a", "b"], true, Ending::Incomplete), ["a", "b"]);
    assert_eq!(run(folder.path(), &["a", "b"], true, Ending::Complete), ["a", "b"]);
    assert_eq!(run(folder.path(), &["a", "b", "c"], true, Ending::Complete), ["c"]);
    assert!(run(folder.path(), &["a", "b", "c"], true, Ending::Complete).is_empty());
    assert_eq!(run(folder.path(), &["a", "b", "c"], false, Ending::Complete), ["a", "b", "c"]);
}
