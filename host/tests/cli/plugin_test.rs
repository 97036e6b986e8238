//! `rowsmith plugin test`: the conformance suites on the libraries that were built.

use rowsmith_test_harness::{Output, Sandbox, config, library_name, plugins};

fn test(sandbox: &Sandbox, kind: &str, name: &str, more: &[&str]) -> Output {
    let file = plugins().join(library_name(kind, name)).display().to_string();
    let mut arguments = vec!["plugin", "test", &file];
    arguments.extend(more);
    sandbox.call(arguments).output()
}

#[test]
fn a_good_plugin_passes_every_check() {
    let sandbox = Sandbox::new();
    let said = test(&sandbox, "exporter", "csv", &[]).exits(0);
    assert!(said.stdout.starts_with("✓ the name fits configs and file names\n"), "{}", said.stdout);
    assert!(said.stdout.contains("\n✓ an earlier result survives a run that was stopped\n"), "{}", said.stdout);
    assert!(said.stdout.trim_end().ends_with(" passed, 0 failed, 0 skipped"), "{}", said.stdout);
    assert_eq!(said.stderr, "");
    let said = test(&sandbox, "provider", "openai", &["--set", "model=m"]).exits(0);
    assert!(said.stdout.contains("\n✓ keys are sent only in headers\n"), "{}", said.stdout);
}

#[test]
fn a_cache_is_tested_with_a_second_process() {
    let sandbox = Sandbox::new();
    let said = test(&sandbox, "cache", "lmdb", &["--set", "map_size_mb=1"]).exits(0);
    for check in [
        "two processes can use the store at once",
        "an acknowledged value survives the death of its process",
        "a leased key has one owner among processes",
    ] {
        assert!(said.stdout.contains(&format!("\n✓ {check}\n")), "{}", said.stdout);
    }
    assert!(!sandbox.has(".rowsmith"), "the store is in a temporary folder");
    let said = test(&sandbox, "cache", "memory", &[]).exits(0);
    let skipped = "\n– two processes can use the store at once: skipped, the store ends with its process\n";
    assert!(said.stdout.contains(skipped), "{}", said.stdout);
}

#[test]
fn settings_come_from_flags_and_from_a_config() {
    let sandbox = Sandbox::new();
    let said = test(&sandbox, "scraper", "csv", &[]).exits(2);
    assert_eq!(
        said.stderr,
        "error: the scraper plugin `csv` cannot be tested without `--set path=…`, or `--config FILE` of a run\n"
    );
    let said = test(&sandbox, "scraper", "csv", &["--set", "pth=rows.csv"]).exits(2);
    assert_eq!(said.stderr, "error: unknown key `pth`; did you mean `path`? (it was set by `--set pth`)\n");
    assert_eq!(said.stdout, "", "the plugin is not to blame, and not run");
    sandbox.write("rows.csv", config::rows(3));
    test(&sandbox, "scraper", "csv", &["--set", "path=rows.csv"]).exits(0);

    sandbox.write("rowsmith.toml", config::offline());
    test(&sandbox, "scraper", "csv", &["--config", "rowsmith.toml"]).exits(0);
    test(&sandbox, "exporter", "csv", &["--config", "rowsmith.toml"]).exits(0);
    assert!(!sandbox.has("out.csv"), "an exporter writes into a temporary folder");
    let said = test(&sandbox, "exporter", "json", &["--config", "rowsmith.toml"]).exits(2);
    assert_eq!(said.stderr, "error: rowsmith.toml uses no exporter plugin `json`\n");
}

#[test]
fn what_is_wrong_is_named_by_the_check() {
    let sandbox = Sandbox::new();
    let said = test(&sandbox, "exporter", "csv", &["--set", "delimiter=both"]).exits(4);
    let line = "✗ the suite's config is accepted: opening the plugin with the suite's config failed: ";
    assert!(said.stdout.contains(line), "{}", said.stdout);
    let said = test(&sandbox, "scraper", "csv", &["--set", "path=missing.csv"]).exits(4);
    assert!(said.stdout.contains("returns the same rows: scraping failed: cannot open"), "{}", said.stdout);
    let said = test(&sandbox, "scraper", "csv", &["--set", "path"]).exits(2);
    assert_eq!(said.stderr, "error: `--set path` has no `=`\n");
}

#[test]
fn a_file_that_is_no_plugin_is_not_opened() {
    let sandbox = Sandbox::new();
    let file = sandbox.write("notes.so", "not a library").display().to_string();
    let said = sandbox.bare(["plugin", "test", &file]).output().exits(4);
    assert!(said.stderr.starts_with("error: plugin DIR/notes.so: is not a dynamic library"), "{}", said.stderr);
    assert_eq!(said.stdout, "");
}
