//! `rowsmith plugin list` and `info`.

use rowsmith_test_harness::{BUNDLED, Sandbox, library_name, plugins};
use serde_json::Value;
use std::collections::BTreeSet;

#[test]
fn the_list_names_every_plugin_with_its_place_and_hash() {
    let sandbox = Sandbox::new();
    let text = sandbox.rowsmith("plugin list").exits(0);
    let list = sandbox.rowsmith("plugin list --format json").exits(0).json();
    let used: BTreeSet<(String, String)> = list
        .as_array()
        .expect("a list")
        .iter()
        .filter(|plugin| plugin["hidden_by"].is_null())
        .map(|plugin| (word(&plugin["kind"]), word(&plugin["name"])))
        .collect();
    let bundled = BUNDLED.iter().map(|(kind, name)| ((*kind).to_owned(), (*name).to_owned())).collect();
    assert_eq!(used, bundled);
    for (kind, name) in BUNDLED.iter().copied() {
        let start = format!("{kind:<9} {name:<12} {:<8} ", env!("CARGO_PKG_VERSION"));
        let place = format!("PLUGINS/{}", library_name(kind, name));
        let mut lines = text.stdout.lines().skip_while(|line| !line.starts_with(&start)).skip(1);
        assert_eq!(lines.next().map(str::trim), Some(place.as_str()), "{start}\n{}", text.stdout);
        let entry = list.as_array().expect("a list").iter().find(|plugin| plugin["path"] == place.as_str());
        let entry = entry.expect("each has a place");
        assert_eq!(word(&entry["sha256"]).len(), 64, "{entry}");
        assert!(!word(&entry["about"]).is_empty(), "{entry}");
    }
}

#[test]
fn info_explains_one_plugin() {
    let sandbox = Sandbox::new();
    let said = sandbox.rowsmith("plugin info csv").exits(2);
    assert_eq!(said.stderr, "error: `csv` is the name of several plugins; say which: exporter-csv, scraper-csv\n");
    let said = sandbox.rowsmith("plugin info gemni").exits(2);
    assert!(
        said.stderr.starts_with("error: there is no plugin `gemni`; did you mean `gemini`? There are: cache-lmdb, "),
        "{}",
        said.stderr
    );

    let said = sandbox.rowsmith("plugin info scraper-csv").exits(0);
    assert!(
        said.stdout.starts_with("Plugin        csv (scraper)\nAbout         Reads a CSV file\n"),
        "{}",
        said.stdout
    );
    let api = rowsmith_plugin_api::VERSION;
    let facts = format!("\nPlugin API    {api} (ABI 1)\nCan           the basics\nFile          PLUGINS/");
    assert!(said.stdout.contains(&facts), "{}", said.stdout);
    assert!(said.stdout.contains("\nFound in      ROWSMITH_PLUGIN_PATH\nSHA-256       "), "{}", said.stdout);
    let table = [
        "SETTING        TYPE             DEFAULT     MEANING",
        "path           string           (required)  Path of the file, relative to the working directory; `-` is the",
        "                                            standard input.",
    ];
    let lines: Vec<&str> = said.stdout.lines().skip_while(|line| !line.starts_with("SETTING")).take(3).collect();
    assert_eq!(lines, table, "{}", said.stdout);
    assert!(said.stdout.contains("\nragged         string           \"error\"     Rows with more"), "{}", said.stdout);
    assert!(said.stdout.lines().all(|line| line.chars().count() <= 110), "{}", said.stdout);
    assert_eq!(sandbox.rowsmith("plugin info csv --kind scraper").exits(0).stdout, said.stdout);

    let said = sandbox.rowsmith("plugin info gemini").exits(0);
    assert!(said.stdout.contains("\napi_key "), "{}", said.stdout);
    assert!(
        said.stdout.ends_with("\nA secret is written as { env = \"NAME\" } or { file = \"path\" }.\n"),
        "{}",
        said.stdout
    );

    let file = plugins().join(library_name("provider", "extractive"));
    let said = sandbox.bare(["plugin", "info", &file.display().to_string(), "--format", "json"]).output().exits(0);
    let info = said.json();
    assert_eq!(info["name"], "extractive");
    assert_eq!(info["config_schema"]["additionalProperties"], false);

    let text = sandbox.write("notes.so", "not a library");
    let said = sandbox.bare(["plugin", "info", &text.display().to_string()]).output().exits(4);
    assert!(said.stderr.starts_with("error: plugin DIR/notes.so: is not a dynamic library"), "{}", said.stderr);
}

#[test]
fn a_config_adds_its_folders_to_where_plugins_are_looked_for() {
    let sandbox = Sandbox::new();
    let bytes = std::fs::read(plugins().join(library_name("exporter", "csv"))).expect("a plugin");
    sandbox.write(&format!("mine/{}", library_name("exporter", "csv")), bytes);
    sandbox.write("own.toml", "[plugins]\npath = [\"mine\"]\n");
    let said = sandbox.bare(["plugin", "info", "csv", "--config", "own.toml"]).output().exits(0);
    assert!(said.stdout.contains("\nFound in      the config's [plugins] path\n"), "{}", said.stdout);
    let said = sandbox.bare(["plugin", "list", "--config", "own.toml"]).output().exits(0);
    assert!(said.stdout.contains("from the config's [plugins] path, plugin-api "), "{}", said.stdout);
    let said = sandbox.bare(["plugin", "list"]).output().exits(0);
    assert!(said.stderr.starts_with("warning: no plugins were found; looked in "), "{}", said.stderr);
    let said = sandbox.bare(["plugin", "list", "--config", "none.toml"]).output().exits(3);
    assert!(said.stderr.starts_with("error: config file `none.toml` does not exist\n"), "{}", said.stderr);
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
