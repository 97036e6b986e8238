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
    for (kind, name) in BUNDLED {
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
    assert!(said.out.contains("\n  path (string, required)\n"), "{}", said.out);
    assert!(said.out.contains("\n  ragged (\"error\" | \"pad\", default \"error\")\n"), "{}", said.out);
    assert_eq!(sandbox.run("plugin info csv --kind scraper").expect(0).out, said.out);

    let said = sandbox.run("plugin info gemini").expect(0);
    assert!(said.out.contains("api_key (secret: { env = \"NAME\" } or { file = \"path\" })"), "{}", said.out);

    let file = plugins().join(file_name("provider", "extractive"));
    let said = sandbox.bare(["plugin", "info", &file.display().to_string(), "--format", "json"]).end().expect(0);
    let info = said.json();
    assert_eq!(info["name"], "extractive");
    assert_eq!(info["config_schema"]["additionalProperties"], false);

    let text = sandbox.write("notes.so", "not a library");
    let said = sandbox.bare(["plugin", "info", &text.display().to_string()]).end().expect(2);
    assert!(said.err.starts_with("error: plugin DIR/notes.so: is not a dynamic library"), "{}", said.err);
}

fn word(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
