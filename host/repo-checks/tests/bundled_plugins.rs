//! The folders of plugins and the tables of the documentation agree with the list of the bundled plugins.
//!
//! `UPDATE_GOLDEN=1 cargo test -p rowsmith-repo-checks` writes the tables.

#[path = "../../../plugins/bundled/list.rs"]
mod list;

use rowsmith_repo_checks::tree::{files, read, root};
use std::fmt::Write as _;
use std::fs;

const LIST: &str = "plugins/bundled/Cargo.toml";
const BEGIN: &str = "<!-- bundled-plugins -->\n";
const END: &str = "<!-- /bundled-plugins -->";

#[test]
fn the_list_names_every_plugin_folder() {
    let manifest = read(LIST);
    let mut listed: Vec<String> =
        list::bundled(&manifest).iter().map(|(kind, name)| format!("plugins/{kind}-{name}/Cargo.toml")).collect();
    let manifests = files("plugins", &["toml"]).into_iter().filter(|file| file.text.contains("cdylib"));
    let folders: Vec<String> = manifests.map(|file| file.name).collect();
    listed.sort();
    assert_eq!(listed, folders, "{LIST} has one line for each plugin folder");
}

#[test]
fn tables_of_the_documentation_are_those_of_the_list() {
    let table = table();
    let mut places = 0;
    for file in files("", &["md"]) {
        let Some((before, rest)) = file.text.split_once(BEGIN) else { continue };
        let (found, after) = rest.split_once(END).expect("the table has an end");
        places += 1;
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(root().join(&file.name), [before, BEGIN, &table, END, after].concat())
                .expect("the file is written");
        } else {
            assert_eq!(found, table, "the table in {} is old; UPDATE_GOLDEN=1 writes it", file.name);
        }
    }
    assert!(places > 0, "no Markdown file has the line {BEGIN}");
}

/// Returns one row for each plugin, with the text that `plugin list` prints.
fn table() -> String {
    let mut table = "| kind | plugin | description |\n|---|---|---|\n".to_owned();
    let manifest = read(LIST);
    for kind in ["scraper", "cache", "provider", "exporter"] {
        for (_, name) in list::bundled(&manifest).into_iter().filter(|(other, _)| *other == kind) {
            let source = read(&format!("plugins/{kind}-{name}/src/lib.rs"));
            let about = source.split("about = \"").nth(1).and_then(|rest| rest.split('"').next());
            let about = about.unwrap_or_else(|| panic!("{kind}-{name} has no description"));
            writeln!(table, "| {kind} | `{name}` | {about} |").expect("a String takes all");
        }
    }
    table
}
