//! `rowsmith plugin pin`: writes hashes into the config and changes nothing else of it.

use super::patched::Plugin;
use rowsmith_test_harness::{Golden, Sandbox, config};
use std::fs;

/// Returns a sandbox with a config that has a comment, three providers (one of them missing) and an exporter by path.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("rows.csv", config::rows(2));
    sandbox.write("mine.so", Plugin::built("exporter", "jsonl").0);
    let more = "\n[providers.other]\nplugin = \"gemini\"\n[providers.gone]\nplugin = \"nowhere\"\n\n\
        [[exporters]]\nlibrary = \"mine.so\"\n[exporters.config]\npath = \"${HOME}/out.jsonl\"\n# the end\n";
    sandbox.write("rowsmith.toml", format!("# my config\n{}{more}", config::offline()));
    sandbox
}

#[test]
fn first_run_writes_hashes_and_second_run_changes_nothing() {
    let sandbox = sandbox();
    let mut golden = Golden::new("pin");
    let before = sandbox.read("rowsmith.toml");
    golden.record(&sandbox.rowsmith("plugin pin --check").exits(4));
    assert_eq!(sandbox.read("rowsmith.toml"), before);

    golden.record(&sandbox.rowsmith("plugin pin").exits(0));
    let after = sandbox.read("rowsmith.toml");
    let added = after.strip_prefix(before.as_str()).unwrap_or_else(|| panic!("only the end may change:\n{after}"));
    let names: Vec<&str> = added.lines().filter_map(|line| line.split_once(" = \"sha256:")).map(|pin| pin.0).collect();
    let expected =
        ["cache-lmdb", "exporter-csv", "exporter-jsonl", "provider-extractive", "provider-gemini", "scraper-csv"];
    assert_eq!(names, expected);

    golden.record(&sandbox.rowsmith("plugin pin").exits(0));
    golden.check();
    assert_eq!(sandbox.read("rowsmith.toml"), after);
    sandbox.rowsmith("plugin pin --check").exits(0);
    sandbox.rowsmith("run").exits(0);
}

#[test]
fn changed_plugin_is_refused_until_it_is_pinned_again() {
    let sandbox = sandbox();
    let mut golden = Golden::new("pin_changed");
    sandbox.rowsmith("plugin pin").exits(0);
    let mut bytes = Plugin::built("exporter", "jsonl").0;
    bytes.push(0);
    sandbox.write("mine.so", bytes);
    golden.record(&sandbox.rowsmith("check").exits(4));
    golden.record(&sandbox.rowsmith("plugin pin --check").exits(4));
    golden.record(&sandbox.rowsmith("plugin pin").exits(0));
    golden.check();
    sandbox.rowsmith("check").exits(0);
}

#[test]
fn invalid_configs_are_reported_and_not_written() {
    let sandbox = sandbox();
    let config = sandbox.read("rowsmith.toml");
    let mut golden = Golden::new("pin_mistakes");
    golden.record(&sandbox.rowsmith("plugin pin -").exits(2));
    golden.record(&sandbox.rowsmith("plugin pin none.toml").exits(3));
    let about = Plugin::built("exporter", "jsonl").change_manifest(b"\nabout: W", b"\nabout: w");
    let other = sandbox.write("other.so", about.0);
    for (name, text, code) in [
        ("broken.toml", "[scraper".to_owned(), 3),
        ("missing.toml", config.replace("plugin = \"lmdb\"", "plugin = \"lmbd\""), 4),
        ("twice.toml", format!("{config}\n[[exporters]]\nlibrary = '{}'\n", other.display()), 3),
        ("list.toml", format!("plugins = {{ pins = [] }}\n{config}"), 3),
    ] {
        sandbox.write(name, &text);
        golden.record(&sandbox.rowsmith(&format!("plugin pin {name}")).exits(code));
        assert_eq!(sandbox.read(name), text);
    }

    let path = sandbox.path("rowsmith.toml");
    let mut permissions = fs::metadata(&path).expect("the config").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).expect("new permissions");
    golden.record(&sandbox.rowsmith("plugin pin").exits(1));
    golden.check();
}

#[cfg(unix)]
#[test]
fn links_and_permissions_are_kept() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let sandbox = sandbox();
    fs::set_permissions(sandbox.path("rowsmith.toml"), fs::Permissions::from_mode(0o640)).expect("new permissions");
    symlink("rowsmith.toml", sandbox.path("link.toml")).expect("a link");
    sandbox.rowsmith("plugin pin link.toml").exits(0);
    assert!(fs::symlink_metadata(sandbox.path("link.toml")).expect("the link").is_symlink());
    let mode = fs::metadata(sandbox.path("rowsmith.toml")).expect("the config").permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    assert!(sandbox.read("rowsmith.toml").contains("[plugins.pins]\n"));
}
