//! Maximum rows per call, as far as the answers of calls support it. Pure.

/// Calls of one size that are enough evidence for a smaller size.
const ENOUGH_CALLS: usize = 2;
/// Share of bad rows, in percent, over which calls become smaller.
const TOO_BAD: usize = 50;
/// Share of bad rows, in percent, over which calls become much smaller.
const HOPELESS: usize = 80;
/// Share of bad rows, in percent, up to which a call counts as good.
const GOOD: usize = 10;
/// Consecutive good calls before a larger size is tried for the first time.
const GOOD_CALLS: usize = 4;

/// A change of the size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SizeChange {
    /// Rows per call before.
    pub from: usize,
    /// Rows per call after.
    pub to: usize,
    /// Share of bad rows in calls of the size before, in percent.
    pub bad_percent: usize,
}

/// The rows per call of a run.
#[derive(Debug, Clone)]
pub struct RowsPerCall {
    max: usize,
    limit: usize,
    adapts: bool,
    calls: usize,
    rows: usize,
    bad: usize,
    good_calls: usize,
    /// Good calls that are needed before a larger size is tried. They double when it fails.
    needed: usize,
    trial: Trial,
}

/// The trial of a larger size. One call makes it, so that a failure costs little.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trial {
    None,
    Due,
    InFlight(usize),
}

impl RowsPerCall {
    /// Starts at the maximum, or at a size that an earlier run has learned.
    pub fn new(max: usize, learned: Option<usize>, adapts: bool) -> Self {
        let limit = learned.filter(|_| adapts).map_or(max, |learned| learned.clamp(1, max));
        Self { max, limit, adapts, calls: 0, rows: 0, bad: 0, good_calls: 0, needed: GOOD_CALLS, trial: Trial::None }
    }

    /// Returns the maximum rows of calls.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Returns the learned maximum, if it is below the configured one.
    pub fn learned(&self) -> Option<usize> {
        Some(self.limit).filter(|limit| *limit < self.max)
    }

    /// Returns the maximum rows of the next call: twice the limit if a larger size is to be tried.
    pub fn next_limit(&self) -> usize {
        if self.trial == Trial::Due { (self.limit * 2).min(self.max) } else { self.limit }
    }

    /// Records the size of a call that is sent.
    pub fn sent(&mut self, rows: usize) {
        if self.trial == Trial::Due && rows > self.limit {
            self.trial = Trial::InFlight(rows);
        }
    }

    /// Records the rows of a call, and those without a valid answer. Returns the change of the size, if there is one.
    pub fn record(&mut self, rows: usize, bad: usize) -> Option<SizeChange> {
        let is_good = bad * 100 <= rows * GOOD;
        if self.trial == Trial::InFlight(rows) {
            self.trial = Trial::None;
            if is_good {
                return Some(self.change((self.limit * 2).min(self.max), bad * 100 / rows.max(1)));
            }
            self.needed *= 2;
            self.good_calls = 0;
            return None;
        }
        // Calls of another size say nothing about this one.
        if !self.adapts || rows > self.limit || rows * 2 <= self.limit {
            return None;
        }
        self.calls += 1;
        self.rows += rows;
        self.bad += bad;
        self.good_calls = if is_good { self.good_calls + 1 } else { 0 };
        let bad_percent = self.bad * 100 / self.rows.max(1);
        if self.calls >= ENOUGH_CALLS && bad_percent > TOO_BAD && self.limit > 1 {
            let to = self.limit.div_ceil(if bad_percent > HOPELESS { 4 } else { 2 });
            return Some(self.change(to, bad_percent));
        }
        if self.good_calls >= self.needed && self.limit < self.max && self.trial == Trial::None {
            self.trial = Trial::Due;
        }
        if self.calls >= ENOUGH_CALLS * 2 {
            // Older calls count less, so that a change of the answers is noticed.
            (self.calls, self.rows, self.bad) = (self.calls / 2, self.rows / 2, self.bad / 2);
        }
        None
    }

    fn change(&mut self, to: usize, bad_percent: usize) -> SizeChange {
        let change = SizeChange { from: self.limit, to, bad_percent };
        (self.limit, self.calls, self.rows, self.bad, self.good_calls) = (to, 0, 0, 0, 0);
        self.trial = Trial::None;
        change
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(sizes: &mut RowsPerCall, calls: &[(usize, usize)]) -> Vec<usize> {
        let mut limits = Vec::new();
        for (rows, bad) in calls {
            sizes.record(*rows, *bad);
            limits.push(sizes.limit());
        }
        limits
    }

    #[test]
    fn bad_calls_become_smaller_and_good_ones_larger_again() {
        let mut sizes = RowsPerCall::new(20, None, true);
        assert_eq!(limits(&mut sizes, &[(20, 14), (20, 14)]), [20, 10]);
        assert_eq!(limits(&mut sizes, &[(20, 20), (5, 5), (10, 1), (10, 0), (10, 0), (10, 0)]), [10; 6]);
        assert_eq!(sizes.next_limit(), 20, "one call tries the larger size");
        sizes.sent(20);
        assert_eq!((sizes.next_limit(), sizes.limit()), (10, 10), "and no other call does");
        assert_eq!(limits(&mut sizes, &[(20, 20)]), [10]);
        assert_eq!(limits(&mut sizes, &[(10, 0); 7]), [10; 7]);
        assert_eq!(sizes.next_limit(), 10, "the next trial comes later");
        assert_eq!(limits(&mut sizes, &[(10, 0)]), [10]);
        sizes.sent(20);
        assert_eq!(limits(&mut sizes, &[(20, 1)]), [20]);
    }

    #[test]
    fn a_few_bad_rows_and_one_bad_call_change_nothing() {
        let mut sizes = RowsPerCall::new(20, None, true);
        let few = [(20, 1); 50];
        assert_eq!(limits(&mut sizes, &few), [20; 50]);
        assert_eq!(limits(&mut sizes, &[(20, 20), (20, 1), (20, 0)]), [20; 3]);
    }

    #[test]
    fn learning_can_be_turned_off() {
        let mut sizes = RowsPerCall::new(20, Some(3), false);
        assert_eq!(limits(&mut sizes, &[(20, 20); 5]), [20; 5]);
        assert_eq!(RowsPerCall::new(20, Some(3), true).limit(), 3);
        assert_eq!(RowsPerCall::new(2, Some(3), true).limit(), 2);
    }

    /// Pseudo-random numbers in 0..100.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % 100
        }
    }

    /// Percent of valid rows of a weak model, by rows per call.
    fn validity(rows: usize) -> u64 {
        match rows {
            0..=1 => 85,
            2 => 76,
            3 => 70,
            4 => 65,
            5 => 30,
            6..=10 => 10,
            _ => 7,
        }
    }

    /// Asks 500 rows; invalid ones once more in calls of the same size, then in calls of half of it, then alone.
    /// Returns calls, asked rows (repeated ones included) and good rows.
    fn simulate(adapts: bool) -> [usize; 3] {
        let mut sizes = RowsPerCall::new(20, None, adapts);
        let mut random = Dice(7);
        // Rows that wait, with the maximum rows of their calls, and whether they were asked before.
        let mut waiting = vec![(500_usize, 20_usize, false)];
        let [mut calls, mut asked, mut good] = [0; 3];
        while let Some((left, max_rows, again)) = waiting.pop() {
            let rows = left.min(sizes.limit()).min(max_rows);
            if left > rows {
                waiting.push((left - rows, max_rows, again));
            }
            let bad = (0..rows).filter(|_| random.roll() >= validity(rows)).count();
            [calls, asked, good] = [calls + 1, asked + rows, good + rows - bad];
            sizes.record(rows, bad);
            if bad > 0 && !(again && max_rows == 1) {
                let next = if again { (rows / 2).max(1) } else { rows };
                // Rows that wait for the same step share calls.
                match waiting.iter_mut().find(|other| other.1 == next && other.2) {
                    Some(other) => other.0 += bad,
                    None => waiting.insert(0, (bad, next, true)),
                }
            }
        }
        [calls, asked, good]
    }

    #[test]
    fn a_weak_model_ends_in_many_good_rows_and_few_calls() {
        let ([calls, asked, good], [calls_without, asked_without, good_without]) = (simulate(true), simulate(false));
        println!(
            "with: {calls} calls, {asked} asked, {good} good; off: {calls_without}, {asked_without}, {good_without}"
        );
        assert!(good >= 450 && good_without >= 400, "{good} {good_without}");
        assert!(calls <= calls_without * 11 / 10, "{calls} {calls_without}");
        assert!(asked * 2 < asked_without, "{asked} {asked_without}");
    }
}
