//! `rowsmith init`: what it writes works as it is.

use rowsmith_test_harness::Sandbox;

#[test]
fn a_new_folder_runs_without_key_and_network_and_again_without_a_call() {
    let sandbox = Sandbox::new();
    let said = sandbox.bare(["init"]).output().exits(0);
    assert_eq!(said.stderr, "wrote ./rowsmith.toml\nwrote ./rows.csv\nwrote ./.gitignore\nnext: rowsmith run\n");
    assert_eq!(said.stdout, "");

    sandbox.rowsmith("check").exits(0);
    let first = sandbox.rowsmith("run --report first.json").exits(0);
    assert!(first.stderr.contains("Success rate    100.0 %\n"), "{}", first.stderr);
    assert!(first.stderr.contains("not a language model"), "{}", first.stderr);
    let output = sandbox.read("enriched.csv");
    assert!(output.starts_with("Title,Text,Summary,Level\n"), "{output}");
    assert_eq!(report(&sandbox, "first.json")["calls"]["total"], 1);

    sandbox.rowsmith("run --report second.json").exits(0);
    let second = report(&sandbox, "second.json");
    assert_eq!(second["calls"]["total"], 0, "{second}");
    assert_eq!(second["rows"]["cached"], second["rows"]["scraped"], "{second}");
    assert_eq!(sandbox.read("enriched.csv"), output);
}

#[test]
fn files_that_are_there_are_only_overwritten_on_demand() {
    let sandbox = Sandbox::new();
    sandbox.write("table/rows.csv", "mine\n");
    sandbox.write("table/.gitignore", "mine\n");
    let said = sandbox.bare(["init", "table"]).output().exits(2);
    assert_eq!(said.stderr, "error: table already has rows.csv; --force overwrites\n");
    assert!(!sandbox.has("table/rowsmith.toml"));
    assert_eq!(sandbox.read("table/rows.csv"), "mine\n");

    let said = sandbox.bare(["init", "table", "--force"]).output().exits(0);
    assert_eq!(said.stderr, "wrote table/rowsmith.toml\nwrote table/rows.csv\nnext: cd table && rowsmith run\n");
    assert!(sandbox.read("table/rows.csv").starts_with("Title,Text\n"));
    assert_eq!(sandbox.read("table/.gitignore"), "mine\n");

    let said = sandbox.bare(["init", "table"]).output().exits(2);
    assert_eq!(said.stderr, "error: table already has rowsmith.toml and rows.csv; --force overwrites\n");

    sandbox.write("file", "");
    let said = sandbox.bare(["init", "file"]).output().exits(1);
    assert!(said.stderr.starts_with("error: cannot write file: "), "{}", said.stderr);
}

fn report(sandbox: &Sandbox, name: &str) -> serde_json::Value {
    serde_json::from_str(&sandbox.read(name)).expect("a report is JSON")
}
