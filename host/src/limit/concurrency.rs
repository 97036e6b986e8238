//! Adapts the number of concurrent calls to the responses of the service. Pure.

/// Additive increase, multiplicative decrease.
#[derive(Debug)]
pub struct Concurrency {
    max: usize,
    limit: usize,
    good: usize,
}

impl Concurrency {
    /// Starts at the maximum.
    pub fn new(max: usize) -> Self {
        Self { max: max.max(1), limit: max.max(1), good: 0 }
    }

    /// Returns the current limit.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Halves the limit after a rate limit or an overload.
    pub fn pushed_back(&mut self) {
        self.limit = (self.limit / 2).max(1);
        self.good = 0;
    }

    /// Raises the limit after enough responses.
    pub fn answered(&mut self) {
        self.good += 1;
        if self.good >= self.limit && self.limit < self.max {
            self.limit += 1;
            self.good = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_shrinks_at_once_and_recovers_slowly() {
        let mut concurrency = Concurrency::new(8);
        concurrency.pushed_back();
        concurrency.pushed_back();
        assert_eq!(concurrency.limit(), 2);
        for _ in 0..5 {
            concurrency.answered();
        }
        assert_eq!(concurrency.limit(), 4);
        for _ in 0..100 {
            concurrency.answered();
        }
        assert_eq!(concurrency.limit(), 8);
        for _ in 0..10 {
            concurrency.pushed_back();
        }
        assert_eq!(concurrency.limit(), 1);
    }
}
