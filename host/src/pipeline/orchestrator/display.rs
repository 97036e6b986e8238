//! Publishes the progress of the run for displays.

use super::run_loop::Run;

impl Run<'_> {
    /// Publishes the counts and the waits so far.
    pub(super) fn show_progress(&self) {
        self.progress.send_modify(|snapshot| {
            snapshot.rows = self.tally.rows.clone();
            snapshot.calls = self.tally.calls.total;
            snapshot.tokens = self.tally.tokens.clone();
            snapshot.asked = self.tally.asked;
            snapshot.in_flight = self.dispatcher.rate_limiter.in_flight() as u64;
            snapshot.pause = self.dispatcher.rate_limiter.pause();
            snapshot.wait = self.dispatcher.rate_limiter.wait();
            snapshot.cancel_at = self.last_call.after_signal();
            snapshot.source_ended = self.source_ended;
            snapshot.cost_usd = self.dispatcher.budget.cost_usd();
        });
    }
}
