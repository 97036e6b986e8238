//! Recording and replay of other commands.

use super::scraper::{Site, sandbox as site_sandbox};
use rowsmith_fake_model::{FakeModel, Script};
use rowsmith_test_harness::{Golden, Output, Rows, Sandbox};
use std::net::TcpListener;

#[test]
fn list_is_recorded_and_replayed() {
    let site = Site::start();
    let sandbox = site_sandbox(&site.url);
    let server = FakeModel::start(Script::new()).unwrap();
    let list = |arguments: &[&str]| sandbox.call_with(&server, [&["list"], arguments].concat()).output();
    let recorded = list(&["--record", "rec"]).exits(0);
    assert_eq!(recorded.stdout, "bread  Bread\n");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let replayed = list(&["--replay", "rec"]).exits(0);
    assert_eq!((replayed.stdout, replayed.stderr.as_str()), (recorded.stdout, ""));
    let elsewhere = format!("scraper.config.base_url=http://{closed}");
    let missing = list(&["--replay", "rec", "--set", &elsewhere]).exits(10);
    let mut golden = Golden::new("replay_list");
    golden.add("rowsmith list --record rec", &recorded.stderr);
    golden.add("another address", &missing.messages());
    golden.check();
}

#[test]
fn online_check_is_recorded_and_replayed() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=3));
    let server = FakeModel::start(Script::new()).unwrap();
    let recorded = sandbox.call_with(&server, ["check", "--online", "--record", "rec"]).output().exits(0);
    let url = server.base_url();
    drop(server);
    let idle = FakeModel::start(Script::new()).unwrap();
    let check = sandbox.call_with(&idle, ["check", "--online", "--replay", "rec"]);
    let replayed = check.env("MODEL_URL", &url).env_remove("GEMINI_API_KEY").output().exits(0);
    let model = |output: &Output| output.stdout.lines().find(|line| line.contains("gemini-test")).map(str::to_owned);
    assert!(model(&recorded).is_some(), "{}", recorded.stdout);
    assert_eq!(model(&replayed), model(&recorded));
}
