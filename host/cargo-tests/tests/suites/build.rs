//! Cargo, as the suites run it.

use rowsmith_test_harness::{checkout, target_folder};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;

/// Builds the program and the plugins under test.
///
/// Cargo builds them for the tests of the package `rowsmith`, not for those of this package. The selection is that of
/// `cargo test --workspace`, so that nothing is built twice.
pub(crate) fn build_program() {
    static BUILT: Once = Once::new();
    BUILT.call_once(|| {
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
pub(crate) fn cargo() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_TARGET", "RUSTC_WORKSPACE_WRAPPER"] {
        command.env_remove(name);
    }
    command
}

/// Runs a command and asserts that it succeeds.
#[track_caller]
pub(crate) fn succeed(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
    assert!(output.status.success(), "{command:?}:\n{}", String::from_utf8_lossy(&output.stderr));
}

/// Returns a folder of these suites that is kept between runs.
pub(crate) fn kept(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// Returns the home of Cargo.
pub(crate) fn cargo_home() -> PathBuf {
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap()).join(".cargo");
    std::env::var_os("CARGO_HOME").map_or_else(home, PathBuf::from)
}
