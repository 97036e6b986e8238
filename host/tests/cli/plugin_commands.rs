//! `rowsmith plugin list` and `info`.

use rowsmith_test_harness::{BUNDLED, Golden, Sandbox, library_name, plugins};
use serde_json::Value;
use std::collections::BTreeSet;

#[test]
fn list_names_every_plugin_with_path_and_hash() {
    let sandbox = Sandbox::new();
    let list = sandbox.rowsmith("plugin list --format json").exits(0).json();
    let list = list.as_array().expect("a list");
    let used: BTreeSet<(String, String)> = list
        .iter()
        .filter(|plugin| plugin["hidden_by"].is_null())
        .map(|plugin| (text(&plugin["kind"]), text(&plugin["name"])))
        .collect();
    let bundled = BUNDLED.iter().map(|(kind, name)| ((*kind).to_owned(), (*name).to_owned())).collect();
    assert_eq!(used, bundled);
    for (kind, name) in BUNDLED.iter() {
        let path = format!("PLUGINS/{}", library_name(kind, name));
        let plugin = list.iter().find(|plugin| plugin["path"] == path.as_str()).expect("each plugin has a path");
        assert_eq!(text(&plugin["sha256"]).len(), 64, "{plugin}");
        assert_eq!(plugin["version"], env!("CARGO_PKG_VERSION"), "{plugin}");
        assert!(!text(&plugin["about"]).is_empty(), "{plugin}");
    }
    let mut golden = Golden::new("plugin_list");
    golden.record(&sandbox.rowsmith("plugin list").exits(0));
    golden.check();
}

#[test]
fn info_describes_one_plugin() {
    let sandbox = Sandbox::new();
    let mut golden = Golden::new("plugin_info");
    golden.record(&sandbox.rowsmith("plugin info csv").exits(2));
    golden.record(&sandbox.rowsmith("plugin info gemni").exits(2));
    let csv = sandbox.rowsmith("plugin info scraper-csv").exits(0);
    assert!(csv.stdout.lines().all(|line| line.chars().count() <= 110), "{}", csv.stdout);
    assert_eq!(sandbox.rowsmith("plugin info csv --kind scraper").exits(0).stdout, csv.stdout);
    golden.record(&csv);
    golden.record(&sandbox.rowsmith("plugin info gemini").exits(0));
    sandbox.write("notes.so", "not a library");
    golden.record(&sandbox.bare(["plugin", "info", "notes.so"]).output().exits(4));
    golden.check();

    let file = plugins().join(library_name("provider", "extractive"));
    let info = sandbox.bare(["plugin", "info", &file.display().to_string(), "--format", "json"]).output().exits(0);
    let info = info.json();
    assert_eq!(info["name"], "extractive");
    assert_eq!(info["config_schema"]["additionalProperties"], false);
}

#[test]
fn config_adds_its_folders_to_the_search_path() {
    let sandbox = Sandbox::new();
    let name = library_name("exporter", "csv");
    sandbox.write(&format!("mine/{name}"), std::fs::read(plugins().join(&name)).expect("a plugin"));
    sandbox.write("own.toml", "[plugins]\npath = [\"mine\"]\n");
    let list = ["plugin", "list", "--config", "own.toml", "--format", "json"];
    let list = sandbox.bare(list).output().exits(0).json();
    assert_eq!((&list[0]["origin"], &list[0]["name"]), (&"config".into(), &"csv".into()), "{list}");

    let mut golden = Golden::new("plugin_search_path");
    golden.record(&sandbox.bare(["plugin", "info", "csv", "--config", "own.toml"]).output().exits(0));
    golden.record(&sandbox.bare(["plugin", "list", "--config", "own.toml"]).output().exits(0));
    golden.record(&sandbox.bare(["plugin", "list"]).output().exits(0));
    golden.record(&sandbox.bare(["plugin", "list", "--config", "none.toml"]).output().exits(3));
    golden.check();
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
