//! `-o FILE`: the extension of the file selects an exporter plugin.

use rowsmith_test_harness::{Golden, Sandbox, config};

/// A config whose only exporter is this one.
fn sandbox(exporter: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    let text = config::offline();
    let (rest, _) = text.split_once("[[exporters]]").expect("the config has an exporter");
    sandbox.write("rowsmith.toml", format!("{rest}[[exporters]]\n{exporter}"));
    sandbox.write("rows.csv", config::rows(3));
    sandbox
}

#[test]
fn the_extension_selects_the_exporter() {
    // `delimiter` is a setting of the plugin csv only.
    let sandbox = sandbox(
        "plugin = \"csv\"\n[exporters.config]\npath = \"out.csv\"\ncolumns = [\"Title\", \"Level\"]\ndelimiter = \";\"\n",
    );
    let cases = [
        ("out.json", "[\n{\"Title\":\"Topic 1\","),
        ("OUT.JSON", "[\n{\"Title\":\"Topic 1\","),
        ("out.ndjson", "{\"Title\":\"Topic 1\","),
        ("out.md", "| Title"),
        ("other.csv", "Title;Level\nTopic 1;"),
        ("out.txt", "Title;Level\nTopic 1;"),
        ("out", "Title;Level\nTopic 1;"),
    ];
    for (file, begin) in cases {
        sandbox.rowsmith(&format!("run -q -o {file}")).exits(0);
        let text = sandbox.read(file);
        assert!(text.starts_with(begin), "{file}: {text}");
        assert!(!text.contains("Text"), "{file} has the listed columns only");
    }
}

#[test]
fn an_explicit_exporter_stays() {
    let csv = sandbox("plugin = \"jsonl\"\n[exporters.config]\npath = \"out.jsonl\"\n");
    csv.call(["run", "-q", "--set", "exporters.0.plugin=\"csv\"", "-o", "out.json"]).output().exits(0);
    assert!(csv.read("out.json").starts_with("Title,"));
    // A program writes any file.
    let exec = sandbox("plugin = \"exec\"\n[exporters.config]\ncommand = [\"no-such-program\"]\n");
    exec.rowsmith("run -q -o out.json").exits(8);
}

#[test]
fn a_missing_optional_exporter_is_explained() {
    let sandbox = sandbox("plugin = \"csv\"\n[exporters.config]\npath = \"out.csv\"\n");
    let mut golden = Golden::new("output_file");
    let chosen = sandbox.rowsmith("run -o out.xlsx").exits(4);
    golden.add("run -o out.xlsx (exit 4)", &chosen.stderr);
    let named = sandbox.call(["check", "--set", "exporters.0.plugin=\"xlsx\""]).output().exits(4);
    golden.add("plugin = \"xlsx\" (exit 4)", &named.stderr);
    golden.check();
}
