//! The scraper from config to rows, with a fake host.

mod api;
mod conformance;
mod directory;
mod github;

use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::{FakeHost, scrape_rows};
use rowsmith_scraper_roadmap::Roadmap;

/// A drawing of four topics: two with texts, one without, one without a label.
fn drawing() -> Value {
    let node = |id: &str, kind: &str, y: i32, label: &str| {
        json!({
            "id": id, "type": kind, "position": {"x": 0, "y": y}, "data": {"label": label},
        })
    };
    json!({
        "nodes": [
            node("n0", "title", 0, "Bread"),
            node("n3", "subtopic", 30, "Rye Flour"),
            node("n1", "topic", 10, "Basics"),
            node("n2", "topic", 20, "Flour"),
            node("n4", "topic", 40, ""),
        ],
        "edges": [{"source": "n1", "target": "n2"}, {"source": "n2", "target": "n3"}],
    })
}

const BASICS: &str =
    "# Basics\n\nBread is flour and water.\n\nLearn more from the following links:\n\n- [@article@D](http://x/dough)\n";
const RYE: &str = "# Rye\n\nRye is [dark](http://x/dark).\n";

/// The rows of that drawing.
fn rows() -> Vec<Value> {
    let row = |category: &str, subcategory: &str, topic: &str, description: &str, resources: &str| {
        json!({
            "Category": category, "Subcategory": subcategory, "Topic": topic,
            "Description": description, "Resources": resources,
        })
    };
    vec![
        row("Bread", "", "Basics", "Bread is flour and water.", "http://x/dough"),
        row("Basics", "", "Flour", "", ""),
        row("Basics", "Flour", "Rye Flour", "Rye is dark.", "http://x/dark"),
    ]
}

fn scraper(config: Value, host: &FakeHost) -> Result<Roadmap> {
    let config = serde_json::from_value(config).expect("the config has the right shape");
    Roadmap::new(config, host.host())
}

fn scrape(config: Value, host: &FakeHost) -> Result<Vec<Value>> {
    scrape_rows(&scraper(config, host)?, host)?;
    Ok(host.rows())
}

#[test]
fn columns_are_in_order() {
    let host = github::repository();
    let chunks = scrape_rows(&scraper(github::config(), &host).expect("made"), &host).expect("scraped");
    assert_eq!(chunks[0].columns().to_vec(), ["Category", "Subcategory", "Topic", "Description", "Resources"]);
}

#[test]
fn a_stopped_run_ends_the_scrape() {
    let host = github::repository();
    let scraper = scraper(github::config(), &host).expect("made");
    host.cancel();
    assert_eq!(scrape_rows(&scraper, &host).expect_err("stopped").kind, ErrorKind::Cancelled);
}
