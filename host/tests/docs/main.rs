//! The documentation for authors of plugins, held against the program: its code is that of the example plugins, its
//! configs are checked, and its commands are typed.
#![cfg(unix)]

mod blocks;
mod examples;
mod links;
mod page;
mod place;
#[path = "../cli/sandbox.rs"]
#[expect(dead_code, reason = "shared with the tests of the command line, which use all of it")]
mod sandbox;
mod services;
mod session;
mod transcript;
mod tutorial;
