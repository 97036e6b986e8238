//! Plugins of another version, damaged ones, and ones that are not what they say: each is refused in one sentence.

use super::patched::Plugin;
use super::unusable_plugins::{config, refused};
use rowsmith_test_harness::{Output, Sandbox, config};

/// The version of plugin-api on both sides, as these tests build both.
const API: &str = rowsmith_plugin_api::VERSION;

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("rows.csv", config::rows(1));
    sandbox
}

fn exporter() -> Plugin {
    Plugin::built("exporter", "csv")
}

/// Runs a config whose exporter is refused only when it is opened.
fn refused_when_opened(sandbox: &Sandbox, plugin: &Plugin) -> Output {
    let library = sandbox.write("changed.so", &plugin.0);
    sandbox.write("rowsmith.toml", config(&library, ""));
    // Nothing is wrong with it as long as none of its code runs.
    sandbox.rowsmith("check --static").exits(0);
    let said = sandbox.rowsmith("run").exits(4);
    assert!(!sandbox.has("out.csv"));
    assert_eq!(said.stdout, "");
    said
}

#[test]
fn another_abi_names_both_versions_and_the_side_to_upgrade() {
    let sandbox = sandbox();
    let newer =
        format!("upgrade rowsmith to a version that speaks plugin ABI 2, or build the plugin with plugin-api {API}");
    let older =
        format!("upgrade the plugin: build it again with plugin-api {API}, or use a rowsmith that speaks plugin ABI 0");
    for (abi, hint) in [("2", newer), ("0", older)] {
        let plugin = exporter().change_manifest(b"\nabi: 1\n", format!("\nabi: {abi}\n").as_bytes());
        let library = sandbox.write("other.so", plugin.0);
        let sentence = format!(
            "speaks plugin ABI {abi} (built with plugin-api {API}), and this host speaks plugin ABI 1 (plugin-api {API})"
        );
        assert_eq!(refused(&sandbox, &library, ""), format!("DIR/other.so: {sentence}"));
        let said = sandbox.rowsmith("check --static").exits(4);
        assert!(said.stderr.contains(&hint), "{}", said.stderr);
        let said = sandbox.bare(["plugin", "info", "other.so"]).output().exits(4);
        assert_eq!(said.stderr, format!("error: plugin other.so: {sentence}\nhint: {hint}\n"));
    }
}

#[test]
fn another_header_or_other_types_name_both_versions_too() {
    const MAGIC: &[u8] = b"abi stable library for Rust     ";
    let sandbox = sandbox();
    let both =
        format!("; the plugin was built with plugin-api {API} (ABI 1), this host with plugin-api {API} (ABI 1)\n");
    let hint = format!("hint: upgrade the plugin: build it again with plugin-api {API}\n");
    let next = [MAGIC, &0_u32.to_le_bytes(), &12_u32.to_le_bytes()].concat();
    let own = [MAGIC, &0_u32.to_le_bytes(), &11_u32.to_le_bytes()].concat();
    let cases = [
        (exporter().change_all(&own, &next), "its header has abi_stable 0.12, and this host has abi_stable 0.11"),
        (exporter().change_all(MAGIC, &[b'x'; 32]), "its entry is not a plugin header"),
        (
            exporter().change_all(b"manifest;create;", b"manifest;others;"),
            "its types at the boundary differ from those of this host, although both have the same plugin ABI",
        ),
    ];
    for (plugin, sentence) in cases {
        let said = refused_when_opened(&sandbox, &plugin);
        assert_eq!(said.stderr, format!("error: plugin DIR/changed.so: {sentence}{both}{hint}"));
    }
}

#[test]
fn a_damaged_manifest_is_refused_before_the_library_is_opened() {
    let sandbox = sandbox();
    let cases: [(&[u8], &[u8], &str); 6] = [
        (b"rowsmith-manifest 1\n", b"rowsmith-manifest 9\n", "invalid plugin manifest: no start marker"),
        (b"rowsmith-manifest-end", b"rowsmith-manifest-xxx", "invalid plugin manifest: no end marker"),
        (b"\nabout: W", b"\nabout: \xff", "invalid plugin manifest: the text is not UTF-8"),
        (b"\nentry: ", b"\nextra: ", "invalid plugin manifest: entry `entry` is missing"),
        (b"\nkind: exporter", b"\nkind: reporter", "invalid plugin manifest: unknown kind `reporter`"),
        (b"\nconfig-schema: {", b"\nconfig-schema: [", "invalid plugin manifest: entry `config-schema` is not JSON"),
    ];
    for (from, to, sentence) in cases {
        let library = sandbox.write("damaged.so", exporter().change_manifest(from, to).0);
        let said = refused(&sandbox, &library, "");
        assert!(said.starts_with(&format!("DIR/damaged.so: {sentence}")), "{said}");
    }
    let library = sandbox.write("damaged.so", exporter().change_manifest(b"plugin_v1__rows", b"plugin_v1__cols").0);
    let said = refused(&sandbox, &library, "");
    assert_eq!(said, "DIR/damaged.so: does not export its entry `rowsmith_plugin_v1__colsmith-exporter-csv`");
}

#[test]
fn a_library_that_is_not_what_its_file_says_is_refused() {
    let sandbox = sandbox();
    let said = refused_when_opened(&sandbox, &exporter().change_manifest(b"\nabout: Writes", b"\nabout: Steals"));
    let start =
        "error: plugin DIR/changed.so: has another manifest at load time than in its file: `about` was `Steals ";
    assert!(said.stderr.starts_with(start), "{}", said.stderr);
    assert!(said.stderr.contains("` and is `Writes "), "{}", said.stderr);
    assert!(said.stderr.contains("\nhint: "), "{}", said.stderr);
}

#[cfg(target_os = "linux")]
#[test]
fn a_library_that_the_system_does_not_have_is_named() {
    let sandbox = sandbox();
    let said = refused_when_opened(&sandbox, &exporter().change_all(b"libgcc_s.so.1\0", b"libgcc_x.so.1\0"));
    let sentence = "error: plugin DIR/changed.so: cannot be loaded: libgcc_x.so.1: cannot open shared object file";
    assert!(said.stderr.starts_with(sentence), "{}", said.stderr);
}
