//! How many calls run at once: less when the service pushes back, more again when it does not. Pure.

/// Additive increase, multiplicative decrease.
#[derive(Debug)]
pub struct Concurrency {
    most: usize,
    limit: usize,
    good: usize,
}

impl Concurrency {
    /// Begins at the most.
    pub fn new(most: usize) -> Self {
        Self { most: most.max(1), limit: most.max(1), good: 0 }
    }

    /// How many calls may run now.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// The service pushed back.
    pub fn pushed_back(&mut self) {
        self.limit = (self.limit / 2).max(1);
        self.good = 0;
    }

    /// A call was answered.
    pub fn answered(&mut self) {
        self.good += 1;
        if self.good >= self.limit && self.limit < self.most {
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
