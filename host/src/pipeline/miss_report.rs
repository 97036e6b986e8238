//! Why the cache has no answer: what the answers that it has were given to.

use super::question::RowKey;
use super::question_digest::QuestionDigest;
use super::record::{self, RecordMeta};
use rowsmith_plugin_api::Error;
use rowsmith_plugin_api::bridge::client::CacheClient;
use std::collections::BTreeMap;

/// Keys are hashes, so the first entries are a fair sample of all.
const MAX_LOOKED_AT: usize = 20_000;
/// Entries of one look.
const PAGE: usize = 1_000;
/// Other questions that are told of.
const MAX_TOLD: usize = 3;

/// Answers in the cache to one question.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Held {
    /// How many were seen.
    pub answers: u64,
    /// What is different about their question; `None` when an earlier version stored them.
    pub differs: Option<Vec<&'static str>>,
}

/// What the cache holds, most answers first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Holdings {
    /// One for each question.
    pub held: Vec<Held>,
    /// Whether only a part of the cache was looked at.
    pub sampled: bool,
}

/// Looks at the answers that the cache has.
///
/// # Errors
/// When the cache cannot be read.
pub async fn holdings(cache: &CacheClient, marks: &QuestionDigest) -> Result<Holdings, Error> {
    let mut counts: BTreeMap<QuestionDigest, u64> = BTreeMap::new();
    let (mut after, mut seen) = (None, 0);
    let sampled = loop {
        let page = cache.scan(after, PAGE).await?;
        for (key, value) in &page {
            // A damaged entry is told of by the look-up and by `cache verify`.
            let Ok((meta, _)) = record::decode(&RowKey(*key), value) else { continue };
            let meta: RecordMeta = serde_json::from_str(meta).unwrap_or_default();
            *counts.entry(QuestionDigest::stored(meta.question.as_deref())).or_default() += 1;
        }
        seen += page.len();
        after = page.last().map(|(key, _)| *key);
        if page.len() < PAGE {
            break false;
        }
        if seen >= MAX_LOOKED_AT {
            break true;
        }
    };
    let mut held: Vec<Held> =
        counts.into_iter().map(|(theirs, answers)| Held { answers, differs: marks.differing(&theirs) }).collect();
    held.sort_by_key(|held| std::cmp::Reverse(held.answers));
    Ok(Holdings { held, sampled })
}

impl Holdings {
    /// Sentences for people.
    pub fn sentences(&self) -> Vec<String> {
        let about = if self.sampled { "about " } else { "" };
        let mut out = Vec::new();
        if self.held.is_empty() {
            out.push("the cache has no answers yet".to_owned());
        }
        if self.held.iter().any(Held::is_same_question) {
            out.push("rows are new, or their input has changed".to_owned());
        }
        for held in self.held.iter().filter(|held| !held.is_same_question()).take(MAX_TOLD) {
            let n = held.answers;
            out.push(match &held.differs {
                None => format!("{about}{n} answers are from an earlier version, which did not store what was asked"),
                Some(parts) => format!("{about}{n} answers are to another question; different: {}", parts.join(", ")),
            });
        }
        out
    }
}

impl Held {
    fn is_same_question(&self) -> bool {
        self.differs.as_ref().is_some_and(Vec::is_empty)
    }
}
