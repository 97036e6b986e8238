//! The sliding windows of a provider's limits. Pure: time is an argument.

use crate::settings::ProviderLimits;
use crate::settings::test_time::scaled_ms;
use rowsmith_plugin_api::completion::LimitHint;
use rowsmith_plugin_api::quota::{self, QuotaWindow, SlidingWindow};
use std::num::NonZeroU32;

/// Addition to every window, for the time that a request may take longer to arrive than the one before it.
///
/// The service counts arrivals, the host counts departures, and the first request of a run also opens the connection.
pub(super) const ARRIVAL_MARGIN_MS: u64 = 500;
const MINUTE_MS: u64 = 60_000;
const DAY_MS: u64 = 86_400_000;

/// The amounts of one call that limits count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallSize {
    /// Requests to the service.
    pub requests: u64,
    /// Tokens of the prompt and the answer.
    pub tokens: u64,
}

/// Unit of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Requests,
    Tokens,
}

impl Unit {
    fn as_str(self) -> &'static str {
        match self {
            Self::Requests => quota::REQUESTS,
            Self::Tokens => quota::TOKENS,
        }
    }

    /// Returns the unit that a provider names; `None` for one that the host does not limit.
    fn from_name(name: &str) -> Option<Self> {
        [Self::Requests, Self::Tokens].into_iter().find(|unit| unit.as_str() == name)
    }

    /// Units of one call.
    fn amount(self, size: CallSize) -> u64 {
        match self {
            Self::Requests => size.requests,
            Self::Tokens => size.tokens,
        }
    }
}

#[derive(Debug)]
struct LimitWindow {
    unit: Unit,
    limit: u64,
    window: SlidingWindow,
}

/// All windows of a provider.
#[derive(Debug, Default)]
pub(super) struct LimitWindows(Vec<LimitWindow>);

impl LimitWindows {
    /// Creates the windows of the configured limits.
    pub(super) fn new(limits: &ProviderLimits) -> Self {
        let window = |unit, limit: Option<NonZeroU32>, length_ms: u64| {
            let window = SlidingWindow::new(scaled_ms(length_ms + ARRIVAL_MARGIN_MS));
            limit.map(|limit| LimitWindow { unit, limit: u64::from(limit.get()), window })
        };
        let windows = [
            window(Unit::Requests, limits.requests_per_minute, MINUTE_MS),
            window(Unit::Requests, limits.requests_per_day, DAY_MS),
            window(Unit::Tokens, limits.tokens_per_minute, MINUTE_MS),
        ];
        Self(windows.into_iter().flatten().collect())
    }

    /// Milliseconds until all windows have room for a call.
    pub(super) fn wait_ms(&mut self, now_ms: u64, size: CallSize) -> u64 {
        let wait = |entry: &mut LimitWindow| entry.window.wait_ms(now_ms, entry.limit, entry.unit.amount(size));
        self.0.iter_mut().map(wait).max().unwrap_or_default()
    }

    /// Takes room for a call in all windows.
    pub(super) fn take(&mut self, now_ms: u64, size: CallSize) {
        self.0.iter_mut().for_each(|entry| entry.window.take(now_ms, entry.unit.amount(size)));
    }

    /// Replaces the estimated size of a call with the actual one.
    ///
    /// The requests are at most the estimated ones, which are the maximum that the provider declares.
    pub(super) fn correct(&mut self, taken_at_ms: u64, estimate: CallSize, actual: CallSize) {
        let actual = CallSize { requests: actual.requests.min(estimate.requests), ..actual };
        for entry in &mut self.0 {
            entry.window.correct(taken_at_ms, entry.unit.amount(estimate), entry.unit.amount(actual));
        }
    }

    /// Lowers a limit to the one that the service reports. A higher one is ignored, and so is 0, which proxies send for limits
    /// that they do not have: the response itself shows that the service answers.
    pub(super) fn lower(&mut self, hint: &LimitHint) {
        let length_ms = scaled_ms(hint.window_secs.saturating_mul(1_000).saturating_add(ARRIVAL_MARGIN_MS));
        let unit = Unit::from_name(&hint.unit);
        let is_same = |entry: &&mut LimitWindow| Some(entry.unit) == unit && entry.window.length_ms() == length_ms;
        if let (Some(entry), Some(limit)) = (self.0.iter_mut().find(is_same), hint.limit) {
            entry.limit = if limit == 0 { entry.limit } else { entry.limit.min(limit) };
        }
    }

    /// The windows of a request for shared quota.
    pub(super) fn quota_windows(&self, size: CallSize) -> Vec<QuotaWindow> {
        let window = |entry: &LimitWindow| QuotaWindow {
            unit: entry.unit.as_str().to_owned(),
            window_ms: entry.window.length_ms(),
            limit: entry.limit,
            amount: entry.unit.amount(size),
        };
        self.0.iter().map(window).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(tokens: u64) -> CallSize {
        CallSize { requests: 1, tokens }
    }

    fn windows(limits: &[(Unit, u64)]) -> LimitWindows {
        let window = |(unit, limit): &(Unit, u64)| LimitWindow {
            unit: *unit,
            limit: *limit,
            window: SlidingWindow::new(MINUTE_MS + ARRIVAL_MARGIN_MS),
        };
        LimitWindows(limits.iter().map(window).collect())
    }

    #[test]
    fn a_call_waits_for_the_slowest_window() {
        let mut windows = windows(&[(Unit::Requests, 2), (Unit::Tokens, 100)]);
        windows.take(0, tokens(60));
        assert_eq!(windows.wait_ms(1_000, tokens(40)), 0);
        assert_eq!(windows.wait_ms(1_000, tokens(41)), 59_501, "tokens");
        windows.take(1_000, tokens(10));
        assert_eq!(windows.wait_ms(2_000, tokens(1)), 58_501, "requests");
        windows.correct(0, tokens(60), tokens(99));
        assert_eq!(windows.wait_ms(60_501, tokens(90)), 0);
        assert_eq!(windows.wait_ms(60_501, tokens(91)), 1_000);
    }

    #[test]
    fn a_call_of_several_requests_takes_their_room() {
        let mut windows = windows(&[(Unit::Requests, 5)]);
        let job = |requests| CallSize { requests, tokens: 0 };
        windows.take(0, job(4));
        assert_eq!(windows.wait_ms(1, job(2)), 60_500);
        // More than the provider declares is no reason to stop the run.
        windows.correct(0, job(4), job(u64::MAX));
        assert_eq!(windows.wait_ms(1, job(2)), 60_500);
        assert_eq!(windows.wait_ms(1, job(1)), 0);
        windows.correct(0, job(4), job(3));
        assert_eq!(windows.wait_ms(1, job(2)), 0);
    }

    #[test]
    fn a_service_lowers_limits_and_never_raises_them() {
        let mut windows = windows(&[(Unit::Requests, 10)]);
        let hint = |limit, window_secs| LimitHint {
            unit: quota::REQUESTS.to_owned(),
            window_secs,
            limit: Some(limit),
            ..LimitHint::default()
        };
        for (case, hint, limit) in [
            ("another window", hint(1, 3_600), 10),
            ("higher", hint(20, 60), 10),
            ("lower", hint(5, 60), 5),
            ("zero", hint(0, 60), 5),
        ] {
            windows.lower(&hint);
            assert_eq!(windows.quota_windows(tokens(7))[0].limit, limit, "{case}");
        }
    }
}
