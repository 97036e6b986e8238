//! `rowsmith plugin list` and `info`.

use super::sandbox::{BUNDLED, Sandbox, file_name, plugins};
use serde_json::Value;
use std::collections::BTreeSet;

#[test]
fn the_list_names_every_plugin_with_its_place_and_hash() {
    let sandbox = Sandbox::new();
    let text = sandbox.run("plugin list").expect(0);
    let list = sandbox.run("plugin list --format json").expect(0).json();
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
        let place = format!("PLUGINS/{}", file_name(kind, name));
        let mut lines = text.out.lines().skip_while(|line| !line.starts_with(&start)).skip(1);
        assert_eq!(lines.next().map(str::trim), Some(place.as_str()), "{start}\n{}", text.out);
        let entry = list.as_array().expect("a list").iter().find(|plugin| plugin["path"] == place.as_str());
        let entry = entry.expect("each has a place");
        assert_eq!(word(&entry["sha256"]).len(), 64, "{entry}");
        assert!(!word(&entry["about"]).is_empty(), "{entry}");
    }
}

#[test]
fn info_explains_one_plugin() {
    let sandbox = Sandbox::new();
    let said = sandbox.run("plugin info csv").expect(2);
    assert_eq!(said.err, "error: `csv` is the name of several plugins; say which: exporter-csv, scraper-csv\n");
    let said = sandbox.run("plugin info gemni").expect(2);
    assert!(
        said.err.starts_with("error: there is no plugin `gemni`; did you mean `gemini`? There are: cache-lmdb, "),
        "{}",
        said.err
    );

    let said = sandbox.run("plugin info scraper-csv").expect(0);
    assert!(said.out.starts_with("Plugin        csv (scraper)\nAbout         Reads a CSV file\n"), "{}", said.out);
    let api = rowsmith_plugin_api::VERSION;
    let facts = format!("\nPlugin API    {api} (ABI 1)\nCan           the basics\nFile          PLUGINS/");
    assert!(said.out.contains(&facts), "{}", said.out);
    assert!(said.out.contains("\nFound in      ROWSMITH_PLUGIN_PATH\nSHA-256       "), "{}", said.out);
    let table = [
        "SETTING        TYPE             DEFAULT     MEANING",
        "path           string           (required)  The file, relative to the working directory; `-` is the standard",
        "                                            input.",
    ];
    let lines: Vec<&str> = said.out.lines().skip_while(|line| !line.starts_with("SETTING")).take(3).collect();
    assert_eq!(lines, table, "{}", said.out);
    assert!(said.out.contains("\nragged         string           \"error\"     What happens"), "{}", said.out);
    assert!(said.out.lines().all(|line| line.chars().count() <= 110), "{}", said.out);
    assert_eq!(sandbox.run("plugin info csv --kind scraper").expect(0).out, said.out);

    let said = sandbox.run("plugin info gemini").expect(0);
    assert!(said.out.contains("\napi_key "), "{}", said.out);
    assert!(
        said.out.ends_with("\nA secret is written as { env = \"NAME\" } or { file = \"path\" }.\n"),
        "{}",
        said.out
    );

    let file = plugins().join(file_name("provider", "extractive"));
    let said = sandbox.bare(["plugin", "info", &file.display().to_string(), "--format", "json"]).end().expect(0);
    let info = said.json();
    assert_eq!(info["name"], "extractive");
    assert_eq!(info["config_schema"]["additionalProperties"], false);

    let text = sandbox.write("notes.so", "not a library");
    let said = sandbox.bare(["plugin", "info", &text.display().to_string()]).end().expect(4);
    assert!(said.err.starts_with("error: plugin DIR/notes.so: is not a dynamic library"), "{}", said.err);
}

#[test]
fn a_config_adds_its_folders_to_where_plugins_are_looked_for() {
    let sandbox = Sandbox::new();
    let bytes = std::fs::read(plugins().join(file_name("exporter", "csv"))).expect("a plugin");
    sandbox.write(&format!("mine/{}", file_name("exporter", "csv")), bytes);
    sandbox.write("own.toml", "[plugins]\npath = [\"mine\"]\n");
    let said = sandbox.bare(["plugin", "info", "csv", "--config", "own.toml"]).end().expect(0);
    assert!(said.out.contains("\nFound in      the config's [plugins] path\n"), "{}", said.out);
    let said = sandbox.bare(["plugin", "list", "--config", "own.toml"]).end().expect(0);
    assert!(said.out.contains("from the config's [plugins] path, plugin-api "), "{}", said.out);
    let said = sandbox.bare(["plugin", "list"]).end().expect(0);
    assert!(said.err.starts_with("warning: no plugins were found; looked in "), "{}", said.err);
    let said = sandbox.bare(["plugin", "list", "--config", "none.toml"]).end().expect(3);
    assert!(said.err.starts_with("error: config file `none.toml` does not exist\n"), "{}", said.err);
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
