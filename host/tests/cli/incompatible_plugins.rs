//! Plugins of another version, damaged plugins, and plugins whose file was changed: each is refused with one error.

use super::patched::Plugin;
use super::unusable_plugins::{config, refused};
use rowsmith_test_harness::{Golden, Output, Sandbox, config};

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
    // Without running its code, the plugin looks valid.
    sandbox.rowsmith("check --static").exits(0);
    let output = sandbox.rowsmith("run").exits(4);
    assert!(!sandbox.has("out.csv"));
    assert_eq!(output.stdout, "");
    output
}

#[test]
fn another_abi_is_refused_with_both_versions() {
    let sandbox = sandbox();
    let mut golden = Golden::new("incompatible_abi");
    for abi in ["2", "0"] {
        let plugin = exporter().change_manifest(b"\nabi: 1\n", format!("\nabi: {abi}\n").as_bytes());
        let library = sandbox.write("other.so", plugin.0);
        golden.add(&format!("run with ABI {abi}"), &refused(&sandbox, &library, ""));
        sandbox.rowsmith("check --static").exits(4);
        golden.record(&sandbox.bare(["plugin", "info", "other.so"]).output().exits(4));
    }
    golden.check();
}

#[test]
fn another_header_or_other_types_are_refused_when_opened() {
    const MAGIC: &[u8] = b"abi stable library for Rust     ";
    let sandbox = sandbox();
    let next = [MAGIC, &0_u32.to_le_bytes(), &12_u32.to_le_bytes()].concat();
    let own = [MAGIC, &0_u32.to_le_bytes(), &11_u32.to_le_bytes()].concat();
    let mut golden = Golden::new("incompatible_types");
    for (name, plugin) in [
        ("another abi_stable", exporter().change_all(&own, &next)),
        ("no header", exporter().change_all(MAGIC, &[b'x'; 32])),
        ("other types", exporter().change_all(b"manifest;create;", b"manifest;others;")),
    ] {
        golden.add(name, &refused_when_opened(&sandbox, &plugin).stderr);
    }
    golden.check();
}

#[test]
fn damaged_manifest_is_refused_before_the_library_is_opened() {
    let sandbox = sandbox();
    let cases: [(&str, &[u8], &[u8]); 7] = [
        ("no start", b"rowsmith-manifest 1\n", b"rowsmith-manifest 9\n"),
        ("no end", b"rowsmith-manifest-end", b"rowsmith-manifest-xxx"),
        ("not UTF-8", b"\nabout: W", b"\nabout: \xff"),
        ("no entry", b"\nentry: ", b"\nextra: "),
        ("unknown kind", b"\nkind: exporter", b"\nkind: reporter"),
        ("schema that is not JSON", b"\nconfig-schema: {", b"\nconfig-schema: ["),
        ("unknown entry", b"plugin_v1__rows", b"plugin_v1__cols"),
    ];
    let mut golden = Golden::new("incompatible_manifest");
    for (name, from, to) in cases {
        let library = sandbox.write("damaged.so", exporter().change_manifest(from, to).0);
        golden.add(name, &refused(&sandbox, &library, ""));
    }
    golden.check();
}

#[test]
fn library_that_differs_from_its_manifest_section_is_refused() {
    let sandbox = sandbox();
    let output = refused_when_opened(&sandbox, &exporter().change_manifest(b"\nabout: Writes", b"\nabout: Steals"));
    let mut golden = Golden::new("incompatible_changed_file");
    golden.add("changed manifest", &output.stderr);
    golden.check();
}

#[cfg(target_os = "linux")]
#[test]
fn missing_system_library_is_named() {
    let sandbox = sandbox();
    let output = refused_when_opened(&sandbox, &exporter().change_all(b"libgcc_s.so.1\0", b"libgcc_x.so.1\0"));
    assert!(output.stderr.contains("libgcc_x.so.1"), "{}", output.stderr);
}
