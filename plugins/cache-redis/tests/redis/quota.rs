//! The script of quota windows: the same waits as those of the plugin API, and its bounds.

use crate::server::RedisServer;
use redis::Script;
use rowsmith_plugin_api::prelude::{QuotaRequest, QuotaWindow};
use rowsmith_plugin_api::quota::{self, SlidingWindow};

/// The script with the time in its last argument instead of the server's.
fn script() -> Script {
    let text = include_str!("../../src/scripts/acquire.lua");
    let changed = text.replace("redis.call('TIME')", "{0, ARGV[#ARGV] * 1000}");
    assert_ne!(text, changed);
    Script::new(&changed)
}

struct Windows {
    connection: redis::Connection,
    script: Script,
}

impl Windows {
    fn new(server: &RedisServer) -> Self {
        Self { connection: redis::Client::open(server.url()).unwrap().get_connection().unwrap(), script: script() }
    }

    fn acquire(&mut self, now_ms: u64, windows: &[(&str, u64, u64, u64)]) -> u64 {
        let mut invocation = self.script.prepare_invoke();
        for (name, length, limit, amount) in windows {
            invocation.key(*name).arg(*length).arg(*limit).arg(*amount);
        }
        invocation.arg(now_ms).invoke(&mut self.connection).unwrap()
    }
}

/// A generator of numbers, the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

#[test]
fn waits_are_those_of_the_plugin_api() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let mut windows = Windows::new(&server);
    for round in 0..40 {
        let mut numbers = Numbers(round);
        let limits = [1 + numbers.below(8), 1 + numbers.below(200)];
        let lengths = [20 + numbers.below(100), 200 + numbers.below(400)];
        let names = [format!("a{round}"), format!("b{round}")];
        let mut model = lengths.map(SlidingWindow::new);
        let mut now = 1_700_000_000_000;
        for step in 0..200 {
            now += numbers.below(15);
            let amounts = [numbers.below(3), numbers.below(if step % 20 == 0 { 400 } else { 20 })];
            let window = |at: usize| QuotaWindow {
                unit: String::new(),
                window_ms: lengths[at],
                limit: limits[at],
                amount: amounts[at],
            };
            let request = QuotaRequest { name: String::new(), now_ms: now, windows: vec![window(0), window(1)] };
            let expected = quota::acquire(&mut model, &request);
            let both = [0, 1].map(|at| (names[at].as_str(), lengths[at], limits[at], amounts[at]));
            assert_eq!(windows.acquire(now, &both), expected, "round {round}, step {step}");
            if expected > 0 && numbers.below(3) == 0 {
                // Exactly the wait is enough.
                now += expected;
                assert_eq!(windows.acquire(now, &both), 0, "round {round}, step {step}, after the wait");
                assert_eq!(quota::acquire(&mut model, &QuotaRequest { now_ms: now, ..request }), 0);
            }
        }
    }
}

#[test]
fn windows_stay_small_and_never_free_room_early() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let mut windows = Windows::new(&server);
    let (length, start) = (100_000, 1_700_000_000_000);
    for at in 0..20_000 {
        assert_eq!(windows.acquire(start + at * 5, &[("w", length, 20_000, 1)]), 0);
    }
    let entries: u64 = redis::cmd("LLEN").arg("w").query(&mut windows.connection).unwrap();
    assert!(entries <= 2_048 + 1_024 + 2, "{entries} entries");
    let wait = windows.acquire(start + 99_999, &[("w", length, 20_000, 1)]);
    assert!((2..=2 + length / 1_024 + 5).contains(&wait), "{wait}");
}

#[test]
fn a_clock_that_is_set_back_does_not_block_or_free_a_window() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let mut windows = Windows::new(&server);
    let mut ask = |now, amount| windows.acquire(now, &[("w", 100, 3, amount)]);
    assert_eq!(ask(1_000, 2), 0);
    assert_eq!(ask(990, 1), 0, "slightly behind");
    assert_eq!(ask(990, 1), 111, "the entry of 1000 still counts");
    assert_eq!(ask(100, 3), 101, "entries that are too far ahead count as taken now");
    assert_eq!(ask(150, 1), 51);
    assert_eq!(ask(201, 1), 0);
}

#[test]
fn windows_end_with_their_length() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let cache = crate::open(&server);
    let window = QuotaWindow { unit: "tokens".to_owned(), window_ms: 60_000, limit: u64::MAX, amount: u64::MAX };
    let request = QuotaRequest { name: "n".to_owned(), now_ms: 0, windows: vec![window] };
    let acquire =
        || rowsmith_plugin_testkit::block_on(rowsmith_plugin_api::Cache::acquire_quota(&cache, request.clone()));
    assert_eq!(acquire(), Ok(0));
    let wait = acquire().unwrap();
    assert!((59_000..=60_001).contains(&wait), "{wait}");
    let ttl: i64 = server.command("PTTL rowsmith:q:n:tokens:60000").trim_start_matches(':').parse().unwrap();
    assert!((59_000..=61_000).contains(&ttl), "{ttl}");
}
