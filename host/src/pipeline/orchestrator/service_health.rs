//! Decides whether the service works. Pure.
//!
//! A batch without a response is the batch's fault as long as the service responds to others. Before the first response of a
//! run this is known only when all calls have ended; until then such batches are held.

use crate::pipeline::batch::{Batch, Stage};
use rowsmith_plugin_api::{Error, ErrorKind};

/// Consecutive whole batches without a response after which the service counts as unusable.
const MAX_BATCHES_IN_A_ROW: u32 = 3;
/// Consecutive parts of such batches; one poisoned row makes several of them fail.
const MAX_PARTS_IN_A_ROW: u32 = 8;

/// The consequence of a batch without a response.
#[derive(Debug)]
pub(super) enum Reaction {
    /// The batch waits until it is known whether the service works.
    Hold,
    /// The batch is asked in smaller calls.
    Split(Batch, Error),
    /// The service is unusable.
    Stop(Error),
}

/// The state of the service as far as this run has observed it.
#[derive(Debug, Default)]
pub(super) struct ServiceHealth {
    batches_in_a_row: u32,
    parts_in_a_row: u32,
    /// Batches without a response, while the run has seen no response at all.
    unanswered: Vec<(Batch, Error)>,
    /// True if one of them is being asked in smaller calls, to tell a poisoned row from a failing service.
    probing: bool,
    ever_answered: bool,
}

impl ServiceHealth {
    /// Records a response; returns the batches that were held.
    pub(super) fn record_answer(&mut self) -> Vec<(Batch, Error)> {
        (self.batches_in_a_row, self.parts_in_a_row) = (0, 0);
        self.ever_answered = true;
        std::mem::take(&mut self.unanswered)
    }

    /// Counts a call of a stage that got no response.
    pub(super) fn count_unanswered(&mut self, stage: Stage) {
        match stage {
            Stage::First | Stage::Repack => self.batches_in_a_row += 1,
            Stage::Halve | Stage::Single | Stage::Audit => self.parts_in_a_row += 1,
        }
    }

    /// Records a batch without a response.
    pub(super) fn record_unanswered(&mut self, batch: Batch, error: Error) -> Reaction {
        self.count_unanswered(batch.stage);
        if !self.ever_answered {
            self.unanswered.push((batch, error));
            Reaction::Hold
        } else if self.batches_in_a_row >= MAX_BATCHES_IN_A_ROW || self.parts_in_a_row >= MAX_PARTS_IN_A_ROW {
            Reaction::Stop(error)
        } else {
            Reaction::Split(batch, error)
        }
    }

    /// Decides about the held batches once no call is in flight; `queue_is_empty` tells whether a probe is still to be sent.
    ///
    /// A service that responds with failures, or a plugin that panics, may fail because of one row: one batch is asked in
    /// smaller calls. If they fail too, or the service cannot be reached at all, it is unusable.
    pub(super) fn decide(&mut self, queue_is_empty: bool) -> Reaction {
        if self.unanswered.is_empty() || (self.probing && !queue_is_empty) {
            return Reaction::Hold;
        }
        let responds = |(batch, error): &(Batch, Error)| {
            let failed = error.http_status.is_some_and(|status| (500..600).contains(&status));
            batch.questions.len() > 1 && (failed || error.kind == ErrorKind::Panic)
        };
        let probe = if self.probing { None } else { self.unanswered.iter().position(responds) };
        if let Some(at) = probe {
            self.probing = true;
            let (batch, error) = self.unanswered.swap_remove(at);
            return Reaction::Split(batch, error);
        }
        self.unanswered.pop().map_or(Reaction::Hold, |(_, error)| Reaction::Stop(error))
    }

    /// Returns whether new batches may be sent. While the service is in doubt only a probe is.
    ///
    /// A probe that ended without a verdict, because its rows failed or another process asks them, holds up nothing.
    pub(super) fn admits_new_batches(&self, calls_in_flight: bool) -> bool {
        let probe_in_flight = self.probing && !self.ever_answered && calls_in_flight;
        self.unanswered.is_empty() && !probe_in_flight
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::question::{Question, RowKey};

    fn batch(stage: Stage, rows: u8) -> Batch {
        let question = |n| Question { key: RowKey([n; 32]), body: "{}".into(), echo: None, asked: 1, rejected: None };
        Batch { questions: (0..rows).map(question).collect(), stage }
    }

    fn failing() -> Error {
        Error::new(ErrorKind::Retryable, "overloaded").with_http_status(503)
    }

    fn unreachable() -> Error {
        Error::new(ErrorKind::Retryable, "cannot be reached")
    }

    #[test]
    fn the_first_response_releases_held_batches() {
        let mut health = ServiceHealth::default();
        assert!(matches!(health.record_unanswered(batch(Stage::First, 20), unreachable()), Reaction::Hold));
        assert!(!health.admits_new_batches(true));
        assert_eq!(health.record_answer().len(), 1);
        assert!(health.admits_new_batches(true));
    }

    #[test]
    fn a_service_that_never_responds_is_unusable() {
        let mut health = ServiceHealth::default();
        assert!(matches!(health.record_unanswered(batch(Stage::First, 20), unreachable()), Reaction::Hold));
        assert!(matches!(health.decide(true), Reaction::Stop(_)));
    }

    #[test]
    fn a_service_that_fails_is_probed_once_in_smaller_calls() {
        let mut health = ServiceHealth::default();
        for _ in 0..2 {
            assert!(matches!(health.record_unanswered(batch(Stage::First, 20), failing()), Reaction::Hold));
        }
        assert!(matches!(health.decide(true), Reaction::Split(..)));
        assert!(matches!(health.decide(false), Reaction::Hold), "the probe is still to be sent");
        assert!(matches!(health.record_unanswered(batch(Stage::Halve, 10), failing()), Reaction::Hold));
        assert!(matches!(health.decide(true), Reaction::Stop(_)), "the probe failed too");
    }

    #[test]
    fn one_row_alone_is_no_probe() {
        let mut health = ServiceHealth::default();
        assert!(matches!(health.record_unanswered(batch(Stage::First, 1), failing()), Reaction::Hold));
        assert!(matches!(health.decide(true), Reaction::Stop(_)));
    }

    #[test]
    fn after_a_response_batches_are_split_until_too_many_fail_in_a_row() {
        let mut health = ServiceHealth::default();
        health.record_answer();
        for _ in 1..MAX_BATCHES_IN_A_ROW {
            assert!(matches!(health.record_unanswered(batch(Stage::First, 20), failing()), Reaction::Split(..)));
        }
        assert!(matches!(health.record_unanswered(batch(Stage::First, 20), failing()), Reaction::Stop(_)));
        health.record_answer();
        for _ in 1..MAX_PARTS_IN_A_ROW {
            assert!(matches!(health.record_unanswered(batch(Stage::Halve, 2), failing()), Reaction::Split(..)));
        }
        assert!(matches!(health.record_unanswered(batch(Stage::Single, 1), failing()), Reaction::Stop(_)));
    }
}
