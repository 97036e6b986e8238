//! `source = "api"`.

use super::{drawing, rows, scrape, scraper};
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::{FakeHost, block_on};

fn config() -> Value {
    json!({"roadmap": "bread", "source": "api", "base_url": "http://site", "cache": false})
}

fn site(request: &HttpRequest) -> HttpResponse {
    let answer = match request.url.strip_prefix("http://site/api/").unwrap_or_default() {
        "v1-official-roadmap/bread" => {
            let mut roadmap = drawing();
            roadmap["title"] = json!({"card": "Bread", "page": "The Bread Roadmap"});
            roadmap
        }
        "v1-official-roadmap-topic/bread/n1" => json!({
            "description": "# Basics\n\nBread is flour and water.",
            "resources": [{"type": "article", "title": "Dough", "url": "http://x/dough"}, {"type": "video"}],
        }),
        "v1-official-roadmap-topic/bread/n2" => Value::Null,
        "v1-official-roadmap-topic/bread/n3" => json!({
            "description": "<h1>Rye</h1><p>Rye is <a href=\"http://x/dark\">dark</a>.</p>",
            "resources": [{"type": "article", "title": "Dark", "url": "http://x/dark"}],
        }),
        "v1-list-official-roadmaps" => json!([{"slug": "bread", "title": {"card": "Bread"}}, {"title": "no name"}]),
        "v1-list-official-beginner-roadmaps" => {
            json!([{"slug": "ale", "title": "Ale"}, {"slug": "bread", "title": "?"}])
        }
        _ => return HttpResponse::new(404, "{}"),
    };
    HttpResponse::new(200, answer.to_string())
}

#[test]
fn rows_equal_those_of_the_repository() {
    let host = FakeHost::new(|request| Ok(site(request)));
    assert_eq!(scrape(config(), &host).expect("scraped"), rows());
}

#[test]
fn ids_that_are_paths_stay_below_the_address_of_the_texts() {
    let ids = ["..", ".", "../../secret", "/etc/passwd", "a?b#c", "%2e%2e"];
    let nodes: Vec<Value> = ids.iter().map(|id| json!({"id": id, "type": "topic", "data": {"label": "A"}})).collect();
    let drawing = json!({"nodes": nodes}).to_string();
    let host = FakeHost::new(move |request| {
        let is_drawing = request.url.ends_with("/v1-official-roadmap/bread");
        Ok(if is_drawing { HttpResponse::new(200, drawing.clone()) } else { HttpResponse::new(404, "") })
    });
    scrape(config(), &host).expect("scraped");
    for request in host.requests().iter().skip(1) {
        let segment = request.url.strip_prefix("http://site/api/v1-official-roadmap-topic/bread/").expect("a text");
        assert!(!segment.contains(['/', '?', '#']) && !matches!(segment, "." | ".."), "{segment}");
    }
}

#[test]
fn the_site_lists_its_roadmaps() {
    let host = FakeHost::new(|request| Ok(site(request)));
    let listings = block_on(scraper(config(), &host).expect("made").list()).expect("listed");
    let listing = |name: &str, about: &str| Listing { name: name.to_owned(), about: about.to_owned() };
    assert_eq!(listings, [listing("ale", "Ale"), listing("bread", "Bread")]);
}

#[test]
fn failures_have_different_kinds() {
    let host = FakeHost::new(|_| Ok(HttpResponse::new(404, "")));
    let made = scraper(config(), &host).expect("made");
    assert_eq!(block_on(made.list()).expect_err("no listing").kind, ErrorKind::Unsupported);
    let missing = scrape(config(), &host).expect_err("no roadmap");
    assert_eq!(missing.kind, ErrorKind::NotFound);
    assert!(missing.message.contains("`bread`"), "{missing}");
    let page = FakeHost::new(|request| {
        Ok(if request.url.contains("-topic/") { HttpResponse::new(200, "<html>") } else { site(request) })
    });
    assert_eq!(scrape(config(), &page).expect_err("a page").kind, ErrorKind::InvalidData);
}
