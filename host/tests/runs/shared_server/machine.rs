//! One machine: a folder, which is also its home, and a clock.

use super::server::RedisServer;
use rowsmith_fake_model::{FakeModel, RequestRecord};
use rowsmith_test_harness::{Invocation, Rows, Sandbox, config};
use std::collections::BTreeMap;
use std::time::Duration;

/// Difference between the clocks of two machines.
const CLOCK_OFFSET_MS: u64 = 20_000;
/// Maximum time that a request may take longer to arrive than another one, which the host adds to every window.
const ARRIVAL_MARGIN: Duration = Duration::from_millis(500);
/// Header that names the machine of a request.
const MACHINE: &str = "x-machine";

/// A machine with a number.
pub(crate) struct Machine {
    pub(crate) sandbox: Sandbox,
    number: u64,
}

impl Machine {
    /// Creates a machine with these rows and the cache on the server.
    pub(crate) fn new(number: u64, rows: &Rows, server: &RedisServer) -> Self {
        let sandbox = Sandbox::with_rows(rows);
        let (head, tail) = config::ENRICH.split_once("[cache]").unwrap();
        let (_, tail) = tail.split_once("[enrich]").unwrap();
        let cache = format!("[cache]\nplugin = \"redis\"\n[cache.config]\nurl = \"{}\"\n\n[enrich]", server.url());
        let header = format!("[providers.gemini.config]\nextra_headers = {{ {MACHINE} = \"{number}\" }}");
        let text = [head, &cache, tail].concat().replace("[providers.gemini.config]", &header);
        sandbox.write("rowsmith.toml", text);
        Self { sandbox, number }
    }

    /// Returns a run of this machine, with waits of their real length.
    pub(crate) fn run(&self, model: &FakeModel, options: &[&str]) -> Invocation<'_> {
        let offset = (self.number * CLOCK_OFFSET_MS).to_string();
        let run = self.sandbox.run_call(model, options).optional_plugins().real_time();
        run.env("ROWSMITH_TEST_CLOCK_OFFSET_MS", offset)
    }

    /// Returns the requests of this machine.
    pub(crate) fn requests(&self, model: &FakeModel) -> Vec<RequestRecord> {
        let number = self.number.to_string();
        let mut requests = model.completions();
        requests.retain(|request| request.headers.get(MACHINE) == Some(&number));
        requests
    }
}

/// Returns how often each row was asked, for rows that were asked more than once.
pub(crate) fn asked_again(model: &FakeModel) -> BTreeMap<String, usize> {
    model.row_asks().into_iter().filter(|(_, count)| *count > 1).collect()
}

/// Returns the length of a minute's window at a time scale, without the time that a request may take longer to arrive.
///
/// The service counts arrivals. The scale shortens the margin of the windows, and not the time of arrivals on a busy
/// machine.
pub(crate) fn minute(scale: f64) -> Duration {
    Duration::from_millis(60_500).mul_f64(scale).saturating_sub(ARRIVAL_MARGIN)
}
