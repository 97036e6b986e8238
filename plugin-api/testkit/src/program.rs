//! Programs that tests need.

use std::process::{Command, Stdio};

/// Returns true if a program can be started. With the variable `CI` set, every program must exist.
///
/// # Panics
/// When the program is missing and `CI` is set.
#[expect(clippy::print_stderr, reason = "a skipped test reports it")]
pub fn has_program(name: &str) -> bool {
    let started = Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let exists = started.is_ok_and(|status| status.success());
    assert!(exists || std::env::var_os("CI").is_none(), "{name} is missing");
    if !exists {
        eprintln!("skipped: {name} is missing");
    }
    exists
}
