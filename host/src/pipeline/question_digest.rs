//! Short marks of the parts of a question that all rows of a run share. Pure.
//!
//! They are stored beside answers, so that `plan` can say which part has changed when the cache has no answer.

use super::fingerprint::{QuestionParts, canonical};
use crate::plugin::image::hex;
use sha2::{Digest, Sha256};

/// The parts, in the order of their marks, as people call them.
const PARTS: [&str; 5] = [
    "the instructions",
    "the input columns",
    "the rules of the output columns",
    "the provider plugin",
    "the model or its settings",
];
/// Enough to tell the few questions that one cache has seen from each other.
const MARK_BYTES: usize = 4;

/// The marks of one question, as text: hexadecimal, with dots between them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct QuestionDigest(String);

impl QuestionDigest {
    /// The marks of a question.
    pub fn of(parts: &QuestionParts<'_>) -> Self {
        let input = serde_json::to_string(parts.input).unwrap_or_default();
        let identity = canonical(parts.identity);
        let texts = [parts.instructions, &input, parts.rules, parts.provider, &identity];
        let marks = texts.map(|text| hex(&Sha256::digest(text)[..MARK_BYTES]));
        Self(marks.join("."))
    }

    /// The marks that were stored beside an answer; none in records of earlier versions.
    pub fn stored(text: Option<&str>) -> Self {
        Self(text.unwrap_or_default().to_owned())
    }

    /// The marks as they are stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Which parts differ; `None` when one of the two does not tell.
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
    fn what_changed_is_named() {
        let (input, identity) = (["Topic".to_owned()], json!({"model": "a"}));
        let parts = QuestionParts {
            instructions: "Judge.",
            input: &input,
            rules: "{}",
            provider: "gemini@1",
            identity: &identity,
        };
        let marks = QuestionDigest::of(&parts);
        assert_eq!(marks.differing(&QuestionDigest::stored(Some(marks.as_str()))), Some(vec![]));
        let other = QuestionDigest::of(&QuestionParts { instructions: "Judge well.", rules: "{\"a\":1}", ..parts });
        let both = vec!["the instructions", "the rules of the output columns"];
        assert_eq!(marks.differing(&other), Some(both));
        assert_eq!(marks.differing(&QuestionDigest::stored(None)), None);
        assert_eq!(marks.differing(&QuestionDigest::stored(Some("a.b"))), None);
    }
}
