//! One sliding window: no stretch of its length holds more than its limit. Pure; the time comes in from outside.

use rowsmith_plugin_api::prelude::QuotaWindow;

/// More records than this are thinned out, so that a window of a day stays small.
const MAX_RECORDS: usize = 2_048;
/// Into how many slices a window is divided for that.
const SLICES: u64 = 1_024;

/// How much was taken when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Record {
    time_ms: u64,
    amount: u64,
}

/// What was taken within a window, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Taken(Vec<Record>);

impl Taken {
    /// Reads what [`Taken::encode`] wrote. Bytes that are no whole record are left out.
    pub(crate) fn decode(bytes: &[u8]) -> Self {
        let (words, _) = bytes.as_chunks::<8>();
        let (pairs, _) = words.as_chunks::<2>();
        let record = |[time, amount]: &[[u8; 8]; 2]| Record {
            time_ms: u64::from_le_bytes(*time),
            amount: u64::from_le_bytes(*amount),
        };
        let mut records: Vec<_> = pairs.iter().map(record).collect();
        records.sort_by_key(|record| record.time_ms);
        Self(records)
    }

    /// Pairs of time and amount in little-endian order.
    pub(crate) fn encode(&self) -> Vec<u8> {
        self.0.iter().flat_map(|record| [record.time_ms, record.amount]).flat_map(u64::to_le_bytes).collect()
    }

    /// Forgets what is out of the window at `now_ms`.
    ///
    /// Times further ahead than the window is long were written before the clock was put back; they would block the
    /// window for too long.
    pub(crate) fn forget(&mut self, now_ms: u64, window_ms: u64) {
        let (oldest, newest) = (now_ms.saturating_sub(window_ms), now_ms.saturating_add(window_ms));
        self.0.retain(|record| (oldest..=newest).contains(&record.time_ms));
    }

    /// How many milliseconds until the window has room for its amount; 0 when it has.
    ///
    /// An amount over the limit never fits, so it is let through when the window is empty.
    pub(crate) fn wait(&self, now_ms: u64, window: &QuotaWindow) -> u64 {
        let mut used = self.0.iter().fold(0_u64, |sum, record| sum.saturating_add(record.amount));
        let mut wait = 0;
        for record in &self.0 {
            if window.amount == 0 || used.saturating_add(window.amount) <= window.limit {
                break;
            }
            used = used.saturating_sub(record.amount);
            wait = record.time_ms.saturating_add(window.window_ms).saturating_add(1).saturating_sub(now_ms);
        }
        wait
    }

    /// Records an amount.
    pub(crate) fn take(&mut self, now_ms: u64, window: &QuotaWindow) {
        if window.amount > 0 {
            self.0.push(Record { time_ms: now_ms, amount: window.amount });
            self.0.sort_by_key(|record| record.time_ms);
        }
        if self.0.len() > MAX_RECORDS {
            self.thin(window.window_ms);
        }
    }

    /// Joins the records of one slice of the window under the latest time among them: room comes back late by a slice
    /// at most, and never early.
    fn thin(&mut self, window_ms: u64) {
        let slice = window_ms.div_ceil(SLICES).max(1);
        self.0.dedup_by(|later, earlier| {
            let same = later.time_ms / slice == earlier.time_ms / slice;
            if same {
                earlier.time_ms = later.time_ms;
                earlier.amount = earlier.amount.saturating_add(later.amount);
            }
            same
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_RECORDS, SLICES, Taken};
    use proptest::prelude::{any, prop, proptest};
    use rowsmith_plugin_api::prelude::QuotaWindow;

    fn ask(taken: &mut Taken, now_ms: u64, limit: u64, amount: u64) -> u64 {
        let window = QuotaWindow { unit: "requests".to_owned(), window_ms: 100, limit, amount };
        taken.forget(now_ms, window.window_ms);
        let wait = taken.wait(now_ms, &window);
        if wait == 0 {
            taken.take(now_ms, &window);
        }
        wait
    }

    #[test]
    fn room_comes_back_when_amounts_age_out() {
        let mut taken = Taken::default();
        let steps = [
            ("first", 1_000, 1, 0),
            ("second fills it", 1_010, 2, 0),
            ("full until the first is out", 1_020, 1, 81),
            ("full until the second is out", 1_020, 2, 91),
            ("still within at exactly one length", 1_100, 1, 1),
            ("the first is out", 1_101, 1, 0),
            ("over the limit waits for all to be out", 1_102, 9, 100),
            ("over the limit alone", 1_202, 9, 0),
            ("nothing always fits", 1_203, 0, 0),
            ("behind the large one", 1_203, 1, 100),
            ("a clock a little back still counts it", 1_190, 1, 113),
            ("a clock far back does not", 100, 1, 0),
        ];
        for (case, now_ms, amount, wait) in steps {
            assert_eq!(ask(&mut taken, now_ms, 3, amount), wait, "{case}");
        }
    }

    #[test]
    fn a_long_window_stays_small_and_never_frees_room_early() {
        let mut taken = Taken::default();
        let count = 20 * MAX_RECORDS as u64;
        let window = QuotaWindow { unit: "requests".to_owned(), window_ms: count, limit: count, amount: 1 };
        for now_ms in 0..count {
            taken.take(now_ms, &window);
        }
        assert!(taken.0.len() <= MAX_RECORDS);
        let wait = taken.wait(count, &window);
        assert!((1..=1 + count / SLICES).contains(&wait), "{wait}");
    }

    proptest! {
        #[test]
        fn no_stretch_holds_more_than_the_limit(steps in prop::collection::vec((0_u64..40, 1_u64..4), 1..200)) {
            let (mut taken, mut now, mut granted) = (Taken::default(), 1_000, Vec::new());
            for (pause, amount) in steps {
                now += pause;
                taken = Taken::decode(&taken.encode());
                let wait = ask(&mut taken, now, 5, amount);
                if wait == 0 {
                    granted.push((now, amount));
                } else {
                    // The wait is enough, and one millisecond less is not.
                    let window = QuotaWindow { unit: String::new(), window_ms: 100, limit: 5, amount };
                    for (time, room) in [(now + wait, true), (now + wait - 1, false)] {
                        let mut later = taken.clone();
                        later.forget(time, 100);
                        assert_eq!(later.wait(time, &window) == 0, room);
                    }
                }
            }
            for (start, _) in &granted {
                let stretch = *start..=start + 100;
                let held: u64 = granted.iter().filter(|(time, _)| stretch.contains(time)).map(|(_, amount)| amount).sum();
                assert!(held <= 5, "{held} within 100 ms from {start}");
            }
        }

        #[test]
        fn any_bytes_are_a_window(bytes in prop::collection::vec(any::<u8>(), 0..100), now_ms in any::<u64>()) {
            let mut taken = Taken::decode(&bytes);
            ask(&mut taken, now_ms, 3, 1);
        }
    }
}
