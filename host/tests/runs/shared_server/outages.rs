//! The server of the cache closes connections, or ends and starts again.

use super::machine::{Machine, asked_again, minute};
use super::server::RedisServer;
use rowsmith_fake_model::{FakeModel, Script, Then, When};
use rowsmith_test_harness::{Rows, numbers_of};
use std::time::Duration;

const WAIT: Duration = Duration::from_secs(30);
const DURABLE: [&str; 4] = ["--appendonly", "yes", "--appendfsync", "always"];

fn model() -> FakeModel {
    FakeModel::start(Script::new().on(When::any(), Then::answer().delay(Duration::from_millis(300)))).unwrap()
}

const FEW: [&str; 2] = ["--set", "providers.gemini.limits.max_concurrency=2"];
/// More than the ten calls of a run, because a request for quota whose reply is lost stays charged.
const LIMIT: [&str; 2] = ["--set", "providers.gemini.limits.requests_per_minute=30"];

#[test]
fn closed_connections_cost_nothing() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let (rows, model) = (Rows::numbered(1..=200), model());
    let machines = [0, 1].map(|number| Machine::new(number, &rows, &server));
    let runs = machines.each_ref().map(|machine| machine.run(&model, &[FEW, LIMIT].concat()).start());
    for requests in [1, 4, 8] {
        assert!(model.wait_for_requests(requests, WAIT));
        assert!(server.command("CLIENT KILL TYPE normal").starts_with(':'));
    }
    for run in runs {
        run.end().exits(0);
    }
    assert_eq!(asked_again(&model).len(), 0, "rows that were asked again");
    assert_eq!(numbers_of(&model.completions()), (1..=200).collect::<Vec<_>>(), "every row");
    for machine in &machines {
        machine.sandbox.assert_output("a machine", &rows, &[]);
    }
}

#[test]
fn a_server_that_starts_again_costs_nothing() {
    let Some(mut server) = RedisServer::start(&DURABLE) else { return };
    let (rows, model) = (Rows::numbered(1..=200), model());
    let machines = [0, 1].map(|number| Machine::new(number, &rows, &server));
    let runs = machines.each_ref().map(|machine| machine.run(&model, &[FEW, LIMIT].concat()).start());
    assert!(model.wait_for_requests(4, WAIT));
    server.kill();
    // Calls in flight end meanwhile, and cannot be stored.
    assert!(model.wait_for_replies(4, WAIT));
    server.start_again();
    for run in runs {
        run.end().exits(0);
    }
    assert_eq!(asked_again(&model).len(), 0, "leases of 6 s survive the outage");
    assert_eq!(numbers_of(&model.completions()), (1..=200).collect::<Vec<_>>(), "every row");
    for machine in &machines {
        machine.sandbox.assert_output("a machine", &rows, &[]);
    }
}

#[test]
fn the_limit_holds_when_the_server_starts_again() {
    let Some(mut server) = RedisServer::start(&DURABLE) else { return };
    let (rows, model) = (Rows::numbered(1..=160), model());
    let machines = [0, 1].map(|number| Machine::new(number, &rows, &server));
    let options = ["--set", "providers.gemini.limits.requests_per_minute=5"];
    let runs = machines.each_ref().map(|machine| machine.run(&model, &options).time_scale("0.2").start());
    assert!(model.wait_for_requests(5, WAIT));
    server.kill();
    server.start_again();
    for run in runs {
        run.end().exits(0);
    }
    assert!(model.max_in_window(minute(0.2)) <= 5, "{}", model.max_in_window(minute(0.2)));
    for machine in &machines {
        machine.sandbox.assert_output("a machine", &rows, &[]);
    }
}

#[test]
fn a_server_that_stays_away_ends_the_run_with_all_paid_rows() {
    let Some(mut server) = RedisServer::start(&[]) else { return };
    let (rows, model) = (Rows::numbered(1..=40), model());
    let machine = Machine::new(0, &rows, &server);
    let run = machine.run(&model, &["--set", "cache.retry.give_up_after_secs=2"]).start();
    assert!(model.wait_for_requests(2, WAIT));
    server.kill();
    run.end().exits(9);
    machine.sandbox.run_call(&model, &[]).optional_plugins().output().exits(9);
    assert_eq!(model.completions().len(), 2);
    let exported = rowsmith_test_harness::read_jsonl(&machine.sandbox.path("out.partial.jsonl"));
    assert_eq!(exported.iter().filter(|row| !row["TLDR"].is_null()).count(), 40);
}
