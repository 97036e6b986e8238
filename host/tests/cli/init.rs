//! `rowsmith init`: what it writes works as it is.

use super::sandbox::Sandbox;

#[test]
fn a_new_folder_runs_without_key_and_network_and_again_without_a_call() {
    let sandbox = Sandbox::new();
    let said = sandbox.bare(["init"]).end().expect(0);
    assert_eq!(said.err, "wrote ./rowsmith.toml\nwrote ./rows.csv\nwrote ./.gitignore\nnext: rowsmith run\n");
    assert_eq!(said.out, "");

    sandbox.run("check").expect(0);
    let first = sandbox.run("run --report first.json").expect(0);
    assert!(first.err.contains("Success rate    100.0 %\n"), "{}", first.err);
    assert!(first.err.contains("not a language model"), "{}", first.err);
    let output = sandbox.read("enriched.csv");
    assert!(output.starts_with("Title,Text,Summary,Level\n"), "{output}");
    assert_eq!(report(&sandbox, "first.json")["calls"]["total"], 1);

    sandbox.run("run --report second.json").expect(0);
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
    let said = sandbox.bare(["init", "table"]).end().expect(2);
    assert_eq!(said.err, "error: table already has rows.csv; --force overwrites\n");
    assert!(!sandbox.has("table/rowsmith.toml"));
    assert_eq!(sandbox.read("table/rows.csv"), "mine\n");

    let said = sandbox.bare(["init", "table", "--force"]).end().expect(0);
    assert_eq!(said.err, "wrote table/rowsmith.toml\nwrote table/rows.csv\nnext: cd table && rowsmith run\n");
    assert!(sandbox.read("table/rows.csv").starts_with("Title,Text\n"));
    assert_eq!(sandbox.read("table/.gitignore"), "mine\n");

    let said = sandbox.bare(["init", "table"]).end().expect(2);
    assert_eq!(said.err, "error: table already has rowsmith.toml and rows.csv; --force overwrites\n");

    sandbox.write("file", "");
    let said = sandbox.bare(["init", "file"]).end().expect(1);
    assert!(said.err.starts_with("error: cannot write file: "), "{}", said.err);
}

fn report(sandbox: &Sandbox, name: &str) -> serde_json::Value {
    serde_json::from_str(&sandbox.read(name)).expect("a report is JSON")
}
