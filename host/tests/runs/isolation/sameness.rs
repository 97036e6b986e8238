//! Isolated plugins have the same results as plugins in the process of the program.

use super::{ALL, CACHE, EXPORTER, PROVIDER, SCRAPER, isolated};
use rowsmith_fake_model::{FakeModel, Script, Then, When};
use rowsmith_test_harness::{Golden, Rows, Sandbox};
use std::time::Duration;

#[test]
fn isolated_plugins_write_the_same_bytes() {
    let rows = Rows::numbered(1..=90);
    let server = FakeModel::start(Script::new()).unwrap();
    let plain = Sandbox::with_rows(&rows);
    plain.run(&server, &[]).exits(0);
    let wanted = plain.read("out.jsonl");
    for tables in [&[SCRAPER, EXPORTER][..], &[CACHE, PROVIDER], &ALL] {
        let sandbox = Sandbox::with_rows(&rows);
        sandbox.write("rowsmith.toml", isolated(tables));
        let ended = sandbox.run(&server, &[]).exits(0);
        assert_eq!(sandbox.read("out.jsonl"), wanted, "{tables:?}");
        assert_eq!(sandbox.report()["rows"]["enriched"], 90, "{tables:?}");
        assert!(!ended.stderr.contains("warning") && !ended.stderr.contains("WARN"), "{tables:?}: {}", ended.stderr);
        if tables.contains(&CACHE) {
            let asked = server.requests().len();
            sandbox.run(&server, &[]).exits(0);
            assert_eq!(server.requests().len(), asked, "{tables:?}: the cache stores all answers");
            assert_eq!(sandbox.read("out.jsonl"), wanted, "{tables:?}: from the cache");
        }
    }
}

#[test]
fn isolated_plugins_use_the_standard_streams() {
    let rows = Rows::numbered(1..=30);
    let server = FakeModel::start(Script::new()).unwrap();
    let plain = Sandbox::with_rows(&rows);
    plain.run(&server, &[]).exits(0);
    let sandbox = Sandbox::with_rows(&rows);
    let piped =
        isolated(&ALL).replace("path = \"rows.csv\"", "path = \"-\"").replace("path = \"out.jsonl\"", "path = \"-\"");
    sandbox.write("rowsmith.toml", &piped);
    let output = sandbox.run_call(&server, &[]).input(&rows.csv()).output().exits(0);
    assert_eq!(output.stdout, plain.read("out.jsonl"));
}

#[test]
fn check_and_verbose_run_name_isolated_plugins() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=1));
    sandbox.write("rowsmith.toml", isolated(&[CACHE]));
    let server = FakeModel::start(Script::new()).unwrap();
    let check = sandbox.call_with(&server, ["check"]).output().exits(0);
    let mut golden = Golden::new("isolation_check");
    golden.add("rowsmith check", &check.stdout);
    golden.check();
    let run = sandbox.run(&server, &["-v"]).exits(0);
    assert!(run.stderr.contains("plugin=\"cache-lmdb\""), "{}", run.stderr);
}

#[test]
fn refused_config_of_an_isolated_plugin_is_reported_with_its_line() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=1));
    let server = FakeModel::start(Script::new()).unwrap();
    let run = |config: &str| {
        sandbox.write("rowsmith.toml", config);
        sandbox.run(&server, &[])
    };
    let wrong = "base_url = \"no address\"";
    let plain = run(&rowsmith_test_harness::config::ENRICH.replace("base_url = \"${MODEL_URL}\"", wrong)).exits(3);
    let apart = run(&isolated(&ALL).replace("base_url = \"${MODEL_URL}\"", wrong)).exits(3);
    let first = |text: &str| text.lines().next().unwrap_or_default().to_owned();
    assert!(first(&plain.stderr).contains("provider plugin `gemini`"), "{}", plain.stderr);
    assert_eq!(first(&apart.stderr), first(&plain.stderr));
}

#[test]
fn arguments_and_errors_of_isolated_plugins_contain_no_key() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=1));
    sandbox.write("rowsmith.toml", isolated(&[PROVIDER]));
    let server = FakeModel::start(Script::new().on(When::any(), Then::answer().hold())).unwrap();
    let run = sandbox.start(&server, &[]);
    assert!(server.wait_for_requests(1, Duration::from_secs(30)));
    let child = super::children::one(&run, "provider");
    let arguments = std::fs::read_to_string(format!("/proc/{child}/cmdline")).unwrap();
    assert_eq!(arguments.split('\0').skip(1).collect::<Vec<_>>(), ["__plugin", "provider", "gemini", ""]);
    server.release();
    let ended = run.end().exits(0);
    assert!(!ended.stderr.contains(rowsmith_test_harness::config::GEMINI_KEY));
}
