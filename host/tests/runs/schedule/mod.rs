//! Calls start as early as the quota allows and never earlier, on a paused clock.

#[path = "../../../benches/harness/mod.rs"]
#[expect(unused_imports, reason = "the benchmarks use all of it")]
mod harness;

mod memory;

use harness::runs::Service;
use std::num::NonZeroUsize;
use std::time::Duration;
use tokio::time::Instant;

const LATENCY: Duration = Duration::from_secs(3);

/// Runs that are compared with a time. On a loaded machine, threads can fall behind a paused clock, never run ahead of it.
const TRIES: usize = 5;

/// Asserts that the shortest of a few runs takes at least `best` and at most `most`.
async fn assert_takes(name: &str, best: Duration, most: Duration, run: impl AsyncFn()) {
    let mut times = Vec::new();
    while times.len() < TRIES {
        let start = Instant::now();
        run().await;
        let time = start.elapsed();
        assert!(time >= best, "{name}: took {time:?}, faster than the quota allows");
        if time <= most {
            return;
        }
        times.push(time);
    }
    panic!("{name}: took {times:?}, {best:?} is possible");
}

#[tokio::test(start_paused = true)]
async fn eight_calls_under_fifteen_a_minute_take_two_latencies() {
    let shared = harness::host_services();
    let settings = harness::settings(Some(15));
    // The first five calls show whether the answers are valid, and the others start together.
    assert_takes("two groups", LATENCY * 2, LATENCY * 2 + LATENCY / 2, async || {
        let cache = harness::open_memory_cache(&shared);
        let end = harness::run(&settings, 150, LATENCY, &cache, &shared).await;
        assert_eq!((end.tally.calls.total, end.tally.rows.enriched), (8, 150));
    })
    .await;

    let mut unlimited = harness::settings(Some(15));
    unlimited.budget.min_valid_share = 0.0;
    assert_takes("together", LATENCY, LATENCY + LATENCY / 2, async || {
        let cache = harness::open_memory_cache(&shared);
        let end = harness::run(&unlimited, 150, LATENCY, &cache, &shared).await;
        assert_eq!(end.tally.calls.total, 8);
    })
    .await;

    let cache = harness::open_memory_cache(&shared);
    harness::run(&settings, 150, LATENCY, &cache, &shared).await;
    let again = harness::run(&settings, 150, LATENCY, &cache, &shared).await;
    assert_eq!((again.tally.calls.total, again.tally.rows.cached), (0, 150));
    let one_more = harness::run(&settings, 151, LATENCY, &cache, &shared).await;
    assert_eq!((one_more.tally.calls.total, one_more.tally.rows.cached, one_more.tally.rows.enriched), (1, 150, 1));
}

#[tokio::test(start_paused = true)]
async fn fifty_calls_under_fifteen_a_minute_take_three_minutes() {
    let shared = harness::host_services();
    // 15 calls at 0 s, 60 s and 120 s, five at 180 s, and the last answer one latency later.
    let best = Duration::from_secs(180) + LATENCY;
    assert_takes("fifty calls", best, best.mul_f64(1.05), async || {
        let cache = harness::open_memory_cache(&shared);
        let end = harness::run(&harness::settings(Some(15)), 1_000, LATENCY, &cache, &shared).await;
        assert_eq!((end.tally.calls.total, end.tally.rows.enriched), (50, 1_000));
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn calls_of_several_requests_share_the_quota_of_requests() {
    let margin = Duration::from_millis(500) + Duration::from_millis(1);
    let minute = Duration::from_secs(60) + margin;
    let cases = [
        ("three requests: five calls at once, three after a minute", None, minute + LATENCY),
        ("each call reports one request: the other two are free again", Some(1), LATENCY * 2),
    ];
    let shared = harness::host_services();
    for (name, requests, best) in cases {
        assert_takes(name, best, best + Duration::from_secs(1), async || {
            let cache = harness::open_memory_cache(&shared);
            let service = Service { max_requests: 3, requests, ..Service::from(LATENCY) };
            let end = harness::run(&harness::settings(Some(15)), 150, service, &cache, &shared).await;
            assert_eq!((end.tally.calls.total, end.tally.rows.enriched), (8, 150), "{name}");
        })
        .await;
    }
}

#[tokio::test(start_paused = true)]
async fn single_failures_cost_little_throughput() {
    let mut times = Vec::new();
    for failing in [[0, 0], [5, 2], [0, 7], [7, 2]] {
        let shared = harness::host_services();
        let cache = harness::open_memory_cache(&shared);
        let mut settings = harness::settings(None);
        settings.provider_limits.max_concurrency = NonZeroUsize::new(48);
        let start = Instant::now();
        let service = Service { failing, ..Service::from(Duration::from_secs(1)) };
        let end = harness::run(&settings, 16_000, service, &cache, &shared).await;
        assert_eq!((end.tally.rows.enriched, end.tally.calls.batch), (16_000, 800), "{failing:?}");
        times.push(start.elapsed().as_secs_f64());
        let share = times[0] / times[times.len() - 1];
        assert!(share >= 0.7, "{failing:?}: {share} of the rate without failures");
    }
}
