//! When calls leave, on a paused clock: as early as the quota allows, and never earlier.

#[path = "../../benches/kit/mod.rs"]
mod kit;

use std::time::Duration;
use tokio::time::Instant;

const LATENCY: Duration = Duration::from_secs(3);

#[tokio::test(start_paused = true)]
async fn eight_calls_under_fifteen_a_minute_take_one_latency() {
    let shared = kit::shared();
    let cache = kit::memory_cache(&shared);
    let start = Instant::now();
    let end = kit::run(&kit::settings(Some(15)), 150, LATENCY, &cache, &shared).await;
    assert_eq!((end.tally.calls.total, end.tally.rows.enriched), (8, 150));
    assert!(start.elapsed() < LATENCY * 2, "took {:?}", start.elapsed());

    let again = kit::run(&kit::settings(Some(15)), 150, LATENCY, &cache, &shared).await;
    assert_eq!((again.tally.calls.total, again.tally.rows.cached), (0, 150));
    let one_more = kit::run(&kit::settings(Some(15)), 151, LATENCY, &cache, &shared).await;
    assert_eq!((one_more.tally.calls.total, one_more.tally.rows.cached, one_more.tally.rows.enriched), (1, 150, 1));
}

#[tokio::test(start_paused = true)]
async fn fifty_calls_under_fifteen_a_minute_take_three_minutes() {
    let shared = kit::shared();
    let cache = kit::memory_cache(&shared);
    let start = Instant::now();
    let end = kit::run(&kit::settings(Some(15)), 1_000, LATENCY, &cache, &shared).await;
    assert_eq!((end.tally.calls.total, end.tally.rows.enriched), (50, 1_000));
    // 15 calls at 0 s, 60 s and 120 s, the last five at 180 s, and the last answer a latency later.
    let best = Duration::from_secs(180) + LATENCY;
    assert!(start.elapsed() >= best, "took {:?}, which is less than the quota allows", start.elapsed());
    assert!(start.elapsed() <= best.mul_f64(1.05), "took {:?}, and {best:?} is possible", start.elapsed());
}
