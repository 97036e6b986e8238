//! One line of counts per test, for the documentation.

use rowsmith_test_harness::target_folder;
use std::fs::OpenOptions;
use std::io::Write as _;

/// Writes a line to the standard error, also in a captured test, and to `endurance.txt` in the target folder.
pub(crate) fn publish(line: &str) {
    let path = target_folder().parent().unwrap().join("endurance.txt");
    let mut file = OpenOptions::new().create(true).append(true).open(path).unwrap();
    writeln!(file, "{line}").unwrap();
    // A captured test does not capture this.
    std::io::stderr().write_all(format!("{line}\n").as_bytes()).unwrap();
}
