use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::assert_conforms;

fn feed() -> HttpResponse {
    let item = |id: &str| json!({"id": id, "title": "Smoke", "content_text": "It smells of smoke."});
    HttpResponse::new(
        200,
        json!({"version": "https://jsonfeed.org/version/1.1", "items": [item("1"), item("2")]}).to_string(),
    )
}

#[test]
fn conforms() {
    let config = json!({"url": "https://feed.test/items.json"});
    assert_conforms!(rowsmith_scraper_feed, config, |suite| suite.http(|_| Ok(feed())));
}
