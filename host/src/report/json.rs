//! The report as JSON, for other programs. Its fields are documented in `docs/report.md`.

use crate::exit_code::ExitCode;
use crate::pipeline::question::SkipReason;
use crate::pipeline::row_failure::FailureReason;
use crate::pipeline::tally::{AuditCounts, BatchRecord, CallCounts, FailedRow, RowCounts, Tally, TokenCounts};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

/// Names the format, so that readers can refuse what they do not know.
pub const SCHEMA: &str = "rowsmith/report/v1";

/// Everything that a run came to.
#[derive(Debug, Serialize)]
pub struct Report {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The version of this program.
    pub version: &'static str,
    /// The config file.
    pub config: String,
    /// The provider's name in the config.
    pub provider: String,
    /// The model.
    pub model: String,
    /// False when the answers do not come from a language model.
    pub is_language_model: bool,
    /// The models that answered, as the service named them.
    pub models_seen: Vec<String>,
    /// Rows.
    pub rows: RowCounts,
    /// Why rows were skipped.
    pub skipped: BTreeMap<SkipReason, u64>,
    /// Calls.
    pub calls: CallCounts,
    /// Tokens.
    pub tokens: TokenCounts,
    /// Money; null when the price is unknown.
    pub cost_usd: Option<f64>,
    /// Time.
    pub seconds: Seconds,
    /// Batches, the first 10,000.
    pub batches: Vec<BatchRecord>,
    /// Rows without an answer, the first 1,000; the failure file has all.
    pub failures: Vec<FailedRow>,
    /// How many rows each reason cost.
    pub failure_reasons: BTreeMap<FailureReason, u64>,
    /// Items under ids that nobody asked about.
    pub unknown_ids: u64,
    /// Cache entries that could not be trusted and counted as misses.
    pub damaged_cache_entries: u64,
    /// How well answers in batches agree with answers alone; null without an audit.
    pub audit: Option<AuditCounts>,
    /// Files and addresses that were written.
    pub outputs: Vec<Output>,
    /// Where all failed rows are.
    pub failure_file: Option<String>,
    /// The folder of recordings that answered in the place of the services.
    pub replayed_from: Option<String>,
    /// Why the run stopped early.
    pub stopped: Option<String>,
    /// The program's exit code.
    pub exit_code: u8,
}

/// One exporter's result.
#[derive(Debug, Serialize)]
pub struct Output {
    /// The exporter and its target.
    pub exporter: String,
    /// Where the rows are; null when it failed.
    pub location: Option<String>,
    /// How many.
    pub rows: u64,
    /// What went wrong.
    pub error: Option<String>,
}

/// Time.
#[derive(Debug, Serialize)]
pub struct Seconds {
    /// From start to end.
    pub total: f64,
    /// While calls waited for the quota.
    pub waiting_for_quota: f64,
}

/// What a report needs beside the counts.
pub struct Facts {
    /// The config file.
    pub config: String,
    /// The provider's name in the config.
    pub provider: String,
    /// The model.
    pub model: String,
    /// Whether it is a language model.
    pub is_language_model: bool,
    /// Money.
    pub cost_usd: Option<f64>,
    /// From start to end.
    pub total: Duration,
    /// While calls waited for the quota.
    pub waited: Duration,
    /// Exporters' results.
    pub outputs: Vec<Output>,
    /// Where all failed rows are.
    pub failure_file: Option<String>,
    /// The folder of recordings that answered in the place of the services.
    pub replayed_from: Option<String>,
    /// Why the run stopped early.
    pub stopped: Option<String>,
    /// The program's exit code.
    pub exit_code: ExitCode,
}

impl Report {
    /// Puts counts and facts together.
    pub fn new(tally: &Tally, facts: Facts) -> Self {
        Self {
            schema: SCHEMA,
            version: env!("CARGO_PKG_VERSION"),
            config: facts.config,
            provider: facts.provider,
            model: facts.model,
            is_language_model: facts.is_language_model,
            models_seen: tally.models.clone(),
            rows: tally.rows.clone(),
            skipped: tally.skipped.clone(),
            calls: tally.calls.clone(),
            tokens: tally.tokens.clone(),
            cost_usd: facts.cost_usd,
            seconds: Seconds { total: facts.total.as_secs_f64(), waiting_for_quota: facts.waited.as_secs_f64() },
            batches: tally.batches.clone(),
            failures: tally.failures.clone(),
            failure_reasons: tally.failure_reasons.clone(),
            unknown_ids: tally.unknown_ids,
            damaged_cache_entries: tally.damaged,
            audit: (tally.audit.rows > 0).then(|| tally.audit.clone()),
            outputs: facts.outputs,
            failure_file: facts.failure_file,
            replayed_from: facts.replayed_from,
            stopped: facts.stopped,
            exit_code: facts.exit_code as u8,
        }
    }

    /// Writes the report to a file, whole or not at all.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, path: &Path, clean: impl Fn(&str) -> String) -> std::io::Result<()> {
        let text = clean(&serde_json::to_string_pretty(self)?);
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        writeln!(file, "{text}")?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    }
}
