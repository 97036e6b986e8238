//! Soak: the program runs again and again on one store, against a service with random faults.
//!
//! Every row gets its right answer, and no stored answer is asked for again. Memory and open files of the process stay flat
//! within each run.

use crate::parameters::{parameter, seed};
use crate::process_size::{Sizes, measure_until_end};
use crate::results::publish;
use fastrand::Rng;
use rowsmith_fake_model::{FakeModel, Mutation, Script, Then, When};
use rowsmith_test_harness::{Rows, Sandbox, build_program, numbers_of};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

const ROWS: usize = 4_000;
/// One row of this many is of an earlier run.
const REPEATED: usize = 5;
const CALLS: usize = ROWS / 10;
const LATENCY: Duration = Duration::from_millis(10);
const ARGUMENTS: [&str; 2] = ["--set", "providers.gemini.limits.max_concurrency=8"];

/// Returns a service with faults in about 8 % of the calls.
fn script(random: &mut Rng) -> (Script, usize) {
    let mut script = Script::new().with_latency(LATENCY);
    let mut faults = 0;
    for nth in 0..CALLS {
        let then = match random.u32(..1_000) {
            0..30 => Then::status(503),
            30..50 => Then::reset(),
            50..60 => Then::cut_body(),
            60..70 => Then::mutated(Mutation::invalid_json()),
            70..80 => Then::mutated(Mutation::DropItem(random.usize(..10))),
            _ => continue,
        };
        faults += 1;
        script = script.once(When::nth(nth), then);
    }
    (script, faults)
}

#[test]
#[ignore = "takes half a minute"]
fn runs_with_faults_lose_nothing_and_stay_flat() {
    build_program();
    let (seconds, seed) = (parameter("SECONDS", 20), seed());
    let mut random = Rng::with_seed(seed);
    let sandbox = Sandbox::with_rows(&Rows::default());
    let mut answered = BTreeSet::new();
    let (mut runs, mut calls, mut faults, mut rows_seen) = (0, 0, 0, 0);
    let mut largest = Sizes::default();
    let start = Instant::now();
    while runs == 0 || start.elapsed() < Duration::from_secs(seconds) {
        let first = answered.len() + 1;
        let new = first..first + ROWS - if runs == 0 { 0 } else { ROWS / REPEATED };
        let old = ROWS - new.len();
        let numbers = new.clone().chain((0..old).map(|_| random.usize(1..first)));
        let rows = Rows::of(numbers);
        sandbox.write("rows.csv", rows.csv());
        let (script, in_script) = script(&mut random);
        let server = FakeModel::start(script).unwrap();
        let run = sandbox.start(&server, &ARGUMENTS);
        let measurement = measure_until_end(run.id());
        run.end().exits(0);
        let sizes = measurement.end();
        let name = format!("run {runs} of seed {seed}");
        sandbox.assert_output(&name, &rows, &[]);
        let asked: BTreeSet<usize> = numbers_of(&server.requests()).into_iter().collect();
        assert!(asked.is_disjoint(&answered), "{name}: stored answers were asked for again");
        assert_eq!(asked, new.clone().collect(), "{name}: every new row was asked");
        sizes.assert_flat(&name);
        largest = largest.max(&sizes);
        answered.extend(new);
        runs += 1;
        calls += server.requests().len();
        faults += in_script;
        rows_seen += rows.values().len();
    }
    let left: Vec<String> = sandbox.names("").into_iter().filter(|name| name.contains(".tmp")).collect();
    assert!(left.is_empty(), "temporary files: {left:?}");
    publish(&format!(
        "soak (seed {seed}): {} s, {runs} runs, {rows_seen} rows, {calls} calls, up to {faults} faults, 0 rows lost, \
         0 wrong answers, at most {} MiB and {} open files",
        start.elapsed().as_secs(),
        largest.memory_kib / 1_024,
        largest.files
    ));
}
