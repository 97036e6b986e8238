//! A true sliding window. Pure: time is an argument.

use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::Instant;

/// At most `limit` units within any stretch of `length`; within that, units are given out at once.
#[derive(Debug)]
pub struct SlidingWindow {
    limit: u64,
    length: Duration,
    taken: VecDeque<(Instant, u64)>,
    sum: u64,
}

impl SlidingWindow {
    /// An empty window.
    pub fn new(limit: u64, length: Duration) -> Self {
        Self { limit, length, taken: VecDeque::new(), sum: 0 }
    }

    /// Its length.
    pub fn length(&self) -> Duration {
        self.length
    }

    /// Its limit.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// Lowers the limit; a higher one is ignored.
    pub fn lower(&mut self, limit: u64) {
        self.limit = self.limit.min(limit.max(1));
    }

    /// When there is room for `amount`: now, or later. More than the limit waits for an empty window.
    pub fn room_at(&mut self, now: Instant, amount: u64) -> Instant {
        while self.taken.front().is_some_and(|(at, _)| *at + self.length <= now) {
            self.sum -= self.taken.pop_front().map_or(0, |(_, n)| n);
        }
        let mut sum = self.sum;
        let mut at = now;
        for (taken, n) in &self.taken {
            if sum + amount <= self.limit {
                break;
            }
            sum -= n;
            at = *taken + self.length;
        }
        at
    }

    /// Takes `amount` at `now`.
    pub fn take(&mut self, now: Instant, amount: u64) {
        self.taken.push_back((now, amount));
        self.sum += amount;
    }

    /// Corrects what was taken at `at` once the true amount is known.
    pub fn correct(&mut self, at: Instant, estimated: u64, actual: u64) {
        if let Some(entry) = self.taken.iter_mut().find(|(t, n)| *t == at && *n == estimated) {
            entry.1 = actual;
            self.sum = self.sum - estimated + actual;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn room_is_given_at_once_and_then_when_the_oldest_leaves() {
        let start = Instant::now();
        let mut window = SlidingWindow::new(3, MINUTE);
        for second in [0, 0, 10] {
            let now = start + Duration::from_secs(second);
            assert_eq!(window.room_at(now, 1), now);
            window.take(now, 1);
        }
        assert_eq!(window.room_at(start + Duration::from_secs(20), 1), start + MINUTE);
        assert_eq!(window.room_at(start + Duration::from_secs(20), 3), start + Duration::from_secs(70));
    }

    #[test]
    fn what_is_over_the_limit_waits_for_an_empty_window() {
        let start = Instant::now();
        let mut window = SlidingWindow::new(100, MINUTE);
        assert_eq!(window.room_at(start, 500), start);
        window.take(start, 500);
        assert_eq!(window.room_at(start, 1), start + MINUTE);
        window.correct(start, 500, 20);
        assert_eq!(window.room_at(start, 80), start);
    }

    proptest! {
        #[test]
        fn no_stretch_ever_holds_more_than_the_limit(limit in 1_u64..8, gaps in prop::collection::vec(0_u64..30, 1..60)) {
            let mut window = SlidingWindow::new(limit, MINUTE);
            let mut now = Instant::now();
            let mut sent = Vec::new();
            for gap in gaps {
                now += Duration::from_secs(gap);
                now = window.room_at(now, 1);
                window.take(now, 1);
                sent.push(now);
            }
            for (at, first) in sent.iter().enumerate() {
                let within = sent[at..].iter().take_while(|t| **t < *first + MINUTE).count();
                prop_assert!(within as u64 <= limit);
            }
        }
    }
}
