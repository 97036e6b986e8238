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

#[tokio::test(start_paused = true)]
async fn eight_calls_under_fifteen_a_minute_take_two_latencies() {
    let shared = harness::host_services();
    let cache = harness::open_memory_cache(&shared);
    let start = Instant::now();
    let end = harness::run(&harness::settings(Some(15)), 150, LATENCY, &cache, &shared).await;
    assert_eq!((end.tally.calls.total, end.tally.rows.enriched), (8, 150));
    // The first five calls show whether the answers are valid, and the others start together.
    assert!(start.elapsed() < LATENCY * 3, "took {:?}", start.elapsed());

    let cache = harness::open_memory_cache(&shared);
    let start = Instant::now();
    let mut unlimited = harness::settings(Some(15));
    unlimited.budget.min_valid_share = 0.0;
    let end = harness::run(&unlimited, 150, LATENCY, &cache, &shared).await;
    assert_eq!(end.tally.calls.total, 8);
    assert!(start.elapsed() < LATENCY * 2, "took {:?}", start.elapsed());

    let again = harness::run(&harness::settings(Some(15)), 150, LATENCY, &cache, &shared).await;
    assert_eq!((again.tally.calls.total, again.tally.rows.cached), (0, 150));
    let one_more = harness::run(&harness::settings(Some(15)), 151, LATENCY, &cache, &shared).await;
    assert_eq!((one_more.tally.calls.total, one_more.tally.rows.cached, one_more.tally.rows.enriched), (1, 150, 1));
}

#[tokio::test(start_paused = true)]
async fn fifty_calls_under_fifteen_a_minute_take_three_minutes() {
    let shared = harness::host_services();
    let cache = harness::open_memory_cache(&shared);
    let start = Instant::now();
    let end = harness::run(&harness::settings(Some(15)), 1_000, LATENCY, &cache, &shared).await;
    assert_eq!((end.tally.calls.total, end.tally.rows.enriched), (50, 1_000));
    // 15 calls at 0 s, 60 s and 120 s, five at 180 s, and the last answer one latency later.
    let best = Duration::from_secs(180) + LATENCY;
    assert!(start.elapsed() >= best, "took {:?}, faster than the quota allows", start.elapsed());
    assert!(start.elapsed() <= best.mul_f64(1.05), "took {:?}, {best:?} is possible", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn calls_of_several_requests_share_the_quota_of_requests() {
    let margin = Duration::from_millis(500) + Duration::from_millis(1);
    let minute = Duration::from_secs(60) + margin;
    let cases = [
        ("three requests: five calls at once, three after a minute", None, minute + LATENCY),
        ("each call reports one request: the other two are free again", Some(1), LATENCY * 2),
    ];
    for (name, requests, best) in cases {
        let shared = harness::host_services();
        let cache = harness::open_memory_cache(&shared);
        let start = Instant::now();
        let service = Service { max_requests: 3, requests, ..Service::from(LATENCY) };
        let end = harness::run(&harness::settings(Some(15)), 150, service, &cache, &shared).await;
        assert_eq!((end.tally.calls.total, end.tally.rows.enriched), (8, 150), "{name}");
        assert!(start.elapsed() >= best, "{name}: {:?}", start.elapsed());
        assert!(start.elapsed() <= best + Duration::from_secs(1), "{name}: {:?}", start.elapsed());
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
