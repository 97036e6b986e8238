//! Serves one fake model for each scenario until standard input ends, for clients in other languages.
//!
//! Writes two lines of JSON to standard output: the addresses by scenario at the start, and all requests at the end.

use rowsmith_fake_model::{FakeModel, Mutation, RequestRecord, Script, Then, When};
use serde_json::{Map, Value, json};
use std::io::{self, Read, Write};

fn main() -> io::Result<()> {
    let started = scenarios().map(|(name, script)| Ok((name, FakeModel::start(script)?)));
    let servers = started.into_iter().collect::<io::Result<Vec<_>>>()?;
    let addresses: Map<String, Value> =
        servers.iter().map(|(name, server)| ((*name).to_owned(), Value::from(server.base_url()))).collect();
    write_line(&Value::Object(addresses))?;
    io::stdin().read_to_end(&mut Vec::new())?;
    let requests = servers
        .iter()
        .flat_map(|(name, server)| server.requests().into_iter().map(|record| line(name, &record)))
        .collect();
    write_line(&Value::Array(requests))
}

/// Returns the scenarios: a name, and the behaviour of its server.
fn scenarios() -> [(&'static str, Script); 11] {
    let always = |then: Then| Script::new().on(When::any(), then);
    let without_first_row = Then::mutated(Mutation::DropItem(0));
    [
        ("answers", Script::new()),
        ("rows_missing", Script::new().once(When::batch(), without_first_row)),
        ("schema_rejected", Script::new().once(When::any(), Then::schema_rejected())),
        ("busy_once", Script::new().once(When::any(), Then::rate_limited("1"))),
        ("busy", always(Then::rate_limited("1"))),
        ("overloaded", always(Then::status(503))),
        ("wrong_key", always(Then::wrong_key())),
        ("unknown_model", always(Then::unknown_model())),
        ("no_credit", always(Then::billing())),
        ("too_large", always(Then::too_large())),
        ("blocked", always(Then::blocked_answer())),
    ]
}

/// Returns the parts of a request that its service would read.
fn line(scenario: &str, record: &RequestRecord) -> Value {
    json!({"scenario": scenario, "dialect": record.dialect, "path": record.path, "body": record.body})
}

fn write_line(value: &Value) -> io::Result<()> {
    writeln!(io::stdout(), "{value}")?;
    io::stdout().flush()
}
