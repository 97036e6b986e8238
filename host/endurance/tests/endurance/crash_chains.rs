//! Crash chains: the program is killed at random moments and started again, until it finishes.
//!
//! The requests that the fake model received prove the guarantee: a run asks a row again only if the row was in flight
//! when an earlier run was killed. The final output equals that of an undisturbed run, byte for byte.

use crate::parameters::{parameter, seed};
use crate::results::publish;
use fastrand::Rng;
use rowsmith_fake_model::{FakeModel, Script};
use rowsmith_test_harness::{Rows, Running, Sandbox, build_program, numbers_of};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

const ROWS: usize = 800;
const ROWS_PER_CALL: usize = 20;
const CONCURRENCY: usize = 4;
/// Kills of one chain, before its last run is left alone.
const KILLS: usize = 12;
const LATENCY: Duration = Duration::from_millis(60);
/// Part of the duration of an undisturbed run within which kills at a random time happen.
const EARLY: f64 = 0.4;
/// Part of the kills that happen at a random time, also before the first call and during the export. The others follow a
/// random call, so that most runs of a chain are killed on machines of any speed.
const AT_ANY_TIME: f64 = 0.25;
/// Maximum calls of a run before its kill.
const CALLS: usize = 6;
/// Time between two looks at the calls of a run.
const STEP: Duration = Duration::from_millis(2);

fn server() -> FakeModel {
    FakeModel::start(Script::new().with_latency(LATENCY)).unwrap()
}

fn arguments() -> [String; 2] {
    ["--set".to_owned(), format!("providers.gemini.limits.max_concurrency={CONCURRENCY}")]
}

/// The counts of one chain.
#[derive(Default)]
struct Counts {
    kills: usize,
    repeated: usize,
    most_repeated: usize,
}

/// Waits for the moment of a kill, or for the end of the run.
#[expect(clippy::disallowed_methods, reason = "the moment of a kill is a time, not an event")]
fn await_moment(random: &mut Rng, run: &mut Running, server: &FakeModel, duration: Duration) {
    if random.f64() < AT_ANY_TIME {
        std::thread::sleep(duration.mul_f64(random.f64() * EARLY));
        return;
    }
    let calls = random.usize(1..=CALLS);
    while server.requests().len() < calls && run.is_running() {
        std::thread::sleep(STEP);
    }
    std::thread::sleep(LATENCY.mul_f64(random.f64() * 1.5));
}

/// Kills runs until one of them ends by itself.
fn chain(random: &mut Rng, rows: &Rows, expected: &str, duration: Duration) -> Counts {
    let sandbox = Sandbox::with_rows(rows);
    let arguments = arguments();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut servers = Vec::new();
    let mut kills = 0;
    loop {
        let server = server();
        let mut run = sandbox.start(&server, &arguments);
        servers.push(server);
        if kills < KILLS {
            await_moment(random, &mut run, servers.last().unwrap(), duration);
            if run.is_running() {
                run.signal("KILL");
                let code = run.end().code();
                if code == 137 {
                    kills += 1;
                    // The kill may come between the export and the end.
                    if sandbox.has("out.jsonl") {
                        assert_eq!(sandbox.read("out.jsonl"), expected, "a file under the final name is complete");
                    }
                    continue;
                }
                assert_eq!(code, 0);
                break;
            }
        }
        run.end().exits(0);
        break;
    }
    assert_eq!(sandbox.read("out.jsonl"), expected, "the output of an undisturbed run");
    let mut counts = Counts { kills, ..Counts::default() };
    let asked: Vec<Vec<usize>> = servers.iter().map(|server| numbers_of(&server.requests())).collect();
    for (at, rows) in asked.iter().enumerate() {
        let once: BTreeSet<usize> = rows.iter().copied().collect();
        assert_eq!(once.len(), rows.len(), "run {at} asked a row twice");
        let later: BTreeSet<usize> = asked.iter().skip(at + 1).flatten().copied().collect();
        let again = once.intersection(&later).count();
        assert!(again <= CONCURRENCY * ROWS_PER_CALL, "run {at}: {again} rows were asked again, more than in flight");
        counts.repeated += again;
        counts.most_repeated = counts.most_repeated.max(again);
    }
    let all: BTreeSet<usize> = asked.into_iter().flatten().collect();
    assert_eq!(all.len(), ROWS, "every row was asked");
    let left: Vec<String> = sandbox.names("").into_iter().filter(|name| name.contains(".tmp")).collect();
    assert!(left.is_empty(), "temporary files of killed runs: {left:?}");
    counts
}

#[test]
#[ignore = "takes a minute"]
fn killed_runs_repeat_only_rows_in_flight() {
    build_program();
    let (chains, seed) = (parameter("CHAINS", 10), seed());
    let rows = Rows::numbered(1..=ROWS);
    let sandbox = Sandbox::with_rows(&rows);
    let arguments = arguments();
    let start = Instant::now();
    sandbox.run(&server(), &[&arguments[0], &arguments[1]]).exits(0);
    let duration = start.elapsed();
    sandbox.assert_output("undisturbed", &rows, &[]);
    let expected = sandbox.read("out.jsonl");

    let mut random = Rng::with_seed(seed);
    let mut total = Counts::default();
    for number in 0..chains {
        let counts = chain(&mut random, &rows, &expected, duration);
        total.kills += counts.kills;
        total.repeated += counts.repeated;
        total.most_repeated = total.most_repeated.max(counts.most_repeated);
        if number % 10 == 9 {
            // The output of a long test shows that it is alive.
            publish(&format!("crash chains: {} of {chains} done", number + 1));
        }
    }
    publish(&format!(
        "crash chains (seed {seed}): {chains} chains of {ROWS} rows, {} kills, 0 stored answers asked again, \
         {} rows in flight asked again (at most {} after one kill), 0 different outputs",
        total.kills, total.repeated, total.most_repeated
    ));
}
