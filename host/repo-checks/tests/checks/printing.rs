//! The host prints in one place, which removes secrets and escapes control characters.

use rowsmith_repo_checks::findings::{Finding, assert_none};
use rowsmith_repo_checks::rust_text::without_tests;
use rowsmith_repo_checks::tree::files;

/// Files that write to the standard streams themselves: the printer, the log, the last words of the process, and the process
/// of a plugin, whose streams carry frames.
const WRITERS: [&str; 4] = [
    "host/src/printer.rs",
    "host/src/cli/logging.rs",
    "host/src/plugin/exit_guard.rs",
    "host/src/plugin/isolated/wire.rs",
];
const WRITES: [&str; 8] = [
    "stdout().lock()",
    "stderr().lock()",
    "stdout().write",
    "stderr().write",
    "println!(",
    "print!(",
    "eprintln!(",
    "eprint!(",
];

#[test]
fn only_the_printer_writes_to_the_standard_streams() {
    let findings = files("host/src", &["rs"])
        .into_iter()
        .filter(|file| !WRITERS.contains(&file.name.as_str()) && !file.name.ends_with("tests.rs"));
    let findings = findings.flat_map(|file| {
        let text = without_tests(&file.text).to_owned();
        let lines = text.lines().enumerate().filter(|(_, line)| WRITES.iter().any(|write| line.contains(write)));
        let finding = |(at, line): (usize, &str)| {
            let message = format!("`{}`: use `Printer`", line.trim());
            Finding { file: file.name.clone(), line: at + 1, message }
        };
        lines.map(finding).collect::<Vec<_>>()
    });
    assert_none(findings.collect());
}
