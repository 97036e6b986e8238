//! Plugins that were built against plugin-api 0.1.0 work in the host of today, and those of today in a host of 0.1.0.

mod old_plugins;

use old_plugins::{file_name, old_plugins};
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const KINDS: [&str; 4] = ["scraper", "cache", "provider", "exporter"];

const CONFIG: &str = r#"[scraper]
plugin = "old"
[scraper.config]
count = 7

[cache]
plugin = "old"
[cache.config]
path = "answers.json"

[enrich]
provider = "echo"
input = ["title"]
instructions = "Say what it is."

[enrich.output.summary]
column = "Summary"
type = "string"

[providers.echo]
plugin = "old"
[providers.echo.config]
prefix = "words on"
key = { env = "OLD_KEY" }

[batch]
max_rows = 3

[[exporters]]
plugin = "old"
[exporters.config]
path = "out.jsonl"
"#;

/// Runs the program in a folder, with nothing of the machine's environment; returns what it printed.
#[track_caller]
fn rowsmith(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rowsmith"));
    command.args(arguments).arg("--plugin-dir").arg(old_plugins()).current_dir(folder).env_clear();
    command.env("HOME", folder).env("OLD_KEY", "key-of-the-old-provider");
    let output = command.output().expect("the program starts");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {}\n{said}", output.status);
    String::from_utf8(output.stdout).expect("all that is printed is UTF-8")
}

fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("rowsmith.toml"), CONFIG).expect("files are written");
    folder
}

#[test]
fn four_old_plugins_do_a_whole_run() {
    let folder = folder();
    let row = |n: u32| format!("{{\"title\":\"Topic {n}\",\"number\":{n},\"Summary\":\"words on Topic {n}\"}}");
    let expected: Vec<String> = (1..=7).map(row).collect();
    for (round, cached, enriched) in [("first", 0, 7), ("second", 7, 0)] {
        rowsmith(folder.path(), &["run", "--report", "report.json"]);
        let text = fs::read_to_string(folder.path().join("out.jsonl")).expect("rows were exported");
        assert_eq!(text.lines().collect::<Vec<_>>(), expected, "{round} run");
        let report = fs::read(folder.path().join("report.json")).expect("a report");
        let report: serde_json::Value = serde_json::from_slice(&report).expect("JSON");
        assert_eq!(report["rows"]["cached"], cached, "{round} run: {report}");
        assert_eq!(report["rows"]["enriched"], enriched, "{round} run: {report}");
    }
}

#[test]
fn other_commands_know_old_plugins_too() {
    let folder = folder();
    for kind in KINDS {
        let text = rowsmith(folder.path(), &["plugin", "info", &format!("{kind}-old")]);
        let api = text.lines().find(|line| line.starts_with("Plugin API"));
        assert!(api.is_some_and(|line| line.contains("0.1.0") && line.contains("ABI 1")), "{text}");
        assert!(text.contains(&file_name(kind)), "{text}");
    }
    assert!(rowsmith(folder.path(), &["check"]).ends_with("rowsmith.toml is fine\n"));
    assert!(rowsmith(folder.path(), &["list"]).starts_with("topics"));
    assert!(rowsmith(folder.path(), &["cache", "stats"]).contains("answers.json"));
}

#[test]
fn the_plugins_of_today_work_in_an_old_host() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("rows.csv"), "title,number\na,1\n\"b, c\",\n").expect("files are written");
    let plugins = Path::new(env!("CARGO_BIN_EXE_rowsmith")).with_file_name("deps");
    let host = old_plugins().join(format!("old-host{}", std::env::consts::EXE_SUFFIX));
    let output = Command::new(host).arg(plugins).current_dir(folder.path()).env_clear().output();
    let output = output.expect("the old host starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", output.status);
    let api = env!("CARGO_PKG_VERSION");
    let mut expected: Vec<String> = ["scraper-csv", "cache-memory", "provider-extractive", "exporter-jsonl"]
        .map(|name| format!("{name} speaks ABI 1, API {api}"))
        .to_vec();
    expected.extend(["the cache has [true, false]", "the provider is extractive-1", "wrote 2 rows"].map(str::to_owned));
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    assert_eq!(said.lines().collect::<Vec<_>>(), expected, "{errors}");
    let written = fs::read_to_string(folder.path().join("out.jsonl")).expect("rows were exported");
    assert_eq!(written, "{\"title\":\"a\",\"number\":\"1\"}\n{\"title\":\"b, c\",\"number\":\"\"}\n");
}
