//! The counters of a run.

use super::batch::Stage;
use super::dispatch::CallEvent;
use super::failure_summary::FailureSummary;
use super::learning::LearnedChange;
use super::question::{Outcome, SkipReason};
use super::row_failure::FailureReason;
use serde::Serialize;
use std::collections::BTreeMap;

/// Rows by outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RowCounts {
    /// Rows that the scraper sent.
    pub scraped: u64,
    /// Rows answered from the cache.
    pub cached: u64,
    /// Rows answered in this run.
    pub enriched: u64,
    /// Rows without a valid answer.
    pub failed: u64,
    /// Rows that were not asked.
    pub skipped: u64,
    /// Rows that share the question of another row; they are also counted above.
    pub duplicates: u64,
}

/// Calls by purpose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CallCounts {
    /// Calls that were sent: the sum of the next four fields.
    pub total: u64,
    /// Calls for whole batches.
    pub batch: u64,
    /// Calls for single rows, audits included.
    pub individual: u64,
    /// Calls for parts of batches that failed.
    pub split: u64,
    /// Retries of calls without a response.
    pub retries: u64,
    /// Responses with a rate-limit error.
    pub rate_limited: u64,
}

/// Tokens as reported by the service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TokenCounts {
    /// Prompt tokens, cached ones included.
    pub input: u64,
    /// Output tokens, thinking included.
    pub output: u64,
    /// Prompt tokens that the service read from its own cache.
    pub cached: u64,
    /// Prompt tokens that the service wrote to its own cache.
    pub cache_written: u64,
    /// Thinking tokens of the output.
    pub thinking: u64,
}

/// The outcome of a batch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BatchOutcome {
    /// Every row has a valid answer.
    Answered,
    /// Some rows have a valid answer.
    Partial,
    /// No row has a valid answer.
    Failed,
    /// The service gave no response.
    Unanswered,
    /// No call was made.
    NotAsked,
}

/// The calls for one batch.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BatchRecord {
    /// Rows in the batch.
    pub rows: usize,
    /// The step of the fallback.
    pub stage: Stage,
    /// The outcome of the batch.
    pub outcome: BatchOutcome,
    /// Calls made, retries included.
    pub attempts: u32,
    /// Duration in seconds, waiting included.
    pub seconds: f64,
}

/// A row without a valid answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FailedRow {
    /// The number of the row in the source, counted from 1.
    pub row: u64,
    /// The row key in hexadecimal.
    pub key: String,
    /// The class of the failure.
    pub reason: FailureReason,
    /// Key of the output column whose rule the last answer violates.
    pub column: Option<String>,
    /// A description for people.
    pub message: String,
    /// The rejected value as JSON, shortened.
    pub raw: Option<String>,
    /// The row as it came from the source.
    #[serde(skip)]
    pub source: serde_json::Map<String, serde_json::Value>,
}

/// Agreement of batched answers with single ones.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AuditCounts {
    /// Rows that were asked again on their own.
    pub rows: u64,
    /// Equal answers per output column.
    pub agree: BTreeMap<String, u64>,
}

/// The counters of a run.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Rows by outcome.
    pub rows: RowCounts,
    /// Skipped rows by reason.
    pub skipped: BTreeMap<SkipReason, u64>,
    /// Calls by purpose.
    pub calls: CallCounts,
    /// Tokens as reported by the service.
    pub tokens: TokenCounts,
    /// True if a response came without token counts.
    pub usage_unknown: bool,
    /// Items under ids that were not asked.
    pub unknown_ids: u64,
    /// Answers that are about another row of their call.
    pub misplaced_answers: u64,
    /// Answers that had the same text as many others of their call, and were checked.
    pub suspected_answers: u64,
    /// Damaged cache entries.
    pub damaged: u64,
    /// The models that answered.
    pub models: Vec<String>,
    /// The first batches, up to [`Self::MAX_BATCHES`].
    pub batches: Vec<BatchRecord>,
    /// The first failed rows, up to [`Self::MAX_FAILURES`].
    pub failures: Vec<FailedRow>,
    /// Failed rows by reason.
    pub failure_reasons: BTreeMap<FailureReason, u64>,
    /// Sizes that the run has learned, in order.
    pub learned: Vec<LearnedChange>,
    /// Rejected answers by column and rule.
    pub failure_summary: FailureSummary,
    /// Distinct questions that missed the cache.
    pub asked: u64,
    /// Results of the audit.
    pub audit: AuditCounts,
}

impl Tally {
    /// Maximum batches in a report.
    pub const MAX_BATCHES: usize = 10_000;
    /// Maximum failed rows in a report; the failure file lists all.
    pub const MAX_FAILURES: usize = 1_000;

    /// Counts the outcome of a row.
    pub fn end(&mut self, outcome: &Outcome, duplicate: bool) {
        match outcome {
            Outcome::Cached(_) => self.rows.cached += 1,
            Outcome::Enriched(_) => self.rows.enriched += 1,
            Outcome::Failed(failure) => {
                self.rows.failed += 1;
                *self.failure_reasons.entry(failure.reason).or_default() += 1;
                self.failure_summary.record_row(failure);
            }
            Outcome::Skipped(reason) => self.skip(*reason, 1),
        }
        self.rows.duplicates += u64::from(duplicate);
    }

    /// Counts skipped rows.
    pub fn skip(&mut self, reason: SkipReason, count: u64) {
        if count > 0 {
            self.rows.skipped += count;
            *self.skipped.entry(reason).or_default() += count;
        }
    }

    /// Counts an event of a call.
    pub fn event(&mut self, event: CallEvent) {
        match event {
            CallEvent::Sent { stage, retry } => {
                self.calls.total += 1;
                let kind = match stage {
                    _ if retry => &mut self.calls.retries,
                    Stage::First | Stage::Repack => &mut self.calls.batch,
                    Stage::Halve => &mut self.calls.split,
                    Stage::Single | Stage::Audit => &mut self.calls.individual,
                };
                *kind += 1;
            }
            CallEvent::PushedBack { rate_limited } => self.calls.rate_limited += u64::from(rate_limited),
            CallEvent::Answered { usage, model, unknown, misplaced } => {
                self.usage_unknown |= usage.input.is_none() || usage.output.is_none();
                self.tokens.input += usage.input.unwrap_or(0);
                self.tokens.output += usage.output.unwrap_or(0);
                self.tokens.cached += usage.cached.unwrap_or(0);
                self.tokens.cache_written += usage.cache_written.unwrap_or(0);
                self.tokens.thinking += usage.thinking.unwrap_or(0);
                self.unknown_ids += unknown as u64;
                self.misplaced_answers += misplaced as u64;
                if let Some(model) = model.filter(|model| !self.models.contains(model)) {
                    self.models.push(model);
                }
            }
        }
    }

    /// Adds a batch.
    pub fn batch(&mut self, record: BatchRecord) {
        if self.batches.len() < Self::MAX_BATCHES {
            self.batches.push(record);
        }
    }

    /// Returns whether every row has exactly one outcome.
    pub fn adds_up(&self) -> bool {
        let rows = &self.rows;
        rows.scraped == rows.cached + rows.enriched + rows.failed + rows.skipped
    }
}
