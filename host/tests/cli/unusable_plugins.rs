//! Files that cannot be plugins: each is refused in one sentence, and none of them ends the process.

use rowsmith_test_harness::{Sandbox, config, library_name, plugins};
use std::fs;
use std::path::{Path, PathBuf};

const CUTS: usize = 20;

/// A config whose exporter is exactly this file, with further text.
pub(crate) fn config(library: &Path, more: &str) -> String {
    let library = format!("[[exporters]]\nlibrary = '{}'", library.display());
    format!("{}{more}", config::offline().replace("[[exporters]]\nplugin = \"csv\"", &library))
}

/// Runs a config that names this file, and returns the sentence with which it is refused.
pub(crate) fn refused(sandbox: &Sandbox, library: &Path, more: &str) -> String {
    sandbox.write("rowsmith.toml", config(library, more));
    let said = sandbox.rowsmith("run").exits(4);
    assert_eq!(said.stdout, "");
    assert!(!sandbox.has("out.csv"));
    assert!(said.stderr.starts_with("error[RS1010]: plugin "), "{}", said.stderr);
    let sentence = said.stderr.lines().next().unwrap_or_default().to_owned();
    assert!(said.stderr.contains("| library = '"), "it points at the line: {}", said.stderr);
    sentence.trim_start_matches("error[RS1010]: plugin ").to_owned()
}

#[test]
fn what_is_no_plugin_is_refused_in_one_sentence() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.csv", config::rows(1));
    let good = plugins().join(library_name("exporter", "csv"));
    let whole = fs::read(&good).expect("a plugin");
    fs::create_dir(sandbox.path("folder")).expect("a folder");
    sandbox.write("text.so", "not a library");
    sandbox.write("empty.so", "");
    sandbox.write("half.so", &whole[..whole.len() / 2]);
    let beginning = [
        ("none.so", "DIR/none.so: cannot be read: No such file or directory (os error 2)"),
        ("folder", "DIR/folder: is a folder, not a file"),
        ("text.so", "DIR/text.so: is not a dynamic library"),
        ("empty.so", "DIR/empty.so: is not a dynamic library"),
        ("half.so", "DIR/half.so: is "),
    ];
    for (name, sentence) in beginning {
        let said = refused(&sandbox, &sandbox.path(name), "");
        assert!(said.starts_with(sentence), "{name}: {said}");
    }
    let said = refused(&sandbox, &plugins().join(library_name("scraper", "csv")), "");
    assert!(said.ends_with(": expected an exporter plugin, found the scraper plugin `csv`"), "{said}");
    if let Some(libc) = other_library() {
        let said = refused(&sandbox, &libc, "");
        assert!(said.ends_with("is a dynamic library, but not a Rowsmith plugin: it has no manifest"), "{said}");
    }
}

#[test]
fn pinned_plugins_may_have_no_other_bytes() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.csv", config::rows(1));
    let name = library_name("exporter", "csv");
    let mut bytes = fs::read(plugins().join(&name)).expect("a plugin");
    let copy = sandbox.write(&name, &bytes);
    let call = sandbox.bare(["plugin", "info", &copy.display().to_string(), "--format", "json"]);
    let hash = call.output().exits(0).json()["sha256"].as_str().unwrap_or_default().to_owned();
    let pin = format!("\n[plugins.pins]\n\"exporter-csv\" = \"sha256:{hash}\"\n");

    sandbox.write("rowsmith.toml", config(&copy, &pin));
    sandbox.rowsmith("check").exits(0);

    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    sandbox.write(&name, &bytes);
    let said = refused(&sandbox, &copy, &pin);
    assert!(said.contains(&format!("does not have the pinned bytes: sha256:{hash} is pinned, and it has ")), "{said}");
}

#[test]
fn a_list_goes_on_over_files_that_are_cut_anywhere() {
    let sandbox = Sandbox::new();
    let name = library_name("exporter", "jsonl");
    let whole = fs::read(plugins().join(&name)).expect("a plugin");
    sandbox.write(&format!("found/{name}"), &whole);
    for cut in 0..CUTS {
        let end = (whole.len() - 1) * cut / (CUTS - 1);
        sandbox.write(&format!("found/{}", library_name("exporter", &format!("cut{cut:02}"))), &whole[..end]);
    }
    let said = sandbox.bare(["plugin", "list", "--plugin-dir", "found"]).output().exits(0);
    assert!(said.stdout.contains(&format!("DIR/found/{name}\n")), "{}", said.stdout);
    let warnings: Vec<&str> = said.stderr.lines().filter(|line| line.contains("_cut")).collect();
    assert_eq!(warnings.len(), CUTS, "{}", said.stderr);
    assert!(warnings.iter().all(|line| line.starts_with("warning: plugin DIR/found/")), "{}", said.stderr);

    let list = sandbox.bare(["plugin", "list", "--plugin-dir", "found", "--format", "json"]).output().exits(0).json();
    let broken = list.as_array().into_iter().flatten().filter(|plugin| plugin["error"].is_string());
    assert_eq!(broken.count(), CUTS);
}

/// A library of the system that is no plugin.
fn other_library() -> Option<PathBuf> {
    let places = ["/lib/x86_64-linux-gnu/libc.so.6", "/lib/aarch64-linux-gnu/libc.so.6", "/lib64/libc.so.6"];
    places.iter().map(PathBuf::from).find(|path| path.is_file())
}
