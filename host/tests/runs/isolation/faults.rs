//! Plugins that end their own process: the errors, and the rows that they cost.

use super::{CACHE, EXPORTER, PROVIDER, SCRAPER, isolated};
use rowsmith_fake_model::{FakeModel, Script};
use rowsmith_test_harness::{Golden, Output, Rows, Sandbox, read_jsonl};

/// Returns the shared config with the misbehaving plugin in one table, isolated, with these settings.
pub(crate) fn misbehaving(table: &str, settings: &str) -> String {
    let config = isolated(&[table]);
    let (before, after) = config.split_once(table).unwrap();
    // The table ends at the next table that is not its config.
    let end = after.match_indices("\n\n").next().map_or(after.len(), |(at, _)| at);
    let under = table.trim_matches(['[', ']']);
    let rest = after.get(end..).unwrap_or_default();
    format!("{before}{table}\nplugin = \"misbehaving\"\nisolation = \"process\"\n[{under}.config]\n{settings}\n{rest}")
}

fn run(sandbox: &Sandbox, table: &str, settings: &str) -> Output {
    sandbox.write("rowsmith.toml", misbehaving(table, settings));
    let server = FakeModel::start(Script::new()).unwrap();
    let one_attempt = ["--set", "providers.gemini.retry.max_attempts=1"];
    sandbox.run(&server, &[&one_attempt[..], &["--set", "providers.gemini.limits.max_concurrency=1"]].concat())
}

#[test]
fn row_that_ends_the_process_of_a_provider_fails_alone() {
    let mut golden = Golden::new("isolation_row_faults");
    for fault in ["exit", "abort", "exit_on_thread"] {
        let rows = Rows::numbered(1..=60);
        let sandbox = Sandbox::with_rows(&rows);
        let settings = format!("mode = \"{fault}\"\nat = \"complete\"\ntext = \"Topic 0027\"");
        run(&sandbox, PROVIDER, &settings).exits(5);
        sandbox.assert_output(fault, &rows, &[27]);
        let report = sandbox.report();
        let failure = &report["failures"][0];
        assert_eq!((&failure["row"], &failure["reason"]), (&27.into(), &"service".into()), "{failure}");
        golden.add(fault, failure["message"].as_str().unwrap());
    }
    golden.check();
}

#[test]
fn provider_that_always_ends_its_process_stops_the_run() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=100));
    let output = run(&sandbox, PROVIDER, "mode = \"exit\"\nat = \"complete\"\ntext = \"Topic\"").exits(7);
    let mut golden = Golden::new("isolation_provider_always");
    golden.add("exit in every call (exit 7)", &output.messages());
    golden.check();
}

#[test]
fn cache_that_always_ends_its_process_stops_the_run_and_answers_are_exported() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=60));
    let output = run(&sandbox, CACHE, "mode = \"abort\"\nat = \"put_many\"").exits(9);
    let mut golden = Golden::new("isolation_cache_always");
    golden.add("abort in put_many (exit 9)", &output.messages());
    golden.check();
    assert_eq!(read_jsonl(&sandbox.path("out.partial.jsonl")).len(), 20, "paid answers are kept");
}

#[test]
fn plugin_that_ends_its_process_during_creation_is_named() {
    let mut golden = Golden::new("isolation_creation");
    for (table, kind, code) in
        [(SCRAPER, "scraper", 10), (CACHE, "cache", 9), (PROVIDER, "provider", 7), (EXPORTER, "exporter", 8)]
    {
        let sandbox = Sandbox::with_rows(&Rows::numbered(1..=1));
        let output = run(&sandbox, table, "mode = \"exit\"\nat = \"new\"").exits(code);
        golden.add(&format!("{kind} (exit {code})"), &output.messages());
    }
    golden.check();
}

#[test]
fn text_printed_by_a_plugin_is_logged() {
    let rows = Rows::numbered(1..=20);
    let sandbox = Sandbox::with_rows(&rows);
    let output = run(&sandbox, PROVIDER, "mode = \"print\"\nat = \"complete\"\ntext = \"Topic\"").exits(0);
    let logged = |line: &str| line.contains("Topic") && line.contains("plugin=\"provider-misbehaving\"");
    assert!(output.stderr.lines().any(logged), "{}", output.stderr);
    assert_eq!(output.stdout, "");
    sandbox.assert_output("printing", &rows, &[]);
}
