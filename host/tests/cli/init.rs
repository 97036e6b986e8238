//! `rowsmith init`: its files work as they are.

use rowsmith_test_harness::{Golden, Sandbox};

#[test]
fn new_folder_runs_without_key_and_a_second_run_makes_no_call() {
    let sandbox = Sandbox::new();
    let mut golden = Golden::new("init");
    golden.record(&sandbox.bare(["init"]).output().exits(0));
    golden.check();

    sandbox.rowsmith("check").exits(0);
    sandbox.rowsmith("run --report first.json").exits(0);
    let first = sandbox.json("first.json");
    assert_eq!((&first["calls"]["total"], &first["rows"]["failed"]), (&1.into(), &0.into()), "{first}");
    let output = sandbox.read("enriched.csv");
    assert!(output.starts_with("Title,Text,Summary,Level\n"), "{output}");

    sandbox.rowsmith("run --report second.json").exits(0);
    let second = sandbox.json("second.json");
    assert_eq!(second["calls"]["total"], 0, "{second}");
    assert_eq!(second["rows"]["cached"], second["rows"]["scraped"], "{second}");
    assert_eq!(sandbox.read("enriched.csv"), output);
}

#[test]
fn only_force_overwrites_files() {
    let sandbox = Sandbox::new();
    let mut golden = Golden::new("init_existing");
    sandbox.write("table/rows.csv", "mine\n");
    sandbox.write("table/.gitignore", "mine\n");
    golden.record(&sandbox.bare(["init", "table"]).output().exits(2));
    assert!(!sandbox.has("table/rowsmith.toml"));
    assert_eq!(sandbox.read("table/rows.csv"), "mine\n");

    golden.record(&sandbox.bare(["init", "table", "--force"]).output().exits(0));
    assert!(sandbox.read("table/rows.csv").starts_with("Title,Text\n"));
    assert_eq!(sandbox.read("table/.gitignore"), "mine\n");
    golden.record(&sandbox.bare(["init", "table"]).output().exits(2));

    sandbox.write("file", "");
    golden.record(&sandbox.bare(["init", "file"]).output().exits(1));
    golden.check();
}
