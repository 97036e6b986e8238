//! Documentation, help and errors use the words of the field.
//!
//! `SHOW_WORDING=host/src cargo test -p rowsmith-repo-checks wording` lists the findings below a folder.

use rowsmith_repo_checks::findings::{Finding, assert_none};
use rowsmith_repo_checks::tree::{SourceFile, files};
use rowsmith_repo_checks::wording::Wording;

const WORDS: &str = include_str!("../../wording.txt");

/// Returns the files that people read. Changes and sources of released versions keep their words.
fn read_by_people() -> Vec<SourceFile> {
    let mut all = files("", &["rs", "md", "toml", "in"]);
    // The sources of plugins of earlier versions never change.
    let kept = ["host/repo-checks/", "host/cargo-tests/compat/plugins/"];
    all.retain(|file| !kept.iter().any(|folder| file.name.starts_with(folder)));
    for file in all.iter_mut().filter(|file| file.name == "CHANGELOG.md") {
        file.text = file.text.split("\n## ").take(2).collect();
    }
    all
}

#[test]
fn words_of_the_field_are_used() {
    let wording = Wording::from_list(WORDS);
    let folder = std::env::var_os("SHOW_WORDING").unwrap_or_default();
    let folder = folder.to_string_lossy();
    let found = read_by_people().iter().flat_map(|file| wording.findings(file)).collect::<Vec<Finding>>();
    assert_none(found.into_iter().filter(|finding| finding.file.starts_with(&*folder)).collect());
}
