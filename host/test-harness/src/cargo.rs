//! Cargo, as slow suites run it.

use crate::build::{checkout, target_folder};
use std::process::Command;
use std::sync::Once;

/// Builds the program and the plugins under test, for suites of other packages.
///
/// Cargo builds them for the tests of the package `rowsmith`, not for those of other packages. The selection is that of
/// `cargo test --workspace`, so that nothing is built twice. With the variable `ROWSMITH_TESTS_BUILT`, the caller has built
/// them.
#[track_caller]
pub fn build_program() {
    static BUILT: Once = Once::new();
    BUILT.call_once(|| {
        if std::env::var_os("ROWSMITH_TESTS_BUILT").is_some() {
            return;
        }
        let mut cargo = cargo();
        cargo.args(["test", "--workspace", "--test", "cli", "--no-run", "--quiet"]).current_dir(checkout());
        cargo.arg("--target-dir").arg(target_folder().parent().unwrap());
        if target_folder().ends_with("release") {
            cargo.arg("--release");
        }
        succeed(&mut cargo);
    });
}

/// Returns the command `cargo` without the settings of the run that started the test.
pub fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET", "RUSTC_WORKSPACE_WRAPPER"] {
        command.env_remove(name);
    }
    command
}

/// Runs a command and asserts that it succeeds.
#[track_caller]
pub fn succeed(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
    assert!(output.status.success(), "{command:?}:\n{}", String::from_utf8_lossy(&output.stderr));
}
