//! The protocol with correct and faulty programs. The program is the Python script `program.py`.
#![expect(
    clippy::unwrap_used,
    reason = "a test may panic; the lint does not see that functions beside a test are part of it"
)]

mod endings;
mod lines;
mod questions;
mod start;

use rowsmith_exec::{Connection, Launch, LaunchOptions, Ready, Timeouts};
use rowsmith_plugin_api::PluginKind;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::FakeHost;
use std::time::Duration;

/// Longer than any operation takes, on a busy machine too.
const LONG: Duration = Duration::from_secs(60);
/// For waits that are expected to time out.
const SHORT: Duration = Duration::from_millis(100);
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/protocol/program.py");

/// The script with these arguments and long timeouts.
fn launch(arguments: &[&str]) -> Launch {
    let command: Vec<&str> = ["python3", SCRIPT].iter().chain(arguments).copied().collect();
    let options: LaunchOptions = serde_json::from_value(json!({"command": command})).unwrap();
    let timeouts = Timeouts { start: LONG, answer: LONG, grace: LONG };
    Launch { timeouts, ..options.launch(PluginKind::Scraper, &FakeHost::default().host()).unwrap() }
}

fn start(launch: &Launch) -> Result<(Connection, Ready)> {
    Connection::start(launch, "test", Box::new(|| Ok(())))
}

fn running(argument: &str) -> Connection {
    start(&launch(&[argument])).unwrap().0
}

/// The error of a failed start.
fn start_error(launch: &Launch) -> Error {
    start(launch).map(drop).unwrap_err()
}
