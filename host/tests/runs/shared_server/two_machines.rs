//! Two machines work on the same rows.

use super::machine::{Machine, asked_again, minute};
use super::server::RedisServer;
use rowsmith_fake_model::{FakeModel, RequestedRow, Script, Then, When};
use rowsmith_test_harness::{Rows, numbers_of};
use std::time::Duration;

const WAIT: Duration = Duration::from_secs(30);

/// Few calls at once, so that no machine leases all rows.
const FEW: [&str; 2] = ["--set", "providers.gemini.limits.max_concurrency=2"];

fn model(delay_ms: u64) -> FakeModel {
    FakeModel::start(Script::new().on(When::any(), Then::answer().delay(Duration::from_millis(delay_ms)))).unwrap()
}

#[test]
fn every_row_is_asked_once_and_the_limit_holds() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let (rows, model) = (Rows::numbered(1..=200), model(100));
    let machines = [0, 1].map(|number| Machine::new(number, &rows, &server));
    // Ten calls, five per window of 12 s. A cache that trusts the clocks of the machines allows all ten at once.
    let options = [&FEW[..], &["--set", "providers.gemini.limits.requests_per_minute=5"]].concat();
    let runs = machines.each_ref().map(|machine| machine.run(&model, &options).time_scale("0.2").start());
    for run in runs {
        run.end().exits(0);
    }
    assert_eq!(asked_again(&model).len(), 0, "rows that were asked again");
    assert_eq!(numbers_of(&model.completions()), (1..=200).collect::<Vec<_>>(), "every row");
    assert_eq!(model.completions().len(), 10);
    assert!(model.max_in_window(minute(0.2)) <= 5, "{}", model.max_in_window(minute(0.2)));
    for machine in &machines {
        assert!(!machine.requests(&model).is_empty(), "each machine has sent calls");
        machine.sandbox.assert_output("a machine", &rows, &[]);
    }
    assert_eq!(machines[0].sandbox.read("out.jsonl"), machines[1].sandbox.read("out.jsonl"));
}

#[test]
fn rows_of_a_killed_machine_are_asked_by_the_other_one() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let (rows, model) = (Rows::numbered(1..=200), model(400));
    let machines = [0, 1].map(|number| Machine::new(number, &rows, &server));
    let options = [&FEW[..], &["--set", "providers.gemini.limits.requests_per_minute=8"]].concat();
    let start = |machine: &Machine| machine.run(&model, &options).time_scale("0.2").start();
    let killed = start(&machines[0]);
    assert!(model.wait_for_requests(1, WAIT));
    let survivor = start(&machines[1]);
    assert!(model.wait_for_requests(4, WAIT));
    killed.signal("KILL");
    drop(killed);
    survivor.end().exits(0);
    machines[1].sandbox.assert_output("the machine that survives", &rows, &[]);
    assert_eq!(model.row_asks().len(), 200, "every row");
    // Only rows of calls of the killed machine are asked again, once, by the other one. It had two calls in flight at most.
    let again = asked_again(&model);
    let of_killed: Vec<String> =
        machines[0].requests(&model).iter().flat_map(|request| &request.rows).map(RequestedRow::row_text).collect();
    assert!(again.iter().all(|(row, count)| *count == 2 && of_killed.contains(row)), "{again:?}");
    assert!(again.len() <= 2 * 20, "{} rows were asked again", again.len());
    assert!(model.max_in_window(minute(0.2)) <= 8, "{}", model.max_in_window(minute(0.2)));
}
