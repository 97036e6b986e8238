//! Documentation, help and errors use the words of the field.
//!
//! `wording_budget.txt` holds the number of findings that a folder may have; numbers in it only shrink.
//! `SHOW_WORDING=host/src cargo test -p rowsmith-repo-checks --test wording` lists the findings below a folder.

use rowsmith_repo_checks::findings::{Finding, assert_none};
use rowsmith_repo_checks::tree::{SourceFile, files};
use rowsmith_repo_checks::wording::Wording;
use std::collections::BTreeMap;

const WORDS: &str = include_str!("../wording.txt");
const BUDGET: &str = include_str!("../wording_budget.txt");

/// Returns the files that people read. Changes of released versions keep their words.
fn read_by_people() -> Vec<SourceFile> {
    let mut all = files("", &["rs", "md", "toml", "in"]);
    all.retain(|file| !file.name.starts_with("host/repo-checks/"));
    for file in all.iter_mut().filter(|file| file.name == "CHANGELOG.md") {
        file.text = file.text.split("\n## ").take(2).collect();
    }
    all
}

#[test]
fn words_of_the_field_are_used() {
    let wording = Wording::from_list(WORDS);
    let mut found = BTreeMap::<String, Vec<Finding>>::new();
    for finding in read_by_people().iter().flat_map(|file| wording.findings(file)) {
        found.entry(folder(&finding.file)).or_default().push(finding);
    }
    if let Some(folder) = std::env::var_os("SHOW_WORDING") {
        let folder = folder.to_string_lossy();
        let all = found.into_values().flatten();
        return assert_none(all.filter(|finding| finding.file.starts_with(&*folder)).collect());
    }
    let over = found.into_iter().filter(|(folder, findings)| findings.len() > budget(folder));
    assert_none(over.flat_map(|(_, findings)| findings).collect());
}

/// Returns the first two folders of a file, `.` for the root.
fn folder(file: &str) -> String {
    let names: Vec<&str> = file.split('/').collect();
    let folder = names.iter().take(names.len().saturating_sub(1).min(2)).copied().collect::<Vec<_>>().join("/");
    if folder.is_empty() { ".".to_owned() } else { folder }
}

/// Returns the findings that a folder may have.
fn budget(folder: &str) -> usize {
    let line = BUDGET.lines().find_map(|line| line.strip_suffix(folder)?.strip_suffix(' '));
    line.and_then(|number| number.trim().parse().ok()).unwrap_or(0)
}
