//! What the project promises in its configs and its documentation, held against the program.

mod bundled;
mod exec;
mod exit_codes;
mod readme;
mod reference;
#[path = "../cli/sandbox.rs"]
#[expect(dead_code, reason = "shared with the tests of the command line, which use all of it")]
mod sandbox;
mod toml_lines;
