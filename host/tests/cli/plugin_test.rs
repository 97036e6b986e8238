//! `rowsmith plugin test`: the conformance suites on the libraries of this build.

use rowsmith_test_harness::{Golden, Output, Sandbox, config, library_name, plugins};

/// Tests a bundled plugin with further arguments.
fn test(sandbox: &Sandbox, kind: &str, name: &str, more: &[&str]) -> Output {
    let file = plugins().join(library_name(kind, name)).display().to_string();
    sandbox.call(["plugin", "test", &file].iter().chain(more)).output()
}

/// Returns the number of checks with this mark: `✓` passed, `✗` failed, `–` skipped.
fn marked(output: &Output, mark: char) -> usize {
    output.stdout.lines().filter(|line| line.starts_with(mark)).count()
}

#[test]
fn valid_plugins_pass_every_check() {
    let sandbox = Sandbox::new();
    let mut golden = Golden::new("plugin_test");
    for (kind, name, more) in [("exporter", "csv", &[][..]), ("provider", "openai", &["--set", "model=m"])] {
        let output = test(&sandbox, kind, name, more).exits(0);
        assert_eq!(marked(&output, '✗'), 0, "{}", output.stdout);
        golden.record(&output);
    }
    golden.check();
}

#[test]
fn caches_are_tested_with_a_second_process() {
    let sandbox = Sandbox::new();
    let lmdb = test(&sandbox, "cache", "lmdb", &["--set", "map_size_mb=1"]).exits(0);
    assert!(!sandbox.has(".rowsmith"), "the store is in a temporary folder");
    let memory = test(&sandbox, "cache", "memory", &[]).exits(0);
    let skipped = (marked(&lmdb, '–'), marked(&memory, '–'));
    assert!(skipped.0 < skipped.1, "checks with two processes are skipped: {}", memory.stdout);
    let mut golden = Golden::new("plugin_test_caches");
    golden.record(&lmdb);
    golden.record(&memory);
    golden.check();
}

#[test]
fn settings_come_from_flags_or_a_config() {
    let sandbox = Sandbox::new();
    let mut golden = Golden::new("plugin_test_settings");
    for set in [&[][..], &["--set", "pth=rows.csv"], &["--set", "path"]] {
        let output = test(&sandbox, "scraper", "csv", set).exits(2);
        assert_eq!(output.stdout, "", "the plugin does not run");
        golden.record(&output);
    }
    sandbox.write("rows.csv", config::rows(3));
    test(&sandbox, "scraper", "csv", &["--set", "path=rows.csv"]).exits(0);

    sandbox.write("rowsmith.toml", config::offline());
    test(&sandbox, "scraper", "csv", &["--config", "rowsmith.toml"]).exits(0);
    test(&sandbox, "exporter", "csv", &["--config", "rowsmith.toml"]).exits(0);
    assert!(!sandbox.has("out.csv"), "an exporter writes into a temporary folder");
    golden.record(&test(&sandbox, "exporter", "json", &["--config", "rowsmith.toml"]).exits(2));
    golden.check();
}

#[test]
fn failed_checks_name_the_error() {
    let sandbox = Sandbox::new();
    let mut golden = Golden::new("plugin_test_failures");
    for (kind, setting) in [("exporter", "delimiter=both"), ("scraper", "path=missing.csv")] {
        let output = test(&sandbox, kind, "csv", &["--set", setting]).exits(4);
        assert!(marked(&output, '✗') > 0, "{}", output.stdout);
        golden.record(&output);
    }
    // A plugin over HTTP needs recorded responses.
    golden.add("a scraper over HTTP", &test(&sandbox, "scraper", "roadmap", &["--set", "roadmap=go"]).exits(4).stderr);
    sandbox.write("notes.so", "not a library");
    let output = sandbox.bare(["plugin", "test", "notes.so"]).output().exits(4);
    assert_eq!(output.stdout, "");
    golden.record(&output);
    golden.check();
}
