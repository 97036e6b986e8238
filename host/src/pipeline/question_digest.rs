//! Short digests of the parts of a question that all rows of a run share. Pure.
//!
//! They are stored with answers, so that `plan` can name the part that changed after a cache miss.

use super::fingerprint::{QuestionParts, canonical};
use crate::hex::hex;
use sha2::{Digest, Sha256};

/// The parts, in the order of their digests, as messages name them.
const PARTS: [&str; 5] = [
    "the instructions",
    "the input columns",
    "the rules of the output columns",
    "the provider plugin or the version of its answers",
    "the model or its settings",
];
/// Bytes per part; enough to distinguish the few questions of one cache.
const PART_BYTES: usize = 4;

/// The digests of one question as hexadecimal text, separated by dots.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct QuestionDigest(String);

impl QuestionDigest {
    /// Computes the digest of a question.
    pub fn of(parts: &QuestionParts<'_>) -> Self {
        let input = serde_json::to_string(parts.input).unwrap_or_default();
        let identity = canonical(parts.identity);
        let texts = [parts.instructions, &input, parts.rules, parts.provider, &identity];
        let digests = texts.map(|text| hex(&Sha256::digest(text)[..PART_BYTES]));
        Self(digests.join("."))
    }

    /// Returns the digest that is stored with an answer; empty for records of earlier versions.
    pub fn stored(text: Option<&str>) -> Self {
        Self(text.unwrap_or_default().to_owned())
    }

    /// Returns the stored form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the parts that differ; `None` when one of the two digests is missing.
    pub fn differing(&self, other: &Self) -> Option<Vec<&'static str>> {
        let (own, others): (Vec<_>, Vec<_>) = (self.0.split('.').collect(), other.0.split('.').collect());
        let comparable = own.len() == PARTS.len() && others.len() == PARTS.len();
        comparable.then(|| {
            let pairs = PARTS.into_iter().zip(own.into_iter().zip(others));
            pairs.filter(|(_, (a, b))| a != b).map(|(part, _)| part).collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn changed_parts_are_named() {
        let (input, identity) = (["Topic".to_owned()], json!({"model": "a"}));
        let parts = QuestionParts {
            instructions: "Judge.",
            input: &input,
            rules: "{}",
            provider: "gemini@1",
            identity: &identity,
        };
        let digest = QuestionDigest::of(&parts);
        assert_eq!(digest.differing(&QuestionDigest::stored(Some(digest.as_str()))), Some(vec![]));
        let other = QuestionDigest::of(&QuestionParts { instructions: "Judge well.", rules: "{\"a\":1}", ..parts });
        let both = vec!["the instructions", "the rules of the output columns"];
        assert_eq!(digest.differing(&other), Some(both));
        assert_eq!(digest.differing(&QuestionDigest::stored(None)), None);
        assert_eq!(digest.differing(&QuestionDigest::stored(Some("a.b"))), None);
    }
}
