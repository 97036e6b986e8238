//! `--record` and `--replay`: the real binary records against a server, and runs again when the server is gone.

mod commands;
mod mistakes;
mod recordings;
mod round_trip;
mod scraper;
mod secrets;
