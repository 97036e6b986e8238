//! Programs that a test needs and that a machine may lack.

use std::process::{Command, Stdio};

/// Whether `name` can be started. Where everything is tested (the variable `CI` is set) it has to be there.
///
/// # Panics
/// When it is missing and `CI` is set.
#[expect(clippy::print_stderr, reason = "a test that was skipped says so")]
pub fn has_program(name: &str) -> bool {
    let started = Command::new(name).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    let is_there = started.is_ok_and(|status| status.success());
    assert!(is_there || std::env::var_os("CI").is_none(), "{name} is missing");
    if !is_there {
        eprintln!("skipped: {name} is missing");
    }
    is_there
}
