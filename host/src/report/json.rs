//! The report as JSON, documented in `docs/report.md`.

use crate::exit_code::ExitCode;
use crate::limit::wait::WaitTimes;
use crate::pipeline::failure_summary::FailureCount;
use crate::pipeline::learning::LearnedChange;
use crate::pipeline::question::SkipReason;
use crate::pipeline::row_failure::FailureReason;
use crate::pipeline::tally::{AuditCounts, BatchRecord, CallCounts, FailedRow, RowCounts, Tally, TokenCounts};
use rowsmith_plugin_api::files::{remove_abandoned, write_private};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// Name and version of the format.
pub const SCHEMA: &str = "rowsmith/report/v1";

/// Result of a run.
#[derive(Debug, Serialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// Version of the program.
    pub version: &'static str,
    /// Path of the config.
    pub config: String,
    /// Name of the provider in the config.
    pub provider: String,
    /// Name of the model.
    pub model: String,
    /// False when the answers do not come from a language model.
    pub is_language_model: bool,
    /// Models of the answers, as named by the service.
    pub models_seen: Vec<String>,
    /// Counts of rows.
    pub rows: RowCounts,
    /// Skipped rows by reason.
    pub skipped: BTreeMap<SkipReason, u64>,
    /// Counts of calls.
    pub calls: CallCounts,
    /// Counts of tokens.
    pub tokens: TokenCounts,
    /// Cost in US dollars; null when the prices are unknown.
    pub cost_usd: Option<f64>,
    /// Durations.
    pub seconds: Seconds,
    /// The first 10,000 calls.
    pub batches: Vec<BatchRecord>,
    /// Sizes of calls that the run has learned, in order.
    pub learned: Vec<LearnedChange>,
    /// The first 1,000 failed rows; the failure file has all.
    pub failures: Vec<FailedRow>,
    /// Failed rows by reason.
    pub failure_reasons: BTreeMap<FailureReason, u64>,
    /// Rejected answers by column and rule, the most frequent first.
    pub failure_summary: Vec<FailureCount>,
    /// Items of answers with an unknown id.
    pub unknown_ids: u64,
    /// Answers that were about another row of their call.
    pub misplaced_answers: u64,
    /// Answers that had the same text as many others of their call, and were checked.
    pub suspected_answers: u64,
    /// Damaged cache entries, which count as misses.
    pub damaged_cache_entries: u64,
    /// Agreement of batched and individual answers; null without an audit.
    pub audit: Option<AuditCounts>,
    /// Written files and addresses.
    pub outputs: Vec<Output>,
    /// Path of the failure file.
    pub failure_file: Option<String>,
    /// Folder of the cassette whose recordings replaced the services.
    pub replayed_from: Option<String>,
    /// Reason of an early stop.
    pub stopped: Option<String>,
    /// Exit code of the program.
    pub exit_code: u8,
}

/// Result of one exporter.
#[derive(Debug, Serialize)]
pub struct Output {
    /// The exporter and its target.
    pub exporter: String,
    /// Path or address of the rows; null after a failure.
    pub location: Option<String>,
    /// Number of rows.
    pub rows: u64,
    /// Message of the failure.
    pub error: Option<String>,
}

/// Durations in seconds.
#[derive(Debug, Serialize)]
pub struct Seconds {
    /// Duration of the run.
    pub total: f64,
    /// Time during which calls waited for a quota.
    pub waiting_for_quota: f64,
    /// Time during which calls waited for a service that was not available or requested a pause.
    pub waiting_for_service: f64,
}

/// Parts of the report besides the counts.
pub struct RunSummary {
    /// Path of the config.
    pub config: String,
    /// Name of the provider in the config.
    pub provider: String,
    /// Name of the model.
    pub model: String,
    /// True for a language model.
    pub is_language_model: bool,
    /// Cost in US dollars; `None` when the prices are unknown.
    pub cost_usd: Option<f64>,
    /// Duration of the run.
    pub total: Duration,
    /// Time during which calls waited.
    pub waited: WaitTimes,
    /// Results of the exporters.
    pub outputs: Vec<Output>,
    /// Path of the failure file.
    pub failure_file: Option<String>,
    /// Folder of the cassette whose recordings replaced the services.
    pub replayed_from: Option<String>,
    /// Reason of an early stop.
    pub stopped: Option<String>,
    /// Exit code of the program.
    pub exit_code: ExitCode,
}

impl Report {
    /// Creates the report of a run.
    pub fn new(tally: &Tally, run: RunSummary) -> Self {
        let mut failures = tally.failures.clone();
        failures.sort_by_key(|failed| failed.row);
        Self {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION"),
            config: run.config,
            provider: run.provider,
            model: run.model,
            is_language_model: run.is_language_model,
            models_seen: tally.models.clone(),
            rows: tally.rows.clone(),
            skipped: tally.skipped.clone(),
            calls: tally.calls.clone(),
            tokens: tally.tokens.clone(),
            cost_usd: run.cost_usd,
            seconds: Seconds {
                total: run.total.as_secs_f64(),
                waiting_for_quota: run.waited.quota.as_secs_f64(),
                waiting_for_service: run.waited.service.as_secs_f64(),
            },
            batches: tally.batches.clone(),
            learned: tally.learned.clone(),
            failures,
            failure_reasons: tally.failure_reasons.clone(),
            failure_summary: tally.failure_summary.counts(),
            unknown_ids: tally.unknown_ids,
            misplaced_answers: tally.misplaced_answers,
            suspected_answers: tally.suspected_answers,
            damaged_cache_entries: tally.damaged,
            audit: (tally.audit.rows > 0).then(|| tally.audit.clone()),
            outputs: run.outputs,
            failure_file: run.failure_file,
            replayed_from: run.replayed_from,
            stopped: run.stopped,
            exit_code: run.exit_code as u8,
        }
    }

    /// Writes the report to a file atomically. Other users cannot read it. `clean` removes secrets.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, path: &Path, clean: impl Fn(&str) -> String) -> std::io::Result<()> {
        let text = clean(&serde_json::to_string_pretty(self)?);
        remove_abandoned(path);
        write_private(path, format!("{text}\n").as_bytes())
    }
}
