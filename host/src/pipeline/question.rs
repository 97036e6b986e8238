//! What the stages hand to each other.

use rowsmith_plugin_api::cache::KeyHasher;
use std::fmt::Write as _;
use std::sync::Arc;

/// A hash map by row key.
pub type RowKeyMap<V> = std::collections::HashMap<RowKey, V, std::hash::BuildHasherDefault<KeyHasher>>;
/// A set of row keys.
pub type RowKeySet = std::collections::HashSet<RowKey, std::hash::BuildHasherDefault<KeyHasher>>;

/// The identity of one question: what is asked about which values, of whom.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowKey(pub [u8; 32]);

impl RowKey {
    /// The key in hexadecimal.
    pub fn hex(&self) -> String {
        self.0.iter().fold(String::with_capacity(64), |mut out, byte| {
            // Writing to a String cannot fail.
            write!(out, "{byte:02x}").unwrap_or_default();
            out
        })
    }

    /// Letters that make no words and are hard to mistake for each other.
    fn token(&self, from: usize, len: usize) -> String {
        const LETTERS: &[u8; 28] = b"bcdfghjkmnpqrstvwxz234567892";
        (from..from + len).map(|at| char::from(LETTERS[usize::from(self.0[at % 32]) % 27])).collect()
    }

    /// The short text that an answer has to copy, so that swapped answers are found out.
    pub fn tag(&self) -> String {
        self.token(0, 4)
    }

    /// The id of the row in an answer that is an array; longer when a shorter one is taken.
    pub fn id(&self, len: usize) -> String {
        self.token(8, len)
    }

    /// A number between 0 and 1 that depends on the key alone, for samples.
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

/// A question that has to be asked.
#[derive(Debug, Clone)]
pub struct Question {
    /// Its identity.
    pub key: RowKey,
    /// The input columns as a JSON object.
    pub body: Arc<str>,
    /// The value of the column that answers must echo, when pairing is by a column.
    pub echo: Option<Arc<str>>,
    /// How often it was asked.
    pub asked: u32,
    /// Why its last answer was turned down.
    pub rejected: Option<Arc<str>>,
}

/// A validated answer: the output columns as a JSON object.
pub type Answer = Arc<str>;

/// Why a row has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// A stable word: `invalid`, `missing`, `refused`, `cut_off`, `unreadable`, `too_large`, `service`.
    pub reason: &'static str,
    /// What happened, for people and for the model.
    pub message: String,
}

impl Failure {
    /// A failure with its reason.
    pub fn new(reason: &'static str, message: impl Into<String>) -> Self {
        Self { reason, message: message.into() }
    }
}

/// How a row ended.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// The cache had the answer.
    Cached(Answer),
    /// It was asked and answered, for this row or for one with the same key.
    Enriched(Answer),
    /// It was asked, and no valid answer came.
    Failed(Failure),
    /// It was not asked.
    Skipped(SkipReason),
}

/// Why a row was not asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SkipReason {
    /// All input columns are empty.
    NothingToAsk,
    /// `--offline`, and the cache has no answer.
    Offline,
    /// The run stopped before it was asked or answered.
    Stopped,
}

impl SkipReason {
    /// The stable word of a report.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NothingToAsk => "nothing_to_ask",
            Self::Offline => "offline",
            Self::Stopped => "stopped",
        }
    }
}
