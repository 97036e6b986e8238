//! Rows that got no response on their own although the service answered others. They are asked last by later runs. Pure.
//!
//! A row that hangs, breaks its connection or is rejected fails in the run that finds it. In the next run it may be the only
//! one that is left, so that no answer shows that the service works. The record of the first run shows that instead.

use super::question::RowKey;
use super::row_failure::FailureReason;
use std::collections::BTreeMap;

/// Maximum recorded rows.
const MAX_ROWS: usize = 100;

/// The rows of earlier runs, and those of this one.
#[derive(Debug, Default)]
pub struct UnansweredRows {
    /// The reason of the failure by key in hexadecimal.
    rows: BTreeMap<String, String>,
}

impl UnansweredRows {
    /// Creates the list of earlier runs.
    pub fn new(rows: BTreeMap<String, String>) -> Self {
        Self { rows }
    }

    /// Returns whether an earlier run recorded a row.
    pub fn contains(&self, key: &RowKey) -> bool {
        !self.rows.is_empty() && self.rows.contains_key(&key.hex())
    }

    /// Returns whether an earlier run recorded a row with this reason.
    pub fn has_failed(&self, key: &RowKey, reason: FailureReason) -> bool {
        !self.rows.is_empty() && self.rows.get(&key.hex()).is_some_and(|earlier| earlier == reason.as_str())
    }

    /// Records a row without a response.
    pub fn record(&mut self, key: &RowKey, reason: FailureReason) {
        let hex = key.hex();
        if self.rows.len() < MAX_ROWS || self.rows.contains_key(&hex) {
            self.rows.insert(hex, reason.as_str().to_owned());
        }
    }

    /// Removes a row that has an answer.
    pub fn remove(&mut self, key: &RowKey) {
        if !self.rows.is_empty() {
            self.rows.remove(&key.hex());
        }
    }

    /// Returns the rows for later runs.
    pub fn rows(&self) -> BTreeMap<String, String> {
        self.rows.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_known_until_they_are_answered_and_their_number_is_bounded() {
        let (one, other) = (RowKey([1; 32]), RowKey([2; 32]));
        let mut rows = UnansweredRows::default();
        rows.record(&one, FailureReason::Service);
        let mut later = UnansweredRows::new(rows.rows());
        assert!(later.contains(&one) && !later.contains(&other));
        assert!(later.has_failed(&one, FailureReason::Service) && !later.has_failed(&one, FailureReason::Refused));
        later.remove(&one);
        assert!(later.rows().is_empty());
        for n in 0..=u8::MAX {
            later.record(&RowKey([n; 32]), FailureReason::Service);
        }
        assert_eq!(later.rows().len(), MAX_ROWS);
    }
}
