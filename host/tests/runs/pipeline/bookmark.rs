//! Scrapers that bring only new rows: their state counts only after a complete run.

use rowsmith_fake_model::{FakeModel, Script, Then, When};
use rowsmith_test_harness::config::ENRICH;
use rowsmith_test_harness::{Output, Sandbox, read_jsonl};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

/// A feed over HTTP whose items a test changes.
struct FeedServer {
    url: String,
    ids: Arc<Mutex<Vec<u32>>>,
}

impl FeedServer {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/items.json", listener.local_addr().unwrap());
        let ids = Arc::new(Mutex::new(Vec::new()));
        let served = Arc::clone(&ids);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).unwrap();
                let item = |id: &u32| serde_json::json!({"id": id.to_string(), "title": format!("Topic {id:04}")});
                let items: Vec<_> = served.lock().unwrap().iter().map(item).collect();
                let body = serde_json::json!({ "items": items }).to_string();
                let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
                stream.write_all((head + &body).as_bytes()).unwrap();
            }
        });
        Self { url, ids }
    }

    fn set(&self, ids: impl IntoIterator<Item = u32>) {
        *self.ids.lock().unwrap() = ids.into_iter().collect();
    }
}

struct Scene {
    sandbox: Sandbox,
    feed: FeedServer,
    model: FakeModel,
}

impl Scene {
    fn new() -> Self {
        let feed = FeedServer::start();
        let sandbox = Sandbox::new();
        let (_, rest) = ENRICH.split_once("[cache]").unwrap();
        let rest = rest.replace(r#"["Topic", "Description"]"#, r#"["title"]"#);
        let scraper =
            format!("[scraper]\nplugin = \"feed\"\n[scraper.config]\nurl = \"{}\"\nonly_new = true\n", feed.url);
        let config = format!("{scraper}\n[cache]{rest}");
        sandbox.write("rowsmith.toml", config);
        let refused = Then::blocked_prompt();
        let model = FakeModel::start(Script::new().on(When::row_contains("Topic 0666"), refused)).unwrap();
        Self { sandbox, feed, model }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.sandbox.run(&self.model, arguments)
    }

    fn scraped(&self) -> u64 {
        self.sandbox.report()["rows"]["scraped"].as_u64().unwrap()
    }
}

#[test]
fn only_a_complete_run_moves_the_bookmark() {
    let scene = Scene::new();
    scene.feed.set(1..=3);
    scene.sandbox.call_with(&scene.model, ["plan", "--no-prompt"]).output().exits(0);
    scene.run(&["--limit", "2"]).exits(0);
    assert_eq!(scene.scraped(), 2);
    scene.run(&[]).exits(0);
    assert_eq!(scene.scraped(), 3, "no earlier command was a complete run");
    scene.feed.set(1..=5);
    scene.run(&["-o", "second.jsonl"]).exits(0);
    assert_eq!(scene.scraped(), 2, "items 4 and 5");
    assert_eq!(read_jsonl(&scene.sandbox.path("second.jsonl")).len(), 2);
    scene.feed.set([5, 666, 7]);
    for _ in 0..2 {
        scene.run(&["-o", "third.jsonl"]).exits(5);
        assert_eq!(scene.scraped(), 2, "the failed item comes again, with its neighbour");
    }
}

#[test]
fn a_run_without_new_rows_keeps_the_earlier_output() {
    let scene = Scene::new();
    scene.feed.set(1..=3);
    scene.run(&[]).exits(0);
    let before = scene.sandbox.read("out.jsonl");
    scene.run(&[]).exits(10);
    assert_eq!(scene.sandbox.read("out.jsonl"), before);
    scene.run(&["--set", "run.allow_empty=true"]).exits(0);
    assert_eq!(scene.sandbox.read("out.jsonl"), "");
    scene.run(&[]).exits(0);
}

#[test]
fn progress_of_plugins_is_shown() {
    let scene = Scene::new();
    scene.feed.set(1..=3);
    let arguments = ["run", "--progress", "json"];
    let output = scene.sandbox.call_with(&scene.model, arguments).output().exits(0);
    let last = output.stderr.lines().rfind(|line| line.starts_with('{')).unwrap();
    let progress: serde_json::Value = serde_json::from_str(last).unwrap();
    assert_eq!(progress["plugins"], serde_json::json!(["scraper-feed: items 3 of 3"]));
}
