//! `--record` and `--replay`: a run is recorded against a server and replayed after the server has ended.

mod commands;
mod mistakes;
mod programs;
mod recordings;
mod round_trip;
mod scraper;
mod secrets;
