//! `[plugins.pins]` and the ways to name a plugin: the kind and the name in the config select the pin, and a config with
//! pins refuses files without one.

use super::patched::Plugin;
use rowsmith_test_harness::{Golden, Invocation, Output, Sandbox, config, library_name};

/// Returns a sandbox with a pinned config.
fn pinned(config: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("rows.csv", config::rows(2));
    sandbox.write("rowsmith.toml", config);
    sandbox.rowsmith("plugin pin").exits(0);
    sandbox
}

/// Returns the scraper `csv` with the name `cs2` in its manifest.
fn renamed() -> Vec<u8> {
    Plugin::built("scraper", "csv").change_all(b"\nname: csv\nkind: scraper", b"\nname: cs2\nkind: scraper").0
}

/// Returns the exporter `csv` with one more byte.
fn changed() -> Vec<u8> {
    let mut bytes = Plugin::built("exporter", "csv").0;
    bytes.push(0);
    bytes
}

/// Checks that `check --static`, `check` and `run` refuse the config before any plugin runs.
#[track_caller]
fn refused<'a>(sandbox: &'a Sandbox, call: impl Fn(&[&str]) -> Invocation<'a>) -> Output {
    for command in [&["check"][..], &["run"]] {
        let output = call(command).output().exits(4);
        assert!(output.stderr.contains("error[RS1010]: plugin "), "{}", output.stderr);
    }
    let output = call(&["check", "--static"]).output().exits(4);
    assert!(!sandbox.has("out.csv") && !sandbox.has("cache"), "nothing has run");
    output
}

#[test]
fn the_name_in_the_config_decides_and_not_that_in_the_file() {
    let sandbox = pinned(&config::offline());
    let name = library_name("scraper", "csv");
    sandbox.write(&format!("first/{name}"), renamed());
    let output = refused(&sandbox, |command| sandbox.call(command.iter().chain(&["--plugin-dir", "first"])));
    let mut golden = Golden::new("pinned_plugins");
    golden.add("another plugin under the name", &output.messages());

    // The same without pins.
    sandbox.write("rowsmith.toml", config::offline());
    refused(&sandbox, |command| sandbox.call(command.iter().chain(&["--plugin-dir", "first"])));

    // A file without a pin, under a name of its own.
    let sandbox = pinned(&config::offline());
    let text = sandbox.read("rowsmith.toml").replacen("plugin = \"csv\"", "plugin = \"cs2\"", 1);
    sandbox.write("rowsmith.toml", text);
    sandbox.write(&format!("first/{}", library_name("scraper", "cs2")), renamed());
    let output = refused(&sandbox, |command| sandbox.call(command.iter().chain(&["--plugin-dir", "first"])));
    golden.add("a plugin without a pin", &output.messages());
    golden.check();
}

#[test]
fn every_folder_of_the_search_path_is_compared() {
    let sandbox = pinned(&config::offline());
    let name = library_name("exporter", "csv");
    sandbox.write(&format!("other/{name}"), changed());
    sandbox.write(&format!(".local/share/rowsmith/plugins/{name}"), changed());
    sandbox.write(&format!("xdg/rowsmith/plugins/{name}"), changed());
    refused(&sandbox, |command| sandbox.call(command.iter().chain(&["--plugin-dir", "other"])));
    let text = format!("{}\n[plugins]\npath = [\"other\"]\n", sandbox.read("rowsmith.toml"));
    sandbox.write("listed.toml", text);
    refused(&sandbox, |command| sandbox.call(command.iter().chain(&["listed.toml"])));
    let plugins = rowsmith_test_harness::plugins();
    let first = std::env::join_paths([sandbox.path("other"), plugins.to_owned()]).expect("a path");
    refused(&sandbox, |command| sandbox.bare(command).env("ROWSMITH_PLUGIN_PATH", &first));
    // The others come from a folder without the exporter.
    for (kind, name) in [("scraper", "csv"), ("cache", "lmdb"), ("provider", "extractive")] {
        let file = library_name(kind, name);
        std::fs::copy(plugins.join(&file), sandbox.write(&format!("rest/{file}"), "")).expect("a copy");
    }
    let rest = sandbox.path("rest");
    refused(&sandbox, |command| sandbox.bare(command).env("ROWSMITH_PLUGIN_PATH", &rest));
    let xdg = sandbox.path("xdg");
    refused(&sandbox, |command| sandbox.bare(command).env("ROWSMITH_PLUGIN_PATH", &rest).env("XDG_DATA_HOME", &xdg));
}

#[test]
fn files_without_a_pin_are_refused_however_they_are_named() {
    let csv = "[[exporters]]\nplugin = \"csv\"\n[exporters.config]\npath = \"out.csv\"\n";
    let by_path = "[[exporters]]\nlibrary = \"mine.so\"\n[exporters.config]\npath = \"out.csv\"\n";
    let jsonl = "\n[[exporters]]\nplugin = \"jsonl\"\n[exporters.config]\npath = \"out.jsonl\"\n";
    let second = "\n[providers.second]\nplugin = \"extractivo\"\n";
    let sandbox = pinned(&config::offline());
    let text = sandbox.read("rowsmith.toml");
    assert!(text.contains(csv), "{text}");
    sandbox.write("mine.so", changed());
    sandbox.write(
        &format!("plugins/{}", library_name("provider", "extractivo")),
        Plugin::built("provider", "extractive").change_all(b"\nname: extractive\nkind", b"\nname: extractivo\nkind").0,
    );
    std::os::unix::fs::symlink("mine.so", sandbox.path("link.so")).expect("a link");
    for (name, config) in [
        ("a path", text.replace(csv, by_path)),
        ("a path and a name", text.replace(csv, &by_path.replace("library", "plugin = \"csv\"\nlibrary"))),
        ("a link", text.replace(csv, &by_path.replace("mine.so", "link.so"))),
        (
            "a separate process",
            text.replace(csv, &by_path.replace("[exporters.c", "isolation = \"process\"\n[exporters.c")),
        ),
        ("a second exporter", format!("{text}{jsonl}")),
        ("a second exporter by path", format!("{text}\n{}", by_path.replace("out.csv", "two.csv"))),
    ] {
        sandbox.write("rowsmith.toml", config);
        let output = refused(&sandbox, |command| sandbox.call(command));
        assert!(output.stderr.contains("exporter") || output.stderr.contains(".so"), "{name}: {}", output.stderr);
    }
    // Another provider of the config, and an exporter that the extension of the output selects.
    sandbox.write("rowsmith.toml", &text);
    sandbox.call(["run", "-o", "out.jsonl"]).output().exits(4);
    sandbox.call(["run", "--set", "exporters.0.plugin=jsonl"]).output().exits(4);
    sandbox.call(["run", "--set", "exporters.0.library=mine.so"]).output().exits(4);
    sandbox.write("rowsmith.toml", format!("{text}{second}"));
    sandbox.call(["check", "--plugin-dir", "plugins"]).output().exits(0);
    sandbox.call(["run", "--provider", "second", "--plugin-dir", "plugins"]).output().exits(4);
    assert!(!sandbox.has("out.jsonl") && !sandbox.has("out.csv"), "nothing was exported");
}

#[test]
fn a_pin_of_a_program_pins_the_plugins_as_well() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.csv", config::rows(2));
    sandbox
        .write("rowsmith.toml", format!("{}\n[plugins.pins]\n\"file:other.py\" = \"sha256:00\"\n", config::offline()));
    refused(&sandbox, |command| sandbox.call(command));
}
