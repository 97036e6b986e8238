//! Requests of a scraper are recorded and replayed like those of a provider.

use super::recordings::{files, replay};
use rowsmith_fake_model::{FakeModel, Script};
use rowsmith_test_harness::config::ENRICH;
use rowsmith_test_harness::{Rows, Sandbox};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// A site with the roadmap `bread`. Its files have tags, so that a scraper with copies sends conditional requests.
pub(crate) struct Site {
    pub(crate) url: String,
}

impl Site {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        thread::spawn(move || {
            for stream in listener.incoming() {
                answer(&stream.unwrap());
            }
        });
        Self { url }
    }
}

fn answer(mut stream: &TcpStream) {
    let lines: Vec<String> = BufReader::new(stream).lines().map(Result::unwrap).take_while(|l| !l.is_empty()).collect();
    let unchanged = lines.iter().any(|line| line.to_ascii_lowercase().starts_with("if-none-match"));
    let path = lines[0].split(' ').nth(1).unwrap();
    let (status, body) = match page(path) {
        Some(_) if unchanged => (304, String::new()),
        Some(page) => (200, page.to_string()),
        None => (404, "{}".to_owned()),
    };
    let length = body.len();
    let head = format!("HTTP/1.1 {status} x\r\netag: \"1\"\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all((head + &body).as_bytes()).unwrap();
}

fn page(path: &str) -> Option<Value> {
    let node = |id: &str, y: i32, label: &str| json!({"id": id, "type": "topic", "position": {"x": 0, "y": y}, "data": {"label": label}});
    match path {
        "/api/v1-official-roadmap/bread" => {
            Some(json!({"nodes": [node("n1", 1, "Basics"), node("n2", 2, "Flour")], "edges": []}))
        }
        "/api/v1-official-roadmap-topic/bread/n1" => {
            Some(json!({"description": "Bread is flour and water.", "resources": []}))
        }
        "/api/v1-list-official-roadmaps" => Some(json!([{"slug": "bread", "title": {"card": "Bread"}}])),
        _ => None,
    }
}

pub(crate) fn sandbox(site: &str) -> Sandbox {
    let sandbox = Sandbox::with_rows(&Rows::default());
    let scraper = format!(
        "[scraper]\nplugin = \"roadmap\"\n[scraper.config]\nroadmap = \"bread\"\nsource = \"api\"\nbase_url = \"{site}\"\n"
    );
    let rest = ENRICH.split_once("[cache]").unwrap().1;
    sandbox.write("rowsmith.toml", format!("{scraper}[cache]{rest}"));
    sandbox
}

#[test]
fn site_and_model_are_replayed_together() {
    let site = Site::start();
    let sandbox = sandbox(&site.url);
    let server = FakeModel::start(Script::new()).unwrap();
    // A run without recording stores copies, which recording and replay must not use.
    sandbox.run(&server, &[]).exits(0);
    sandbox.run(&server, &["--refresh", "--record", "rec"]).exits(0);
    let names: Vec<String> = files(&sandbox).iter().map(|path| path.display().to_string()).collect();
    assert_eq!(names.iter().filter(|name| name.ends_with("-scraper-roadmap.json")).count(), 3, "{names:?}");
    assert_eq!(names.iter().filter(|name| name.ends_with("-provider-gemini.json")).count(), 1, "{names:?}");
    let exported = sandbox.read("out.jsonl");
    assert_eq!(exported.lines().count(), 2);
    fs::remove_dir_all(sandbox.path(".rowsmith")).unwrap();
    replay(&sandbox, &server.base_url(), &[]).exits(0);
    assert_eq!(sandbox.read("out.jsonl"), exported);

    let another = ["--set", "scraper.config.roadmap=ale"];
    let output = replay(&sandbox, &server.base_url(), &another).exits(10);
    let url = format!("GET {}/api/v1-official-roadmap/ale", site.url);
    assert!(output.stderr.contains(&url), "{}", output.stderr);
}
