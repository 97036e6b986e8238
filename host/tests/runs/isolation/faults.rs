//! Plugins that end their own process: what the user reads, and what the run is spared.

use super::{CACHE, EXPORTER, PROVIDER, SCRAPER, isolated};
use rowsmith_fake_model::{FakeModel, Script};
use rowsmith_test_harness::{Output, Rows, Sandbox, read_jsonl};

/// The config with the misbehaving plugin in one table, isolated, with these settings.
pub(crate) fn misbehaving(table: &str, settings: &str) -> String {
    let config = isolated(&[table]);
    let (before, after) = config.split_once(table).unwrap();
    // The table's own lines, up to the next table that is not its config.
    let end = after.match_indices("\n\n").next().map_or(after.len(), |(at, _)| at);
    let under = table.trim_matches(['[', ']']);
    let rest = after.get(end..).unwrap_or_default();
    format!("{before}{table}\nplugin = \"misbehaving\"\nisolation = \"process\"\n[{under}.config]\n{settings}\n{rest}")
}

fn run(sandbox: &Sandbox, table: &str, settings: &str) -> Output {
    sandbox.write("rowsmith.toml", &misbehaving(table, settings));
    let server = FakeModel::start(Script::new()).unwrap();
    let one_try = ["--set", "providers.gemini.retry.max_attempts=1"];
    sandbox.run(&server, &[&one_try[..], &["--set", "providers.gemini.limits.max_concurrency=1"]].concat())
}

#[test]
fn a_row_on_which_a_provider_ends_its_process_costs_itself_only() {
    for (fault, how) in [
        ("exit", "ended with exit code 0 in the middle of a call"),
        ("abort", "was killed by signal 6 (SIGABRT) in the middle of a call"),
        ("exit_on_thread", "ended with exit code 0 in the middle of a call"),
    ] {
        let rows = Rows::numbered(1..=60);
        let sandbox = Sandbox::with_rows(&rows);
        let settings = format!("mode = \"{fault}\"\nat = \"complete\"\ntext = \"Topic 0027\"");
        run(&sandbox, PROVIDER, &settings).exits(5);
        sandbox.assert_output(fault, &rows, &[27]);
        let failure = sandbox.report()["failures"].to_string();
        assert!(failure.contains(&format!("the process of provider plugin `misbehaving` {how}")), "{failure}");
    }
}

#[test]
fn a_provider_that_always_ends_its_process_stops_the_run() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=100));
    let ended = run(&sandbox, PROVIDER, "mode = \"exit\"\nat = \"complete\"\ntext = \"Topic\"").exits(7);
    assert!(ended.stderr.contains("the process of provider plugin `misbehaving` "), "{}", ended.stderr);
    assert!(ended.stderr.contains("ended with exit code 0 in the middle of a call"), "{}", ended.stderr);
}

#[test]
fn a_cache_that_ends_its_process_again_and_again_stops_the_run_and_answers_are_exported() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=60));
    let ended = run(&sandbox, CACHE, "mode = \"abort\"\nat = \"put_many\"").exits(9);
    let sentence =
        "the cache cannot be used: the process of cache plugin `misbehaving` was killed by signal 6 (SIGABRT)";
    assert!(ended.stderr.contains(sentence), "{}", ended.stderr);
    assert_eq!(read_jsonl(&sandbox.path("out.partial.jsonl")).len(), 20, "what was paid for is kept");
}

#[test]
fn a_plugin_that_ends_its_process_while_it_is_made_is_named() {
    for (table, kind, code) in
        [(SCRAPER, "scraper", 10), (CACHE, "cache", 9), (PROVIDER, "provider", 7), (EXPORTER, "exporter", 8)]
    {
        let sandbox = Sandbox::with_rows(&Rows::numbered(1..=1));
        let ended = run(&sandbox, table, "mode = \"exit\"\nat = \"new\"").exits(code);
        let sentence =
            format!("{kind} plugin `misbehaving`: the process of {kind} plugin `misbehaving` ended with exit code 0");
        assert!(ended.stderr.contains(&sentence), "{}", ended.stderr);
        assert!(ended.stderr.contains("while the plugin was made"), "{}", ended.stderr);
    }
}

#[test]
fn what_a_plugin_prints_is_logged_and_nothing_else() {
    let rows = Rows::numbered(1..=20);
    let sandbox = Sandbox::with_rows(&rows);
    let ended = run(&sandbox, PROVIDER, "mode = \"print\"\nat = \"complete\"\ntext = \"Topic\"").exits(0);
    assert!(ended.stderr.contains("WARN Topic plugin=\"provider-misbehaving\" module=\"stderr\""), "{}", ended.stderr);
    assert_eq!(ended.stdout, "");
    sandbox.assert_output("printing", &rows, &[]);
}
