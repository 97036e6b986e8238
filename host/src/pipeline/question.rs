//! The types that the stages pass to each other.

use super::row_failure::RowFailure;
use crate::hex::hex;
use rowsmith_plugin_api::cache::KeyHasher;
use serde::Serialize;
use std::sync::Arc;

/// A hash map by row key.
pub type RowKeyMap<V> = std::collections::HashMap<RowKey, V, std::hash::BuildHasherDefault<KeyHasher>>;
/// A set of row keys.
pub type RowKeySet = std::collections::HashSet<RowKey, std::hash::BuildHasherDefault<KeyHasher>>;

/// The identity of one question: the input values, the instructions and rules, and the provider.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowKey(pub [u8; 32]);

impl RowKey {
    /// Returns the key in hexadecimal.
    pub fn hex(&self) -> String {
        hex(&self.0)
    }

    /// Returns letters that form no words and are hard to confuse.
    fn token(&self, from: usize, len: usize) -> String {
        const LETTERS: &[u8; 28] = b"bcdfghjkmnpqrstvwxz234567892";
        (from..from + len).map(|at| char::from(LETTERS[usize::from(self.0[at % 32]) % 27])).collect()
    }

    /// Returns the short text that an answer has to copy, so that swapped answers are detected.
    pub fn tag(&self) -> String {
        self.token(0, 4)
    }

    /// Returns the id of the row in an array answer; a longer one when a shorter one is taken.
    pub fn id(&self, len: usize) -> String {
        self.token(8, len)
    }

    /// Returns a number in 0 to 1 that depends on the key alone, for sampling.
    pub fn fraction(&self) -> f64 {
        let bytes = [self.0[24], self.0[25], self.0[26], self.0[27]];
        f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
    }
}

impl std::fmt::Debug for RowKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.hex())
    }
}

/// A question to ask.
#[derive(Debug, Clone)]
pub struct Question {
    /// The identity of the question.
    pub key: RowKey,
    /// The input columns as a JSON object.
    pub body: Arc<str>,
    /// The value of the column that answers must echo, when pairing is by a column.
    pub echo: Option<Arc<str>>,
    /// Number of times that the question was sent.
    pub asked: u32,
    /// The rejection of the previous answer.
    pub rejected: Option<Arc<Rejection>>,
}

impl Question {
    /// Adds a failure for the next call. A failure that is not about the answer would not help the model.
    pub fn reject(&mut self, failure: &RowFailure) {
        if failure.reason.is_about_the_answer() {
            self.rejected = Some(Arc::new(Rejection { code: failure.code(), message: failure.message.clone() }));
        }
    }
}

/// The rejection of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// The failure as a code, which the model reads. A sentence would be copied by weak models.
    pub code: String,
    /// The failure as a sentence for people.
    pub message: String,
}

/// A validated answer: the output columns as a JSON object.
pub type Answer = Arc<str>;

/// The outcome of a row.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The cache held the answer.
    Cached(Answer),
    /// The model answered in this run, for this row or for one with the same key.
    Enriched(Answer),
    /// The model was asked and gave no valid answer.
    Failed(RowFailure),
    /// The model was not asked.
    Skipped(SkipReason),
}

/// The reason why the model was not asked about a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SkipReason {
    /// All input columns of the row are empty.
    NothingToAsk,
    /// The run is offline, and the cache has no answer.
    Offline,
    /// The run stopped before an answer arrived.
    Stopped,
}

impl SkipReason {
    /// Returns the stable name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NothingToAsk => "nothing_to_ask",
            Self::Offline => "offline",
            Self::Stopped => "stopped",
        }
    }
}
