//! `rowsmith plugin pin`: hashes into the config, and nothing else of it changed.

use super::patched::Plugin;
use rowsmith_test_harness::{Sandbox, config};
use std::fs;

/// A config with a comment, a second provider, one that is not there, and an exporter by its file.
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
fn the_first_run_writes_the_second_does_not_and_the_config_runs() {
    let sandbox = sandbox();
    let before = sandbox.read("rowsmith.toml");
    let said = sandbox.rowsmith("plugin pin --check").exits(4);
    assert_eq!(sandbox.read("rowsmith.toml"), before);
    assert!(said.stderr.contains("error: in rowsmith.toml, 6 hashes differ or are missing\n"), "{}", said.stderr);
    assert!(
        said.stderr.ends_with("hint: if the change is meant, run `rowsmith plugin pin rowsmith.toml`\n"),
        "{}",
        said.stderr
    );
    assert!(said.stdout.lines().all(|line| line.contains("  not pinned (")), "{}", said.stdout);

    let said = sandbox.rowsmith("plugin pin").exits(0);
    let names: Vec<&str> = said.stdout.lines().filter_map(|line| line.split(' ').next()).collect();
    let expected =
        ["cache-lmdb", "exporter-csv", "exporter-jsonl", "provider-extractive", "provider-gemini", "scraper-csv"];
    assert_eq!(names, expected);
    let after = sandbox.read("rowsmith.toml");
    let added = after.strip_prefix(before.as_str()).unwrap_or_else(|| panic!("only the end may change:\n{after}"));
    assert!(added.starts_with("\n[plugins.pins]\ncache-lmdb = \"sha256:"), "{added}");
    assert!(said.stderr.contains("[providers.gone] is not pinned: there is no such plugin here\n"), "{}", said.stderr);
    assert!(said.stderr.ends_with("wrote 6 hashes into rowsmith.toml\n"), "{}", said.stderr);

    let said = sandbox.rowsmith("plugin pin").exits(0);
    assert!(said.stderr.ends_with("rowsmith.toml has these hashes already; nothing was written\n"), "{}", said.stderr);
    assert!(said.stdout.lines().all(|line| line.contains("  as pinned (")), "{}", said.stdout);
    assert_eq!(sandbox.read("rowsmith.toml"), after);
    sandbox.rowsmith("plugin pin --check").exits(0);
    sandbox.rowsmith("run").exits(0);
}

#[test]
fn a_plugin_that_changed_is_refused_until_it_is_pinned_again() {
    let sandbox = sandbox();
    sandbox.rowsmith("plugin pin").exits(0);
    let old = sandbox.read("rowsmith.toml");
    let mut bytes = Plugin::built("exporter", "jsonl").0;
    bytes.push(0);
    sandbox.write("mine.so", bytes);
    let said = sandbox.rowsmith("check").exits(4);
    assert!(said.stderr.contains("plugin mine.so: does not have the pinned bytes: sha256:"), "{}", said.stderr);
    assert!(said.stderr.contains("if the change is meant, `rowsmith plugin pin CONFIG` puts"), "{}", said.stderr);
    let said = sandbox.rowsmith("plugin pin --check").exits(4);
    assert!(said.stderr.contains("error: in rowsmith.toml, 1 hash differs or is missing\n"), "{}", said.stderr);
    let said = sandbox.rowsmith("plugin pin").exits(0);
    let line = said.stdout.lines().find(|line| line.starts_with("exporter-jsonl ")).unwrap_or_default();
    let was = old.lines().find_map(|line| line.strip_prefix("exporter-jsonl = ")).unwrap_or_default().trim_matches('"');
    assert!(line.ends_with(&format!("  changed, was {was} (mine.so)")), "{line}");
    assert_eq!(said.stdout.lines().filter(|line| line.contains("as pinned")).count(), 5, "{}", said.stdout);
    sandbox.rowsmith("check").exits(0);
}

#[test]
fn what_stands_in_the_way_is_said_and_nothing_is_written() {
    let sandbox = sandbox();
    let said = sandbox.rowsmith("plugin pin -").exits(2);
    assert!(said.stderr.starts_with("error: `plugin pin` works on the config's file, so "), "{}", said.stderr);
    let said = sandbox.rowsmith("plugin pin none.toml").exits(3);
    assert!(said.stderr.starts_with("error: config file `none.toml` does not exist\n"), "{}", said.stderr);
    sandbox.write("broken.toml", "[scraper");
    let said = sandbox.rowsmith("plugin pin broken.toml").exits(3);
    assert!(said.stderr.starts_with("error["), "{}", said.stderr);

    let missing = sandbox.read("rowsmith.toml").replace("plugin = \"lmdb\"", "plugin = \"lmbd\"");
    sandbox.write("missing.toml", &missing);
    let said = sandbox.rowsmith("plugin pin missing.toml").exits(4);
    assert!(
        said.stderr.starts_with("error: there is no cache plugin `lmbd`\nhint: did you mean `lmdb`?"),
        "{}",
        said.stderr
    );
    assert_eq!(sandbox.read("missing.toml"), missing);

    let other =
        sandbox.write("other.so", Plugin::built("exporter", "jsonl").change_manifest(b"\nabout: W", b"\nabout: w").0);
    let twice = format!("{}\n[[exporters]]\nlibrary = '{}'\n", sandbox.read("rowsmith.toml"), other.display());
    sandbox.write("twice.toml", &twice);
    let said = sandbox.rowsmith("plugin pin twice.toml").exits(3);
    let sentence = "[exporters[2]] uses DIR/other.so, and another table mine.so: both are exporter-jsonl, ";
    assert!(said.stderr.contains(sentence), "{}", said.stderr);
    assert_eq!(sandbox.read("twice.toml"), twice);

    sandbox.write("list.toml", format!("plugins = {{ pins = [] }}\n{}", sandbox.read("rowsmith.toml")));
    let said = sandbox.rowsmith("plugin pin list.toml").exits(3);
    assert!(
        said.stderr.contains("the hashes have no place in list.toml: `plugins.pins` is not a table"),
        "{}",
        said.stderr
    );

    let path = sandbox.path("rowsmith.toml");
    let mut permissions = fs::metadata(&path).expect("it is there").permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).expect("permissions are set");
    let said = sandbox.rowsmith("plugin pin").exits(1);
    assert!(
        said.stderr.contains("error: cannot write the hashes: DIR/rowsmith.toml is write-protected\n"),
        "{}",
        said.stderr
    );
}

#[cfg(unix)]
#[test]
fn a_link_and_the_permissions_of_the_file_stay() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let sandbox = sandbox();
    fs::set_permissions(sandbox.path("rowsmith.toml"), fs::Permissions::from_mode(0o640)).expect("permissions are set");
    symlink("rowsmith.toml", sandbox.path("link.toml")).expect("a link");
    sandbox.rowsmith("plugin pin link.toml").exits(0);
    assert!(fs::symlink_metadata(sandbox.path("link.toml")).expect("it is there").is_symlink());
    let mode = fs::metadata(sandbox.path("rowsmith.toml")).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o640);
    assert!(sandbox.read("rowsmith.toml").contains("[plugins.pins]\n"));
}
