//! Runs the real program in tests: in a folder of its own, with the plugins of this build, against a fake model.
//!
//! - [`Sandbox`] is the folder, [`Invocation`] a command line, [`Running`] a process, [`Output`] its end.
//! - [`Golden`] compares the texts that users read with files. `SNAPSHOTS=overwrite cargo test -p rowsmith` updates them.
//!   Other assertions check exit codes, fields of the JSON report and the requests that the fake model received.
//! - [`Rows`] and [`config`] are the rows and configs that the suites share.
//!
//! The program and the plugins are those of the build that runs the test: cargo builds them for the tests of the
//! package `rowsmith`.
#![expect(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "a panic fails the test; every function of this crate is called by tests only"
)]

mod answers;
mod build;
mod cargo;
pub mod config;
pub mod docs;
mod golden;
mod invocation;
mod output;
mod parallel;
mod process;
mod rows;
mod sandbox;

pub use answers::{answered, assert_answers, read_jsonl};
pub use build::{BUNDLED, built_library, checkout, library_name, plugins, program, target_folder, test_plugins};
pub use cargo::{build_program, cargo, succeed};
pub use golden::{Golden, difference};
pub use invocation::Invocation;
pub use output::Output;
pub use parallel::parallel;
pub use process::Running;
pub use rows::{Rows, numbers_of, topic};
pub use sandbox::Sandbox;
