//! Adapts the number of concurrent calls to the responses of the service. Pure.

/// Minimum calls in a round, after which the share of overloads is known.
const MIN_ROUND: usize = 8;

/// The number of concurrent calls: it falls when the service is overloaded, and doubles with every round of answers.
#[derive(Debug)]
pub struct Concurrency {
    max: usize,
    limit: usize,
    answered: usize,
    overloaded: usize,
}

impl Concurrency {
    /// Starts at the maximum.
    pub fn new(max: usize) -> Self {
        let max = max.max(1);
        Self { max, limit: max, answered: 0, overloaded: 0 }
    }

    /// Returns the current limit.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Restarts with one call, because the service failed.
    pub fn paused(&mut self) {
        self.limit = 1;
        (self.answered, self.overloaded) = (0, 0);
    }

    /// Counts a call that the service rejected for its load. The limit is halved when this happens to a quarter of all calls.
    pub fn overloaded(&mut self) {
        self.overloaded += 1;
        self.end_round();
    }

    /// Counts an answer, and raises the limit.
    pub fn answered(&mut self) {
        self.answered += 1;
        self.limit = (self.limit + 1).min(self.max);
        self.end_round();
    }

    fn end_round(&mut self) {
        let calls = self.answered + self.overloaded;
        if calls < self.limit.max(MIN_ROUND) {
            return;
        }
        if self.overloaded * 4 >= calls {
            self.limit = (self.limit / 2).max(1);
        }
        (self.answered, self.overloaded) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_restarts_after_a_pause_and_doubles_with_every_round() {
        let mut concurrency = Concurrency::new(16);
        concurrency.paused();
        let mut limits = Vec::new();
        for _ in 0..5 {
            let round = concurrency.limit();
            limits.push(round);
            (0..round).for_each(|_| concurrency.answered());
        }
        assert_eq!(limits, [1, 2, 4, 8, 16]);
    }

    #[test]
    fn a_few_overloads_change_nothing_and_many_halve_it() {
        for (overloaded_of_20, expected) in [(0, 16), (3, 16), (20, 1)] {
            let mut concurrency = Concurrency::new(16);
            for call in 0..200 {
                if call % 20 < overloaded_of_20 { concurrency.overloaded() } else { concurrency.answered() }
            }
            assert_eq!(concurrency.limit(), expected, "{overloaded_of_20} of 20");
        }
    }
}
