//! Explains cache misses by the questions whose answers the cache holds.

use super::question::RowKey;
use super::question_digest::QuestionDigest;
use super::record::{self, RecordMeta};
use rowsmith_plugin_api::Error;
use rowsmith_plugin_api::bridge::client::CacheClient;
use std::collections::BTreeMap;

/// Maximum entries to read; keys are hashes, so the first entries are a fair sample.
const MAX_SCANNED: usize = 20_000;
/// Entries per scan.
const PAGE: usize = 1_000;
/// Maximum other questions to report.
const MAX_REPORTED: usize = 3;

/// Cached answers to one question.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct StoredAnswers {
    /// Number of answers.
    pub answers: u64,
    /// The parts in which their question differs; `None` when an earlier version stored them.
    pub differs: Option<Vec<&'static str>>,
}

/// The reasons for cache misses, by number of answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MissReasons {
    /// One entry per question.
    pub stored: Vec<StoredAnswers>,
    /// True if only a part of the cache was read.
    pub sampled: bool,
}

/// Compares the cached answers with the question of this run.
///
/// # Errors
/// When the cache cannot be read.
pub async fn explain_misses(cache: &CacheClient, digest: &QuestionDigest) -> Result<MissReasons, Error> {
    let mut counts: BTreeMap<QuestionDigest, u64> = BTreeMap::new();
    let (mut after, mut seen) = (None, 0);
    let sampled = loop {
        let page = cache.scan(after, PAGE).await?;
        for (key, value) in &page {
            // The lookup and `cache verify` report damaged entries.
            let Ok(stored) = record::decode(&RowKey(*key), value) else { continue };
            if !stored.is_accepted {
                continue;
            }
            let meta: RecordMeta = serde_json::from_str(stored.meta).unwrap_or_default();
            *counts.entry(QuestionDigest::stored(meta.question.as_deref())).or_default() += 1;
        }
        seen += page.len();
        after = page.last().map(|(key, _)| *key);
        if page.len() < PAGE {
            break false;
        }
        if seen >= MAX_SCANNED {
            break true;
        }
    };
    let mut stored: Vec<StoredAnswers> = counts
        .into_iter()
        .map(|(theirs, answers)| StoredAnswers { answers, differs: digest.differing(&theirs) })
        .collect();
    stored.sort_by_key(|stored| std::cmp::Reverse(stored.answers));
    Ok(MissReasons { stored, sampled })
}

impl MissReasons {
    /// Returns sentences for people.
    pub fn sentences(&self) -> Vec<String> {
        let about = if self.sampled { "about " } else { "" };
        let mut out = Vec::new();
        if self.stored.is_empty() {
            out.push("the cache has no answers yet".to_owned());
        }
        if self.stored.iter().any(StoredAnswers::is_same_question) {
            out.push("rows are new, or their input has changed".to_owned());
        }
        for stored in self.stored.iter().filter(|stored| !stored.is_same_question()).take(MAX_REPORTED) {
            let n = stored.answers;
            out.push(match &stored.differs {
                None => format!("{about}{n} answers are from an earlier version, which did not store what was asked"),
                Some(parts) => format!("{about}{n} answers are to another question; different: {}", parts.join(", ")),
            });
        }
        out
    }
}

impl StoredAnswers {
    fn is_same_question(&self) -> bool {
        self.differs.as_ref().is_some_and(Vec::is_empty)
    }
}
