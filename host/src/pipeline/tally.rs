//! The counts of a run.

use crate::pipeline::batch::Stage;
use crate::pipeline::dispatch::Event;
use crate::pipeline::question::{Outcome, SkipReason};
use serde::Serialize;
use std::collections::BTreeMap;

/// Rows, by how they ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RowCounts {
    /// Rows that the scraper sent.
    pub scraped: u64,
    /// Rows whose answer was in the cache.
    pub cached: u64,
    /// Rows that were answered in this run.
    pub enriched: u64,
    /// Rows that were asked and have no valid answer.
    pub failed: u64,
    /// Rows that were not asked.
    pub skipped: u64,
    /// Rows that share another row's question; they are counted above as well.
    pub duplicates: u64,
}

/// Calls, by what they were for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CallCounts {
    /// All calls that were sent: the sum of the four below.
    pub total: u64,
    /// Calls for whole batches.
    pub batch: u64,
    /// Calls for rows alone, audits included.
    pub individual: u64,
    /// Calls for parts of batches that failed.
    pub split: u64,
    /// Calls that repeat one that was not answered.
    pub retries: u64,
    /// Answers that were about a rate limit.
    pub rate_limited: u64,
}

/// Tokens, as services counted them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TokenCounts {
    /// Prompts, cached parts included.
    pub input: u64,
    /// Answers, thinking included.
    pub output: u64,
    /// The part of prompts that services had in their own caches.
    pub cached: u64,
}

/// One call or series of calls for one batch.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BatchRecord {
    /// How many rows were asked.
    pub rows: usize,
    /// `first`, `repack`, `halve`, `single`, `audit`.
    pub stage: &'static str,
    /// `answered`, `partial`, `failed`, `unanswered`.
    pub outcome: &'static str,
    /// How many calls it took.
    pub attempts: u32,
    /// How long it took, with all waiting.
    pub seconds: f64,
}

/// A row without an answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FailedRow {
    /// Its number in the source, from 1.
    pub row: u64,
    /// Its key.
    pub key: String,
    /// A stable word.
    pub reason: &'static str,
    /// What happened.
    pub message: String,
    /// The row as it came from the source.
    #[serde(skip)]
    pub source: serde_json::Map<String, serde_json::Value>,
}

/// How well answers in batches agree with answers alone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct AuditCounts {
    /// Rows that were asked again, alone.
    pub rows: u64,
    /// For each output column: how many answers were the same.
    pub agree: BTreeMap<String, u64>,
}

/// All counts of a run.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Rows.
    pub rows: RowCounts,
    /// Why rows were skipped.
    pub skipped: BTreeMap<&'static str, u64>,
    /// Calls.
    pub calls: CallCounts,
    /// Tokens.
    pub tokens: TokenCounts,
    /// Whether a service answered without saying what it cost.
    pub usage_unknown: bool,
    /// Items under ids that nobody asked about.
    pub unknown_ids: u64,
    /// Cache entries that could not be trusted.
    pub damaged: u64,
    /// The models that answered.
    pub models: Vec<String>,
    /// Batches, up to [`Self::MAX_BATCHES`].
    pub batches: Vec<BatchRecord>,
    /// Rows without an answer, up to [`Self::MAX_FAILURES`].
    pub failures: Vec<FailedRow>,
    /// How many rows each reason cost, all of them.
    pub failure_reasons: BTreeMap<&'static str, u64>,
    /// Questions that had to be asked.
    pub asked: u64,
    /// How audits came out.
    pub audit: AuditCounts,
}

impl Tally {
    /// Batches that a report lists.
    pub const MAX_BATCHES: usize = 10_000;
    /// Failed rows that a report lists; the failure file has all.
    pub const MAX_FAILURES: usize = 1_000;

    /// Counts how a row ended.
    pub fn end(&mut self, outcome: &Outcome, duplicate: bool) {
        match outcome {
            Outcome::Cached(_) => self.rows.cached += 1,
            Outcome::Enriched(_) => self.rows.enriched += 1,
            Outcome::Failed(failure) => {
                self.rows.failed += 1;
                *self.failure_reasons.entry(failure.reason).or_default() += 1;
            }
            Outcome::Skipped(reason) => self.skip(*reason, 1),
        }
        self.rows.duplicates += u64::from(duplicate);
    }

    /// Counts rows that were not asked.
    pub fn skip(&mut self, reason: SkipReason, count: u64) {
        if count > 0 {
            self.rows.skipped += count;
            *self.skipped.entry(reason.as_str()).or_default() += count;
        }
    }

    /// Counts what happened to a call.
    pub fn event(&mut self, event: Event) {
        match event {
            Event::Sent { stage, retry } => {
                self.calls.total += 1;
                let kind = match stage {
                    _ if retry => &mut self.calls.retries,
                    Stage::First | Stage::Repack => &mut self.calls.batch,
                    Stage::Halve => &mut self.calls.split,
                    Stage::Single | Stage::Audit => &mut self.calls.individual,
                };
                *kind += 1;
            }
            Event::PushedBack { rate_limited } => self.calls.rate_limited += u64::from(rate_limited),
            Event::Answered { usage, model, unknown } => {
                self.usage_unknown |= usage.input.is_none() || usage.output.is_none();
                self.tokens.input += usage.input.unwrap_or(0);
                self.tokens.output += usage.output.unwrap_or(0);
                self.tokens.cached += usage.cached.unwrap_or(0);
                self.unknown_ids += unknown as u64;
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

    /// Whether every row ended exactly once.
    pub fn adds_up(&self) -> bool {
        let rows = &self.rows;
        rows.scraped == rows.cached + rows.enriched + rows.failed + rows.skipped
    }
}
