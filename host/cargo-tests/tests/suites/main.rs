//! Suites that run Cargo: the crates of `plugin new`, the commands of the tutorial, plugins of earlier versions, and
//! optional plugins.
//!
//! They take minutes and are ignored by default. `cargo test -p rowsmith-cargo-tests -- --ignored` runs them.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test, also in helper functions")]

mod compat;
mod folders;
mod optional;
mod scaffold;
mod tutorial;
