//! Files that cannot be plugins: each is refused with one error, and none of them ends the process.

use rowsmith_test_harness::{Golden, Sandbox, config, library_name, plugins};
use std::fs;
use std::path::{Path, PathBuf};

const CUTS: usize = 20;

/// Returns a config whose exporter is this file, with further text.
pub(crate) fn config(library: &Path, more: &str) -> String {
    let library = format!("[[exporters]]\nlibrary = '{}'", library.display());
    format!("{}{more}", config::offline().replace("[[exporters]]\nplugin = \"csv\"", &library))
}

/// Runs a config that names this file; returns the error that refuses it.
pub(crate) fn refused(sandbox: &Sandbox, library: &Path, more: &str) -> String {
    sandbox.write("rowsmith.toml", config(library, more));
    let output = sandbox.rowsmith("run").exits(4);
    assert_eq!(output.stdout, "");
    assert!(!sandbox.has("out.csv"));
    assert!(output.stderr.starts_with("error[RS1010]: "), "{}", output.stderr);
    assert!(output.stderr.contains("| library = '"), "the error points at the line: {}", output.stderr);
    output.messages()
}

#[test]
fn other_files_are_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.csv", config::rows(1));
    let whole = fs::read(plugins().join(library_name("exporter", "csv"))).expect("a plugin");
    fs::create_dir(sandbox.path("folder")).expect("a new folder");
    sandbox.write("text.so", "not a library");
    sandbox.write("empty.so", "");
    let mut golden = Golden::new("unusable_plugins");
    for name in ["none.so", "folder", "text.so", "empty.so"] {
        golden.add(name, &refused(&sandbox, &sandbox.path(name), ""));
    }
    golden.add("a scraper", &refused(&sandbox, &plugins().join(library_name("scraper", "csv")), ""));
    if let Some(libc) = system_library() {
        let error = refused(&sandbox, &libc, "");
        golden.add("a library of the system", &error.replace(&*libc.to_string_lossy(), "LIBRARY"));
    }
    golden.check();
    sandbox.write("half.so", &whole[..whole.len() / 2]);
    refused(&sandbox, &sandbox.path("half.so"), "");
}

#[test]
fn pinned_plugins_have_the_pinned_bytes() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.csv", config::rows(1));
    let name = library_name("exporter", "csv");
    let mut bytes = fs::read(plugins().join(&name)).expect("a plugin");
    let copy = sandbox.write(&name, &bytes);
    let info = sandbox.bare(["plugin", "info", &copy.display().to_string(), "--format", "json"]).output().exits(0);
    let hash = info.json()["sha256"].as_str().unwrap_or_default().to_owned();

    let unpinned = config(&copy, "");
    sandbox.write("rowsmith.toml", &unpinned);
    sandbox.rowsmith("plugin pin").exits(0);
    let pinned = sandbox.read("rowsmith.toml");
    let pins = pinned.strip_prefix(&unpinned).expect("pins at the end");
    assert!(pins.contains(&hash), "{pins}");
    sandbox.rowsmith("check").exits(0);

    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    sandbox.write(&name, &bytes);
    let error = refused(&sandbox, &copy, pins);
    assert!(error.contains(&hash), "{error}");
    let mut golden = Golden::new("unusable_plugins_pinned");
    golden.add("other bytes than pinned", &error);
    golden.check();
}

#[test]
fn list_continues_after_truncated_files() {
    let sandbox = Sandbox::new();
    let name = library_name("exporter", "jsonl");
    let whole = fs::read(plugins().join(&name)).expect("a plugin");
    sandbox.write(&format!("found/{name}"), &whole);
    for cut in 0..CUTS {
        let end = (whole.len() - 1) * cut / (CUTS - 1);
        sandbox.write(&format!("found/{}", library_name("exporter", &format!("cut{cut:02}"))), &whole[..end]);
    }
    let list = sandbox.bare(["plugin", "list", "--plugin-dir", "found"]).output().exits(0);
    assert!(list.stdout.contains(&format!("DIR/found/{name}\n")), "{}", list.stdout);
    let warnings = list.messages().lines().filter(|line| line.starts_with("warning") && line.contains("_cut")).count();
    assert_eq!(warnings, CUTS, "{}", list.stderr);

    let list = sandbox.bare(["plugin", "list", "--plugin-dir", "found", "--format", "json"]).output().exits(0).json();
    let broken = list.as_array().into_iter().flatten().filter(|plugin| plugin["error"].is_string());
    assert_eq!(broken.count(), CUTS);
}

/// Returns a library of the system, which is not a plugin.
fn system_library() -> Option<PathBuf> {
    let paths = ["/lib/x86_64-linux-gnu/libc.so.6", "/lib/aarch64-linux-gnu/libc.so.6", "/lib64/libc.so.6"];
    paths.iter().map(PathBuf::from).find(|path| path.is_file())
}
