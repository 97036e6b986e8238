//! `--record` and `--replay`: the real binary records against a server, and runs again when the server is gone.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails, in helper functions too")]
#![cfg(unix)]

#[path = "../support/mod.rs"]
mod support;

mod commands;
mod mistakes;
mod recordings;
mod round_trip;
mod scraper;
mod secrets;
