//! Adapts the number of concurrent calls to the responses of the service. Pure.
//!
//! A remote service gets the maximum, until it is overloaded. A local one has few slots: more calls than slots only wait in its
//! queue. It starts with two calls, and the number doubles as long as that answers clearly more rows a second.

use super::throughput::{Step, Throughput};
use tokio::time::Instant;

/// Maximum if the config sets none.
const DEFAULT_MAX: usize = 16;
/// First number of calls of a local service.
const FIRST_LOCAL: usize = 2;
/// Minimum calls in a round, after which the share of overloads is known.
const MIN_ROUND: usize = 8;

/// The number of concurrent calls.
#[derive(Debug)]
pub struct Concurrency {
    max: usize,
    /// The number while the service works.
    level: usize,
    /// The current number, which grows to the level after a pause.
    limit: usize,
    answered: usize,
    overloaded: usize,
    /// Rows a second, for a local service.
    throughput: Option<Throughput>,
    lowered_at: Option<Instant>,
}

impl Concurrency {
    /// Starts at the configured maximum. A local service without one starts with two calls.
    pub fn new(configured: Option<usize>, is_local: bool) -> Self {
        let max = configured.unwrap_or(DEFAULT_MAX).max(1);
        let throughput = (is_local && configured.is_none()).then(|| Throughput::new(FIRST_LOCAL));
        let level = if throughput.is_some() { FIRST_LOCAL } else { max };
        Self { max, level, limit: level, answered: 0, overloaded: 0, throughput, lowered_at: None }
    }

    /// Returns the current limit.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Returns the highest possible limit.
    pub fn max(&self) -> usize {
        self.max
    }

    /// Restarts with one call, because the service failed.
    pub fn paused(&mut self) {
        self.limit = 1;
        (self.answered, self.overloaded) = (0, 0);
        self.restart_measurement();
    }

    /// Counts a call that the service rejected for its load. The limit is halved when this happens to a quarter of all calls.
    pub fn overloaded(&mut self) {
        self.overloaded += 1;
        self.end_round();
    }

    /// Counts an answer to a call of this many rows, and raises the limit.
    pub fn answered(&mut self, rows: usize, now: Instant) {
        self.answered += 1;
        if self.limit < self.level {
            self.limit += 1;
            self.restart_measurement();
        } else if let Some(throughput) = &mut self.throughput {
            match throughput.answered(rows, now) {
                Some(Step::Grow) => self.set_level((self.level * 2).min(self.max)),
                Some(Step::Return(level)) => self.set_level(level),
                None => {}
            }
        }
        self.end_round();
    }

    /// Lowers the number because a call got no response in time, probably in the queue of the service. Returns true if the failure
    /// is explained by that: the call was sent beside others, or before the number was lowered.
    pub fn timed_out(&mut self, sent_at: Instant, now: Instant, is_local: bool) -> bool {
        if self.lowered_at.is_some_and(|at| sent_at <= at) {
            return true;
        }
        if !is_local || self.limit < 2 {
            return false;
        }
        let level = self.limit / 2;
        self.max = level;
        self.lowered_at = Some(now);
        self.set_level(level);
        true
    }

    fn set_level(&mut self, level: usize) {
        self.level = level.clamp(1, self.max);
        self.limit = self.level;
        if let Some(throughput) = &mut self.throughput {
            throughput.start(self.level, self.max);
        }
    }

    fn restart_measurement(&mut self) {
        if let Some(throughput) = &mut self.throughput {
            throughput.restart();
        }
    }

    fn end_round(&mut self) {
        let calls = self.answered + self.overloaded;
        if calls < self.limit.max(MIN_ROUND) {
            return;
        }
        if self.overloaded * 4 >= calls {
            self.limit = (self.limit / 2).max(1);
            self.restart_measurement();
        }
        (self.answered, self.overloaded) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const SECOND: Duration = Duration::from_secs(1);

    fn remote() -> Concurrency {
        Concurrency::new(Some(16), false)
    }

    #[test]
    fn it_restarts_after_a_pause_and_doubles_with_every_round() {
        let mut concurrency = remote();
        concurrency.paused();
        let mut limits = Vec::new();
        for _ in 0..5 {
            let round = concurrency.limit();
            limits.push(round);
            (0..round).for_each(|_| concurrency.answered(20, Instant::now()));
        }
        assert_eq!(limits, [1, 2, 4, 8, 16]);
    }

    #[test]
    fn a_few_overloads_change_nothing_and_many_halve_it() {
        for (overloaded_of_20, expected) in [(0, 16), (3, 16), (20, 1)] {
            let mut concurrency = remote();
            for call in 0..200 {
                if call % 20 < overloaded_of_20 {
                    concurrency.overloaded();
                } else {
                    concurrency.answered(20, Instant::now());
                }
            }
            assert_eq!(concurrency.limit(), expected, "{overloaded_of_20} of 20");
        }
    }

    /// A server that works on `slots` calls at once; the others wait in its queue.
    struct Server {
        slots: usize,
        /// Start times of calls with work, and of those in the queue.
        working: Vec<(Instant, Instant)>,
        queue: std::collections::VecDeque<Instant>,
        calls: u32,
    }

    impl Server {
        fn new(slots: usize) -> Self {
            Self { slots, working: Vec::new(), queue: std::collections::VecDeque::new(), calls: 0 }
        }

        fn send(&mut self, now: Instant) {
            self.queue.push_back(now);
            self.fill(now);
        }

        fn fill(&mut self, now: Instant) {
            while self.working.len() < self.slots
                && let Some(sent) = self.queue.pop_front()
            {
                // Calls take 4 to 6 s, the first ones 10 s longer.
                self.calls += 1;
                let millis = 4_000 + u64::from(self.calls * 7 % 5) * 500 + if self.calls < 3 { 10_000 } else { 0 };
                self.working.push((now + Duration::from_millis(millis), sent));
            }
        }

        /// Ends the next call; returns the times of its end and its start.
        fn end_next(&mut self) -> (Instant, Instant) {
            let next = (0..self.working.len()).min_by_key(|at| self.working[*at].0).expect("a call is in flight");
            let (end, sent) = self.working.swap_remove(next);
            self.fill(end);
            (end, sent)
        }

        fn in_flight(&self) -> usize {
            self.working.len() + self.queue.len()
        }
    }

    /// Simulates this many calls; returns the highest number of calls at once, and the last limit.
    fn simulate(
        concurrency: &mut Concurrency,
        slots: usize,
        calls: usize,
        timeout: Option<Duration>,
    ) -> (usize, usize) {
        let (mut server, mut now, mut highest) = (Server::new(slots), Instant::now(), 0);
        for _ in 0..calls {
            while server.in_flight() < concurrency.limit() {
                server.send(now);
            }
            highest = highest.max(server.in_flight());
            let (end, sent) = server.end_next();
            now = end;
            match timeout {
                Some(timeout) if end - sent > timeout => {
                    assert!(concurrency.timed_out(sent, now, true), "a call waits in the queue");
                }
                _ => concurrency.answered(20, now),
            }
        }
        (highest, concurrency.limit())
    }

    #[test]
    fn a_local_server_gets_as_many_calls_as_it_has_slots() {
        for (slots, highest, last) in [(1, 4, 2), (2, 4, 2), (4, 8, 4), (8, 16, 8), (100, 16, 16)] {
            let mut concurrency = Concurrency::new(None, true);
            assert_eq!(concurrency.limit(), 2);
            let (most, limit) = simulate(&mut concurrency, slots, 2_000, None);
            assert!(most <= highest, "{slots} slots: {most} calls at once");
            // A measurement with more calls may be in progress.
            assert!(limit == last || limit == last * 2, "{slots} slots: {limit}");
        }
    }

    #[test]
    fn a_configured_number_is_used_as_it_is() {
        for is_local in [false, true] {
            let mut concurrency = Concurrency::new(Some(7), is_local);
            assert_eq!(simulate(&mut concurrency, 1, 100, None), (7, 7));
        }
    }

    #[test]
    fn calls_that_wait_too_long_in_the_queue_lower_the_number_for_good() {
        for configured in [None, Some(8)] {
            let mut concurrency = Concurrency::new(configured, true);
            let (_, limit) = simulate(&mut concurrency, 1, 200, Some(17 * SECOND));
            assert!(limit <= 2, "{configured:?}: {limit}");
        }
        let now = Instant::now();
        let mut single = Concurrency::new(Some(1), true);
        assert!(!single.timed_out(now, now, true), "no other call was in the queue");
        assert!(!remote().timed_out(now, now, false), "the queue of a remote service is not that of this run");
    }
}
