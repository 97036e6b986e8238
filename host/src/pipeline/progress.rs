//! A snapshot of a run for displays.

use super::tally::{RowCounts, TokenCounts};
use crate::limit::rate_limiter::Pause;
use crate::limit::wait::Wait;
use crate::settings::test_time::unscaled;
use std::fmt::Write as _;
use std::time::Duration;
use tokio::time::Instant;

/// Progress of a run.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Snapshot {
    /// Rows so far by outcome.
    pub rows: RowCounts,
    /// Distinct questions so far that missed the cache.
    pub asked: u64,
    /// Calls so far.
    pub calls: u64,
    /// Calls in flight.
    pub in_flight: u64,
    /// Tokens so far.
    pub tokens: TokenCounts,
    /// Cost so far in US dollars, when prices are known.
    pub cost_usd: Option<f64>,
    /// The pause of all calls, while the service is not available or requests a wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pause: Option<Pause>,
    /// The wait of the next call for a quota.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wait: Option<Wait>,
    /// After Ctrl-C: the time at which calls in flight are cancelled.
    #[serde(skip)]
    pub cancel_at: Option<Instant>,
    /// The latest progress of plugins, one short text each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub plugins: Vec<String>,
    /// True if the source has ended.
    pub source_ended: bool,
}

impl Snapshot {
    /// Counts the rows that have an outcome.
    pub fn ended(&self) -> u64 {
        self.rows.cached + self.rows.enriched + self.rows.failed + self.rows.skipped
    }

    /// Returns the progress as one line of text.
    pub fn line(&self) -> String {
        let rows = &self.rows;
        let more = if self.source_ended { "" } else { "+" };
        let mut line = format!(
            "{} of {}{more} rows: {} cached, {} enriched, {} failed; {} calls",
            self.ended(),
            rows.scraped,
            rows.cached,
            rows.enriched,
            rows.failed,
            self.calls
        );
        if self.in_flight > 0 {
            write!(line, " ({} under way)", self.in_flight).unwrap_or_default();
        }
        if let Some(usd) = self.cost_usd {
            write!(line, "; ${usd:.4}").unwrap_or_default();
        }
        let now = Instant::now();
        if let Some(pause) = &self.pause {
            write!(line, "; {}", pause.text(now)).unwrap_or_default();
        }
        // Short waits would only flicker.
        let is_noticed = |wait: &&Wait| unscaled(wait.until.saturating_duration_since(now)) > Duration::from_secs(1);
        if let Some(wait) = self.wait.as_ref().filter(is_noticed) {
            write!(line, "; {}", wait.text(now)).unwrap_or_default();
        }
        if let Some(at) = self.cancel_at.filter(|_| self.in_flight > 0) {
            let left = unscaled(at.saturating_duration_since(now)).as_secs_f64().ceil();
            write!(line, "; stopping in {left} s at the latest").unwrap_or_default();
        }
        for plugin in &self.plugins {
            write!(line, "; {plugin}").unwrap_or_default();
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limit::wait::WaitReason;

    #[test]
    fn a_wait_for_a_quota_is_part_of_every_display() {
        let wait = Wait { until: Instant::now() + Duration::from_secs(8), reason: WaitReason::ConfiguredLimits };
        let snapshot = Snapshot { wait: Some(wait), ..Snapshot::default() };
        let json = serde_json::to_value(&snapshot).unwrap();
        let text = json["wait"].as_str().unwrap();
        assert!(snapshot.line().ends_with(text), "{text}");
        let short = Wait { until: Instant::now(), ..wait };
        assert_eq!(Snapshot { wait: Some(short), ..Snapshot::default() }.line(), Snapshot::default().line());
    }

    #[test]
    fn a_pause_is_part_of_every_display() {
        let now = Instant::now();
        let (until, give_up_at) = (now + Duration::from_secs(8), now + Duration::from_secs(600));
        let pause = Some(Pause { until, give_up_at, is_requested: false });
        let snapshot = Snapshot { pause, ..Snapshot::default() };
        let json = serde_json::to_value(&snapshot).unwrap();
        let text = json["pause"].as_str().unwrap();
        assert!(snapshot.line().ends_with(text), "{text}");
        let stopping = Snapshot { cancel_at: Some(give_up_at), ..Snapshot::default() };
        assert_eq!(stopping.line(), Snapshot::default().line(), "no call is in flight");
        assert_ne!(
            Snapshot { in_flight: 1, ..stopping }.line(),
            Snapshot { in_flight: 1, ..Snapshot::default() }.line()
        );
        assert!(serde_json::to_value(Snapshot::default()).unwrap().get("pause").is_none());
    }
}
