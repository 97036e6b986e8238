//! Recording and replay of other commands.

use super::scraper::{Site, sandbox as site_sandbox};
use rowsmith_fake_model::{FakeModel, Script};
use rowsmith_test_harness::{Output, Rows, Sandbox};
use std::net::TcpListener;

fn call(sandbox: &Sandbox, server: &FakeModel, arguments: &[&str]) -> Output {
    sandbox.call_with(server, arguments).output()
}

#[test]
fn a_list_is_recorded_and_replayed() {
    let site = Site::start();
    let sandbox = site_sandbox(&site.url);
    let server = FakeModel::start(Script::new()).unwrap();
    let list = |arguments: &[&str]| sandbox.call_with(&server, [&["list"], arguments].concat()).output();
    let recorded = list(&["--record", "rec"]).exits(0);
    assert_eq!(recorded.stdout, "bread  Bread\n");
    assert!(recorded.stderr.contains("recorded 2 exchanges in rec"), "{}", recorded.stderr);
    let dead = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let replayed = list(&["--replay", "rec"]).exits(0);
    assert_eq!((replayed.stdout, replayed.stderr.as_str()), (recorded.stdout, ""));
    let elsewhere = format!("scraper.config.base_url=http://{dead}");
    let missing = list(&["--replay", "rec", "--set", &elsewhere]).exits(10);
    assert!(missing.stderr.contains("is not recorded in rec"), "{}", missing.stderr);
}

#[test]
fn the_check_of_a_key_is_recorded_and_replayed() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=3));
    let server = FakeModel::start(Script::new()).unwrap();
    let recorded = call(&sandbox, &server, &["check", "--online", "--record", "rec"]).exits(0);
    let url = server.base_url();
    drop(server);
    let idle = FakeModel::start(Script::new()).unwrap();
    let check = sandbox.call_with(&idle, ["check", "--online", "--replay", "rec"]);
    let replayed = check.env("MODEL_URL", &url).env_remove("GEMINI_API_KEY").output().exits(0);
    let model = |ended: &Output| ended.stdout.lines().find(|line| line.contains("gemini-test")).map(str::to_owned);
    assert!(model(&recorded).is_some(), "{}", recorded.stdout);
    assert_eq!(model(&replayed), model(&recorded));
    assert!(recorded.stderr.contains("recorded 1 exchange in rec"), "{}", recorded.stderr);
}
