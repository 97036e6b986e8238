//! The folders of plugins and the tables of the documentation agree with the list of the bundled plugins.
//!
//! `SNAPSHOTS=overwrite cargo test -p rowsmith-repo-checks` writes the tables.

#[path = "../../../../plugins/bundled/list.rs"]
mod list;

use rowsmith_repo_checks::tree::{files, read, root};
use std::fmt::Write as _;
use std::fs;

const LIST: &str = "plugins/bundled/Cargo.toml";
/// The line in the manifest of an optional plugin.
const OPTIONAL: &str = "bundled = false";

/// Returns the folders of the plugins that are bundled, or of those that are not.
fn folders(bundled: bool) -> Vec<String> {
    let manifests = files("plugins", &["toml"]).into_iter().filter(|file| file.text.contains("cdylib"));
    let some = manifests.filter(|file| file.text.contains(OPTIONAL) != bundled);
    some.map(|file| file.name.replace("/Cargo.toml", "")).collect()
}

#[test]
fn the_list_names_every_bundled_plugin() {
    let manifest = read(LIST);
    let mut listed: Vec<String> =
        list::bundled(&manifest).iter().map(|(kind, name)| format!("plugins/{kind}-{name}")).collect();
    listed.sort();
    assert_eq!(listed, folders(true), "{LIST} has one line for each plugin folder without `{OPTIONAL}`");
}

#[test]
fn the_host_knows_the_optional_plugins() {
    let listed: Vec<String> = read("plugins/optional.txt").lines().map(|plugin| format!("plugins/{plugin}")).collect();
    assert_eq!(listed, folders(false), "plugins/optional.txt names each plugin folder with `{OPTIONAL}`");
}

#[test]
fn default_builds_have_the_bundled_plugins_only() {
    let manifest = read("Cargo.toml");
    let members =
        manifest.split("default-members = [").nth(1).and_then(|rest| rest.split(']').next()).unwrap_or_default();
    let members: Vec<&str> = members.split('"').filter(|text| text.starts_with("plugins/")).collect();
    let mut expected = folders(true);
    expected.extend(["plugins/bundled", "plugins/exec"].map(str::to_owned));
    expected.sort();
    assert_eq!(members, expected, "default-members in Cargo.toml");
}

#[test]
fn tables_of_the_documentation_are_those_of_the_folders() {
    for (mark, bundled) in [("bundled-plugins", true), ("optional-plugins", false)] {
        let (begin, end) = (format!("<!-- {mark} -->\n"), format!("<!-- /{mark} -->"));
        let table = table(&folders(bundled));
        let mut places = 0;
        for file in files("", &["md"]) {
            let Some((before, rest)) = file.text.split_once(&begin) else { continue };
            let (found, after) = rest.split_once(&end).expect("the table has an end");
            places += 1;
            if std::env::var_os("SNAPSHOTS").is_some_and(|action| action == "overwrite") {
                fs::write(root().join(&file.name), [before, &begin, &table, &end, after].concat())
                    .expect("the file is written");
            } else {
                assert_eq!(found, table, "the table in {} is old; SNAPSHOTS=overwrite writes it", file.name);
            }
        }
        assert!(places > 0, "no Markdown file has the line {begin}");
    }
}

/// Returns one row for each plugin folder, with the text that `plugin list` prints.
fn table(folders: &[String]) -> String {
    let mut table = "| kind | plugin | description |\n|---|---|---|\n".to_owned();
    for kind in ["scraper", "cache", "provider", "exporter"] {
        for folder in folders {
            let Some((_, name)) = folder.split_once(&format!("/{kind}-")) else { continue };
            let source = read(&format!("{folder}/src/lib.rs"));
            let about = source.split("about = \"").nth(1).and_then(|rest| rest.split('"').next());
            let about = about.unwrap_or_else(|| panic!("{kind}-{name} has no description"));
            writeln!(table, "| {kind} | `{name}` | {about} |").expect("a String takes all");
        }
    }
    table
}
