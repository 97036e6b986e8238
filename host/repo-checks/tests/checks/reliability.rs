//! `docs/reliability.md` names tests that exist, and every fault once.

use regex::Regex;
use rowsmith_repo_checks::findings::{Finding, assert_none};
use rowsmith_repo_checks::tree::read;
use std::fs;

const PAGE: &str = "docs/reliability.md";
/// Number of the last fault.
const FAULTS: usize = 102;

#[test]
fn tests_of_the_page_exist() {
    let text = read(PAGE);
    let reference = Regex::new(r"`([\w/.\-]+\.rs)::(\w+)`").expect("a valid expression");
    let mut names = 0;
    let mut missing = Vec::new();
    for (at, line) in text.lines().enumerate() {
        for found in reference.captures_iter(line) {
            let (path, function) = (&found[1], &found[2]);
            names += 1;
            let source = fs::read_to_string(rowsmith_repo_checks::tree::root().join(path)).unwrap_or_default();
            if !defines(&source, function) {
                let message = format!("`{path}` has no test `{function}`; name the test that covers this");
                missing.push(Finding { file: PAGE.to_owned(), line: at + 1, message });
            }
        }
    }
    assert!(names > FAULTS, "{names} tests");
    assert_none(missing);
}

/// Returns whether a source defines a test of this name.
fn defines(source: &str, test: &str) -> bool {
    let lines: Vec<&str> = source.lines().collect();
    let start = format!("fn {test}(");
    let is_definition = |line: &str| line.trim_start().trim_start_matches("async ").starts_with(&start);
    let is_test = |at: usize| {
        let before = at.saturating_sub(6)..at;
        before.into_iter().any(|at| {
            lines[at].contains("#[test]") || lines[at].contains("tokio::test") || lines[at].contains("proptest!")
        })
    };
    lines.iter().enumerate().any(|(at, line)| is_definition(line) && is_test(at))
}

#[test]
fn every_fault_is_on_the_page_once() {
    let text = read(PAGE);
    let wrong: Vec<String> = (1..=FAULTS)
        .map(|number| format!("| F{number:02} |"))
        .filter(|start| text.lines().filter(|line| line.starts_with(start.as_str())).count() != 1)
        .collect();
    assert!(wrong.is_empty(), "{PAGE} has no row or several rows for {wrong:?}");
}
