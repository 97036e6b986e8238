//! Quotas over time: sliding windows, and requests for room in several of them at once.
//!
//! The windows of the host's rate limiter and of caches with the capability `coordination` are this one
//! implementation. It is pure: time is an argument, in milliseconds.

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// Unit of limits on requests.
pub const REQUESTS: &str = "requests";
/// Unit of limits on tokens.
pub const TOKENS: &str = "tokens";

/// Maximum entries in the stored form of a window; more are merged, so that a window of a day stays small.
const MAX_STORED_ENTRIES: usize = 2_048;
/// Number of slices of a window within which stored entries are merged.
const SLICES: u64 = 1_024;

/// A request for room in shared sliding windows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaRequest {
    /// Name of the quota: one per provider and credential.
    pub name: String,
    /// Current time of the host's clock, in milliseconds since 1970.
    pub now_ms: u64,
    /// Windows that must all have room.
    pub windows: Vec<QuotaWindow>,
}

/// One sliding window of a [`QuotaRequest`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotaWindow {
    /// [`REQUESTS`] or [`TOKENS`].
    pub unit: String,
    /// Length in milliseconds.
    pub window_ms: u64,
    /// Maximum units within the length.
    pub limit: u64,
    /// Units to take now.
    pub amount: u64,
}

/// Units that were taken at one time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    time_ms: u64,
    amount: u64,
}

/// A sliding window: no stretch of its length, both ends included, holds more units than the limit.
///
/// The limit is an argument, because users of a shared window may be configured with different limits. Units are granted
/// as early as the limit allows, without smoothing. An amount over the limit is granted when the window is empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlidingWindow {
    length_ms: u64,
    /// Ordered by time, with distinct times.
    entries: VecDeque<Entry>,
    /// Sum of all amounts; 128 bits, because stored amounts may be arbitrary.
    used: u128,
}

impl SlidingWindow {
    /// An empty window.
    pub fn new(length_ms: u64) -> Self {
        Self { length_ms, entries: VecDeque::new(), used: 0 }
    }

    /// Length in milliseconds.
    pub fn length_ms(&self) -> u64 {
        self.length_ms
    }

    /// Milliseconds from `now_ms` until `amount` more units fit under `limit`; 0 when they fit now.
    pub fn wait_ms(&mut self, now_ms: u64, limit: u64, amount: u64) -> u64 {
        self.expire(now_ms);
        let mut used = self.used;
        let mut wait = 0;
        for entry in &self.entries {
            if amount == 0 || used + u128::from(amount) <= u128::from(limit) {
                break;
            }
            used -= u128::from(entry.amount);
            let free_ms = entry.time_ms.saturating_add(self.length_ms).saturating_add(1);
            wait = free_ms.saturating_sub(now_ms);
        }
        wait
    }

    /// Takes units at a time, whether or not they fit.
    pub fn take(&mut self, now_ms: u64, amount: u64) {
        if amount == 0 {
            return;
        }
        match self.find(now_ms) {
            Ok(index) => self.set_amount(index, |taken| taken.saturating_add(amount)),
            Err(index) => {
                self.used += u128::from(amount);
                self.entries.insert(index, Entry { time_ms: now_ms, amount });
            }
        }
    }

    /// Replaces an estimate that was taken at a time with the actual amount.
    pub fn correct(&mut self, taken_at_ms: u64, estimate: u64, actual: u64) {
        if let Ok(index) = self.find(taken_at_ms) {
            self.set_amount(index, |taken| taken.saturating_sub(estimate).saturating_add(actual));
        }
    }

    /// Reads what [`SlidingWindow::to_bytes`] wrote. Bytes that are no whole entry are ignored.
    pub fn from_bytes(length_ms: u64, bytes: &[u8]) -> Self {
        let (words, _) = bytes.as_chunks::<8>();
        let (pairs, _) = words.as_chunks::<2>();
        let number = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
        let mut window = Self::new(length_ms);
        for [time, amount] in pairs {
            window.take(number(time), number(amount));
        }
        window
    }

    /// The stored form: pairs of time and amount, little-endian, 8 bytes each, ordered by time.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut entries: Vec<Entry> = self.entries.iter().copied().collect();
        if entries.len() > MAX_STORED_ENTRIES {
            self.merge(&mut entries);
        }
        entries.iter().flat_map(|entry| [entry.time_ms, entry.amount]).flat_map(u64::to_le_bytes).collect()
    }

    /// Merges the entries of one slice under the latest of their times: room returns up to one slice late, never early.
    fn merge(&self, entries: &mut Vec<Entry>) {
        let slice = self.length_ms.div_ceil(SLICES).max(1);
        entries.dedup_by(|later, earlier| {
            let is_same_slice = later.time_ms / slice == earlier.time_ms / slice;
            if is_same_slice {
                earlier.time_ms = later.time_ms;
                earlier.amount = earlier.amount.saturating_add(later.amount);
            }
            is_same_slice
        });
    }

    /// Removes entries that have left the window.
    ///
    /// Entries further ahead than the window is long were taken before the clock was set back. The time since then is
    /// unknown, so they count as taken now: at their own times they would block the window for too long.
    fn expire(&mut self, now_ms: u64) {
        let (oldest, newest) = (now_ms.saturating_sub(self.length_ms), now_ms.saturating_add(self.length_ms));
        while self.entries.front().is_some_and(|entry| entry.time_ms < oldest) {
            self.used -= self.entries.pop_front().map_or(0, |entry| u128::from(entry.amount));
        }
        let mut ahead = 0_u64;
        while self.entries.back().is_some_and(|entry| entry.time_ms > newest) {
            let amount = self.entries.pop_back().map_or(0, |entry| entry.amount);
            self.used -= u128::from(amount);
            ahead = ahead.saturating_add(amount);
        }
        self.take(now_ms, ahead);
    }

    /// Index of the entry of a time, or the index at which to insert it: nearly always the end.
    fn find(&self, time_ms: u64) -> Result<usize, usize> {
        match self.entries.back() {
            Some(last) if last.time_ms >= time_ms => self.entries.binary_search_by_key(&time_ms, |entry| entry.time_ms),
            _ => Err(self.entries.len()),
        }
    }

    fn set_amount(&mut self, index: usize, change: impl FnOnce(u64) -> u64) {
        if let Some(entry) = self.entries.get_mut(index) {
            self.used -= u128::from(entry.amount);
            entry.amount = change(entry.amount);
            self.used += u128::from(entry.amount);
        }
    }
}

/// Takes room in all windows and returns 0, or takes nothing and returns the milliseconds to wait.
///
/// `windows` holds the state of each window of the request, in the request's order.
pub fn acquire(windows: &mut [SlidingWindow], request: &QuotaRequest) -> u64 {
    let pairs = windows.iter_mut().zip(&request.windows);
    let waits = pairs.map(|(window, wanted)| window.wait_ms(request.now_ms, wanted.limit, wanted.amount));
    let wait = waits.max().unwrap_or_default();
    if wait == 0 {
        for (window, wanted) in windows.iter_mut().zip(&request.windows) {
            window.take(request.now_ms, wanted.amount);
        }
    }
    wait
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};

    fn request(now_ms: u64, windows: &[(u64, u64, u64)]) -> QuotaRequest {
        let window = |(window_ms, limit, amount): &(u64, u64, u64)| QuotaWindow {
            unit: REQUESTS.to_owned(),
            window_ms: *window_ms,
            limit: *limit,
            amount: *amount,
        };
        QuotaRequest { name: "provider".to_owned(), now_ms, windows: windows.iter().map(window).collect() }
    }

    /// Asks one window of 100 ms.
    fn ask(window: &mut SlidingWindow, now_ms: u64, limit: u64, amount: u64) -> u64 {
        acquire(std::slice::from_mut(window), &request(now_ms, &[(100, limit, amount)]))
    }

    #[test]
    fn room_returns_when_amounts_age_out() {
        let mut window = SlidingWindow::new(100);
        let steps = [
            ("first", 1_000, 1, 0),
            ("second fills it", 1_010, 2, 0),
            ("full until the first leaves", 1_020, 1, 81),
            ("full until the second leaves", 1_020, 2, 91),
            ("both ends of the window count", 1_100, 1, 1),
            ("the first has left", 1_101, 1, 0),
            ("an amount over the limit waits for an empty window", 1_102, 9, 100),
            ("and passes then", 1_202, 9, 0),
            ("zero always fits", 1_203, 0, 0),
            ("behind the large one", 1_203, 1, 100),
            ("a clock slightly behind still counts it", 1_190, 1, 113),
            ("a clock far behind counts it as taken now", 100, 1, 101),
            ("so it leaves within one length", 200, 1, 1),
            ("and the next one is granted", 201, 1, 0),
        ];
        for (case, now_ms, amount, wait) in steps {
            assert_eq!(ask(&mut window, now_ms, 3, amount), wait, "{case}");
        }
    }

    #[test]
    fn a_request_takes_room_in_all_windows_or_in_none() {
        let mut windows = [SlidingWindow::new(100), SlidingWindow::new(10_000), SlidingWindow::new(100)];
        let mut ask =
            |now_ms, tokens| acquire(&mut windows, &request(now_ms, &[(100, 2, 1), (10_000, 3, 1), (100, 10, tokens)]));
        assert_eq!(ask(1_000, 8), 0);
        assert_eq!(ask(1_001, 8), 100, "the third window is short of tokens");
        assert_eq!(ask(1_002, 2), 0, "the refused request took no room in the others");
        assert_eq!(ask(1_003, 0), 98, "the first window is full");
        assert_eq!(ask(1_200, 1), 0);
        assert_eq!(ask(1_400, 1), 9_601, "the second window is full");
        assert_eq!(acquire(&mut [], &request(1, &[])), 0);
    }

    #[test]
    fn corrected_estimates_free_or_block_room() {
        let mut window = SlidingWindow::new(100);
        window.take(1_000, 500);
        window.take(1_000, 20);
        assert_eq!(ask(&mut window, 1_010, 100, 1), 91);
        window.correct(1_000, 500, 30);
        assert_eq!(ask(&mut window, 1_010, 100, 50), 0);
        window.correct(1_010, 50, 90);
        assert_eq!(ask(&mut window, 1_020, 100, 11), 91, "the corrected entry blocks until it leaves");
        window.correct(7, 1_000, 0);
        assert_eq!(window.used, 140, "a time without an entry changes nothing");
    }

    #[test]
    fn stored_windows_are_small_and_never_free_room_early() {
        let count = 20 * MAX_STORED_ENTRIES as u64;
        let mut window = SlidingWindow::new(count);
        (0..count).for_each(|now_ms| window.take(now_ms, 1));
        let bytes = window.to_bytes();
        assert!(bytes.len() <= MAX_STORED_ENTRIES * 16);
        let wait = SlidingWindow::from_bytes(count, &bytes).wait_ms(count, count, 1);
        assert!((1..=1 + count / SLICES).contains(&wait), "{wait}");
    }

    #[test]
    fn the_stored_form_is_stable() {
        let mut window = SlidingWindow::new(100);
        window.take(0x0102, 3);
        window.take(0x01, 0xff);
        let golden =
            [[1, 0, 0, 0, 0, 0, 0, 0], [255, 0, 0, 0, 0, 0, 0, 0], [2, 1, 0, 0, 0, 0, 0, 0], [3, 0, 0, 0, 0, 0, 0, 0]];
        assert_eq!(window.to_bytes(), golden.concat());
        let unordered = [&golden[2..], &golden[..2], &golden[..2]].concat().concat();
        window.take(1, 0xff);
        assert_eq!(SlidingWindow::from_bytes(100, &unordered), window, "older stores hold times twice");
    }

    proptest! {
        #[test]
        fn no_stretch_holds_more_than_the_limit(steps in prop::collection::vec((0_u64..40, 1_u64..4), 1..200)) {
            let (mut window, mut now, mut granted) = (SlidingWindow::new(100), 1_000, Vec::new());
            for (pause, amount) in steps {
                now += pause;
                window = SlidingWindow::from_bytes(100, &window.to_bytes());
                let wait = ask(&mut window, now, 5, amount);
                if wait == 0 {
                    granted.push((now, amount));
                } else {
                    prop_assert!(window.clone().wait_ms(now + wait, 5, amount) == 0, "the wait is enough");
                    prop_assert!(window.clone().wait_ms(now + wait - 1, 5, amount) > 0, "no shorter wait is");
                }
            }
            for (start, _) in &granted {
                let stretch = *start..=start + 100;
                let held: u64 = granted.iter().filter(|(time, _)| stretch.contains(time)).map(|(_, amount)| amount).sum();
                prop_assert!(held <= 5, "{held} within 100 ms from {start}");
            }
        }

        #[test]
        fn the_sum_is_that_of_the_entries(
            bytes in prop::collection::vec(any::<u8>(), 0..200),
            steps in prop::collection::vec((any::<u64>(), any::<u64>(), any::<u64>()), 0..20),
        ) {
            let mut window = SlidingWindow::from_bytes(100, &bytes);
            for (time, amount, other) in steps {
                ask(&mut window, time, 3, amount % 5);
                window.take(time, amount);
                window.correct(time, amount, other);
                window.take(time, other);
                prop_assert_eq!(window.used, window.entries.iter().map(|entry| u128::from(entry.amount)).sum::<u128>());
                prop_assert!(window.entries.iter().is_sorted_by(|a, b| a.time_ms < b.time_ms));
            }
        }
    }
}
