//! Measures the rows that are answered in a second, to find the number of calls that a local service works on at once. Pure.

use std::time::Duration;
use tokio::time::Instant;

/// Minimum calls of a measurement.
const MIN_CALLS: usize = 6;
/// Share of the additional calls that must be visible as additional rows a second.
const MIN_GAIN: f64 = 0.5;
/// Measurements that must agree before the number of calls grows further.
const MIN_MEASUREMENTS: u32 = 2;
/// Measurements until growth is tried again; doubles with every failure.
const FIRST_REST: u32 = 16;

/// The change of the number of calls after a measurement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// More calls are tried.
    Grow,
    /// More calls did not help; this number is used again.
    Return(usize),
}

/// Rows a second with a number of concurrent calls.
#[derive(Debug, Clone, Copy)]
struct Rate {
    calls: usize,
    rows_per_second: f64,
}

/// The measurements with one number of concurrent calls after another.
#[derive(Debug)]
pub(super) struct Throughput {
    calls: usize,
    can_grow: bool,
    /// The rate with fewer calls, while more are tried.
    before: Option<Rate>,
    /// Answers to ignore: their calls were sent with another number, or before the service was warm.
    ignored: usize,
    begin: Option<Instant>,
    answers: usize,
    rows: usize,
    measurements: u32,
    rest: u32,
    next_rest: u32,
}

impl Throughput {
    /// Starts with a number of concurrent calls.
    pub(super) fn new(calls: usize) -> Self {
        Self {
            calls,
            can_grow: true,
            before: None,
            ignored: calls,
            begin: None,
            answers: 0,
            rows: 0,
            measurements: 0,
            rest: 0,
            next_rest: FIRST_REST,
        }
    }

    /// Starts to measure another number of calls.
    pub(super) fn start(&mut self, calls: usize, max: usize) {
        self.ignored = self.calls.max(calls);
        self.calls = calls;
        self.can_grow = calls < max;
        self.measurements = 0;
        self.clear();
    }

    /// Starts the current measurement again.
    pub(super) fn restart(&mut self) {
        self.ignored = self.calls;
        self.clear();
    }

    fn clear(&mut self) {
        (self.begin, self.answers, self.rows) = (None, 0, 0);
    }

    /// Counts an answer; returns the step that follows from a complete measurement.
    pub(super) fn answered(&mut self, rows: usize, now: Instant) -> Option<Step> {
        if self.ignored > 0 {
            self.ignored -= 1;
            return None;
        }
        let Some(begin) = self.begin else {
            self.begin = Some(now);
            return None;
        };
        self.answers += 1;
        self.rows += rows;
        if self.answers < MIN_CALLS.max(self.calls * 2) {
            return None;
        }
        let rate = Rate { calls: self.calls, rows_per_second: rows_per_second(self.rows, now - begin) };
        self.clear();
        self.begin = Some(now);
        self.measurements += 1;
        self.step(rate)
    }

    fn step(&mut self, rate: Rate) -> Option<Step> {
        match self.before {
            Some(before) if !is_gain(before, rate) => {
                self.before = None;
                self.rest = self.next_rest;
                self.next_rest = self.next_rest.saturating_mul(2);
                return Some(Step::Return(before.calls));
            }
            Some(_) if self.measurements < MIN_MEASUREMENTS => return None,
            _ => {}
        }
        if self.rest > 0 {
            self.rest -= 1;
            self.before = None;
            return None;
        }
        if !self.can_grow {
            self.before = None;
            return None;
        }
        self.before = Some(rate);
        Some(Step::Grow)
    }
}

/// Returns whether the additional calls answer additional rows.
fn is_gain(before: Rate, now: Rate) -> bool {
    let ratio = f64::from(u32::try_from(now.calls).unwrap_or(u32::MAX))
        / f64::from(u32::try_from(before.calls).unwrap_or(u32::MAX));
    now.rows_per_second >= before.rows_per_second * (1.0 + MIN_GAIN * (ratio - 1.0))
}

fn rows_per_second(rows: usize, time: Duration) -> f64 {
    f64::from(u32::try_from(rows).unwrap_or(u32::MAX)) / time.as_secs_f64().max(0.001)
}
