//! Conversations with programs that do right and wrong. The program is a Python script: `program.py`.
#![expect(
    clippy::unwrap_used,
    reason = "a test may panic; the lint does not see that functions beside a test are part of it"
)]

mod endings;
mod lines;
mod questions;
mod start;

use rowsmith_exec::{Connection, Launch, Limits, Ready};
use rowsmith_plugin_api::PluginKind;
use rowsmith_plugin_api::prelude::serde_json::Map;
use rowsmith_plugin_api::prelude::*;
use std::collections::BTreeMap;
use std::time::Duration;

/// Longer than anything takes, on a busy machine too.
const LONG: Duration = Duration::from_secs(60);
/// For waits that end with nothing.
const SHORT: Duration = Duration::from_millis(100);
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conversation/program.py");

/// The script in one of its parts, started with enough time for everything.
fn launch(part: &[&str]) -> Launch {
    let command = ["python3", SCRIPT].iter().chain(part).map(|&word| word.to_owned()).collect();
    Launch {
        kind: PluginKind::Scraper,
        command,
        cwd: None,
        env: BTreeMap::new(),
        secret_env: BTreeMap::new(),
        options: Map::new(),
        limits: Limits { start: LONG, answer: LONG, grace: LONG },
    }
}

fn start(launch: &Launch) -> Result<(Connection, Ready)> {
    Connection::start(launch, "test", Box::new(|| Ok(())))
}

fn running(part: &str) -> Connection {
    start(&launch(&[part])).unwrap().0
}

/// Why the program cannot be started.
fn refused(launch: &Launch) -> Error {
    start(launch).map(drop).unwrap_err()
}
