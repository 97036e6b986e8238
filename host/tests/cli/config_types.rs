//! Settings of every type in a config file: the mistakes in them, and the values that arrive.

use rowsmith_test_harness::{Golden, Output, Sandbox, library_name, test_plugins};

const REST: &str = r#"
[cache]
plugin = "memory"
[enrich]
input = ["setting", "value"]
instructions = "Repeat."
provider = "local"
[enrich.output.summary]
type = "string"
[providers.local]
plugin = "extractive"
[[exporters]]
plugin = "jsonl"
[exporters.config]
path = "out.jsonl"
"#;

/// A mistake: its name and the settings with it.
const MISTAKES: &[(&str, &str)] = &[
    ("number out of range", "share = 2.5"),
    ("number of another type", "share = \"much\""),
    ("duration without a unit", "pause = \"90\""),
    ("duration as a number", "pause = 90"),
    ("duration out of range", "pause = \"500ms\""),
    ("list that is too short", "scores = [0.5]"),
    ("list that is too long", "size = [1, 2, 3]"),
    ("item of another type", "scores = [0.0, \"high\"]"),
    ("misspelt variant", "split = { kind = \"fixd\", rows = 3 }"),
    ("unknown variant", "split = { kind = \"words\" }"),
    ("variant of another type", "split = { kind = 3 }"),
    ("no variant", "split = { rows = 3 }"),
    ("misspelt tag", "split = { kinds = \"fixed\", rows = 3 }"),
    ("no table", "split = \"off\""),
    ("missing key of a variant", "split = { kind = \"fixed\" }"),
    ("misspelt key of a variant", "split = { kind = \"fixed\", rows = 3, overlp = 1 }"),
    ("key of another variant", "split = { kind = \"off\", rows = 3 }"),
    ("value out of the range of a variant", "split = { kind = \"fixed\", rows = 21 }"),
    ("type of a variant's key", "[scraper.config.split]\nkind = \"fixed\"\nrows = \"many\""),
    (
        "secret of a variant",
        "[scraper.config.split]\nkind = \"service\"\nurl = \"http://x\"\ntoken = { env = \"NO_TOKEN\" }",
    ),
    (
        "many mistakes at once",
        "share = -1\npause = \"2h\"\nsize = [-1, 2]\nsplit = { kind = \"fixed\", row = 3, rows = 0 }",
    ),
];

fn config(settings: &str) -> String {
    format!("[scraper]\nplugin = \"settings\"\n[scraper.config]\n{settings}\n{REST}")
}

fn run(sandbox: &Sandbox, settings: &str) -> Output {
    sandbox.write("rowsmith.toml", config(settings));
    sandbox.bare(["run"]).test_plugins().output()
}

#[test]
fn mistakes_have_line_and_caret() {
    let sandbox = Sandbox::new();
    let mut golden = Golden::new("config_types_mistakes");
    for (name, settings) in MISTAKES {
        let output = run(&sandbox, settings);
        golden.add(&format!("{name} (exit {})", output.code()), &output.stderr);
        assert_eq!(output.code(), 3, "{name}: {}", output.stderr);
    }
    golden.check();
}

#[test]
fn values_arrive_in_the_plugin() {
    let sandbox = Sandbox::new();
    for (settings, expected) in [
        ("", ["one part", "0.5", "90s", "(0.0, 1.0)", "[640, 480]"]),
        (
            "share = 2\npause = \"1.5m\"\nscores = [1, 2.5]\nsize = [1, 2]\nsplit = { rows = 5, kind = \"fixed\" }",
            ["5 rows, 0 shared", "2", "90s", "(1.0, 2.5)", "[1, 2]"],
        ),
        (
            "[scraper.config.split]\nkind = \"service\"\nurl = \"http://x\"\ntoken = { env = \"TOKEN\" }\n\
             timeout = \"2m\"",
            ["http://x with a key of 8 letters within 120s", "0.5", "90s", "(0.0, 1.0)", "[640, 480]"],
        ),
    ] {
        sandbox.write("rowsmith.toml", config(settings));
        let call = sandbox.bare(["run", "--progress", "none"]).test_plugins().env("TOKEN", "a-secret");
        call.output().exits(0);
        let rows = sandbox.read("out.jsonl");
        for value in expected {
            assert!(rows.contains(&format!("\"value\":\"{value}\"")), "{settings}: {value} in {rows}");
        }
    }
}

#[test]
fn info_describes_every_type() {
    let sandbox = Sandbox::new();
    let mut golden = Golden::new("config_types_info");
    let info = sandbox.bare(["plugin", "info", "scraper-settings"]).test_plugins().output().exits(0);
    let table = info.stdout.split_once("SETTING").expect("a table").1;
    golden.add("plugin info", &format!("SETTING{table}"));
    golden.check();
}

#[test]
fn the_suite_takes_every_type() {
    let sandbox = Sandbox::new();
    let file = test_plugins().join(library_name("scraper", "settings")).display().to_string();
    for more in [
        &[][..],
        &["--set", "split.kind=fixed", "--set", "split.rows=3", "--set", "pause=2s", "--set", "size=[1, 2]"],
        &["--set", "split.kind=service", "--set", "split.url=http://x"],
    ] {
        let log = ["--set", "log_file={dir}/log"];
        sandbox.bare(["plugin", "test", &file].iter().chain(&log).chain(more)).output().exits(0);
    }
    let output = sandbox.bare(["plugin", "test", &file, "--set", "split.kind=fixd"]).output().exits(2);
    assert_eq!(output.stdout, "", "the plugin does not run");
    let mut golden = Golden::new("config_types_suite");
    golden.add("plugin test --set split.kind=fixd", &output.stderr);
    golden.check();
}
