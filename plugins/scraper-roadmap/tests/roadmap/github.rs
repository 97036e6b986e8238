//! `source = "github"`.

use super::{BASICS, RYE, drawing, rows, scrape, scraper};
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::{FakeHost, block_on};

const FILES: &str = "http://raw/src/data/roadmaps";
const LISTINGS: &str = "http://listing/contents/src/data/roadmaps";

pub(crate) fn config() -> Value {
    json!({"roadmap": "bread", "base_url": "http://raw/", "listing_url": "http://listing/contents", "cache": false})
}

fn file(name: &str) -> Value {
    json!({"name": name, "type": "file", "size": 1})
}

fn json_body(value: &Value) -> HttpResponse {
    HttpResponse::new(200, value.to_string())
}

/// The responses of the repository. The file of "Rye Flour" has the name from before the topic was renamed.
pub(crate) fn answer(request: &HttpRequest) -> HttpResponse {
    let url = request.url.as_str();
    if let Some(path) = url.strip_prefix(FILES) {
        return match path {
            "/bread/bread.json" => json_body(&drawing()),
            "/bread/content/basics@n1.md" => HttpResponse::new(200, BASICS),
            "/bread/content/dark-%231@n3.md" => HttpResponse::new(200, RYE),
            _ => HttpResponse::new(404, "404: Not Found"),
        };
    }
    match url.strip_prefix(LISTINGS) {
        Some("/bread/content") => json_body(&json!([file("basics@n1.md"), file("dark-#1@n3.md"), file("index.md")])),
        Some("") => json_body(&json!([{"name": "bread", "type": "dir"}, file("x.md"), {"name": "ale", "type": "dir"}])),
        _ => HttpResponse::new(404, "{}"),
    }
}

pub(crate) fn repository() -> FakeHost {
    FakeHost::new(|request| Ok(answer(request)))
}

#[test]
fn rows_come_from_raw_files() {
    let host = repository();
    assert_eq!(scrape(config(), &host).expect("scraped"), rows());
    assert_eq!(host.requests().len(), 4, "drawing, listing, and the two existing texts");
    assert!(host.requests().iter().all(|request| request.retries > 0));
}

#[test]
fn a_second_run_fetches_only_changes() {
    let folder = tempfile::tempdir().expect("a folder");
    let host = FakeHost::new(|request| {
        if request.headers.contains_key("if-none-match") {
            return Ok(HttpResponse::new(304, ""));
        }
        Ok(answer(request).with_header("etag", format!("\"{}\"", request.url.len())))
    })
    .with_state_dir(folder.path());
    let mut config = config();
    config["cache"] = json!(true);
    assert_eq!(scrape(config.clone(), &host).expect("scraped"), rows());
    assert_eq!(scrape(config, &host).expect("scraped again"), [rows(), rows()].concat());
    let conditional = |request: &HttpRequest| request.headers.contains_key("if-none-match");
    assert_eq!(host.requests().iter().filter(|request| conditional(request)).count(), 4);
}

#[test]
fn only_listings_get_the_token() {
    let mut config = config();
    config["token"] = json!("t0ken");
    let host = repository();
    scrape(config, &host).expect("scraped");
    for request in host.requests() {
        let sent = request.headers.get("authorization").is_some_and(|value| value == "Bearer t0ken");
        assert_eq!(sent, request.url.starts_with("http://listing"), "{}", request.url);
    }
}

#[test]
fn a_truncated_listing_falls_back_to_expected_names() {
    let host = FakeHost::new(|request| {
        if request.url.ends_with("/bread/content") {
            let files: Vec<Value> = (0..1_000).map(|n| file(&format!("other@x{n}.md"))).collect();
            return Ok(json_body(&json!(files)));
        }
        Ok(answer(request))
    });
    let scraped = scrape(config(), &host).expect("scraped");
    assert_eq!(scraped[0], rows()[0]);
    assert_eq!(scraped[2]["Description"], "", "a renamed file is not found");
}

#[test]
fn failures_have_hints() {
    let refuse = |ending: &'static str, status: u16, remaining: &'static str| {
        FakeHost::new(move |request| {
            if !request.url.ends_with(ending) {
                return Ok(answer(request));
            }
            Ok(HttpResponse::new(status, "<html>").with_header("x-ratelimit-remaining", remaining))
        })
    };
    let cases = [
        ("no drawing", refuse("bread.json", 404, "9"), ErrorKind::NotFound, "api"),
        ("no JSON", refuse("bread.json", 200, "9"), ErrorKind::InvalidData, ""),
        ("no quota", refuse("content", 403, "0"), ErrorKind::QuotaExhausted, "token"),
        ("no list", refuse("content", 200, "9"), ErrorKind::InvalidData, ""),
        ("a text not fetched", refuse("n3.md", 503, "9"), ErrorKind::Retryable, ""),
    ];
    for (name, host, kind, hint) in cases {
        let error = scrape(config(), &host).expect_err(name);
        assert_eq!(error.kind, kind, "{name}: {error}");
        assert!(error.hint.unwrap_or_default().contains(hint), "{name}");
        assert!(error.message.contains("http://"), "{name}: {}", error.message);
    }
}

#[test]
fn a_roadmap_without_texts_has_empty_descriptions() {
    let host = FakeHost::new(|request| {
        Ok(if request.url.contains("content/") { HttpResponse::new(404, "") } else { answer(request) })
    });
    let scraped = scrape(config(), &host).expect("scraped");
    assert_eq!(scraped.iter().filter(|row| row["Description"] == "" && row["Resources"] == "").count(), 3);
}

#[test]
fn list_returns_the_folders() {
    let host = repository();
    let listings = block_on(scraper(config(), &host).expect("made").list()).expect("listed");
    let names: Vec<&str> = listings.iter().map(|listing| listing.name.as_str()).collect();
    assert_eq!(names, ["ale", "bread"]);
}
