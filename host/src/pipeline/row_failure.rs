//! The reason why a row has no valid answer.

use crate::rules::check::{Violation, ViolationReason};
use crate::rules::texts::TextProblem;
use crate::rules::wording::shorten;
use serde::Serialize;
use serde_json::Value;

/// Classifies a row failure. The names are part of the report, the failure file and the cache-free retry logic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureReason {
    /// The response ended before the row.
    CutOff,
    /// The answer breaks a rule or lacks a field.
    Invalid,
    /// The response leaves out the row.
    Missing,
    /// The service refused the content.
    Refused,
    /// The response answers the row more than once, differently.
    Repeated,
    /// The service gave no response.
    Service,
    /// The answer carries the tag of another row, or none.
    Swapped,
    /// The request was too large for the service.
    TooLarge,
    /// The response holds no JSON rows.
    Unreadable,
}

impl FailureReason {
    /// Returns the stable name in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CutOff => "cut_off",
            Self::Invalid => "invalid",
            Self::Missing => "missing",
            Self::Refused => "refused",
            Self::Repeated => "repeated",
            Self::Service => "service",
            Self::Swapped => "swapped",
            Self::TooLarge => "too_large",
            Self::Unreadable => "unreadable",
        }
    }

    /// Returns whether the same question alone would fail again: neither its text nor its size changes.
    pub fn is_final_for_one_row(self) -> bool {
        matches!(self, Self::Refused | Self::TooLarge)
    }

    /// Returns whether the failure describes the row's own answer, so that the model can correct it.
    pub fn is_about_the_answer(self) -> bool {
        matches!(self, Self::Invalid | Self::Swapped | Self::Repeated | Self::Missing)
    }
}

impl std::fmt::Display for FailureReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The rule that an answer violates, with the value as the model wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenRule {
    /// Key of the output column; `None` if the whole answer is unusable.
    pub column: Option<String>,
    /// Stable name of the rule, such as `enum`, `type` or `unreadable`.
    pub rule: &'static str,
    /// The violation in words, without the value.
    pub text: String,
    /// The shortened value as JSON; `None` if there is none.
    pub raw: Option<String>,
}

/// The name of the rule that an answer is about its own row.
const MISPLACED: &str = "misplaced";

/// A row without a valid answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFailure {
    /// The class of the failure.
    pub reason: FailureReason,
    /// A description for people.
    pub message: String,
    /// The rule that the answer violates, if the reason is about a rule.
    pub broken: Option<Box<BrokenRule>>,
}

impl RowFailure {
    /// Returns the failure as a short code for the model: `tldr:max_words` or `swapped`. It contains no words that can be
    /// the value of a column.
    pub fn code(&self) -> String {
        match self.broken.as_deref() {
            Some(BrokenRule { column: Some(column), rule, .. }) => format!("{column}:{rule}"),
            _ => self.reason.as_str().to_owned(),
        }
    }

    /// Creates a failure that is not about a rule.
    pub fn new(reason: FailureReason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into(), broken: None }
    }

    /// Creates the failure of an answer whose value violates the rule of an output column.
    pub fn violation(column: &str, violation: &Violation, value: &Value) -> Self {
        let broken = BrokenRule::new(column, &violation.reason, Some(value));
        Self { broken: Some(Box::new(broken)), ..Self::new(FailureReason::Invalid, violation.to_string()) }
    }

    /// Creates the failure of an answer with a text that is never a value. `path` is the place of the text in the column.
    pub fn text(column: &str, path: &str, problem: TextProblem, value: &Value) -> Self {
        let broken = BrokenRule {
            column: Some(column.to_owned()),
            rule: problem.name(),
            text: problem.to_string(),
            raw: Some(shorten(&value.to_string())),
        };
        Self { broken: Some(Box::new(broken)), ..Self::new(FailureReason::Invalid, format!("`{path}` {problem}")) }
    }

    /// Creates the failure of an answer that is about another row of its call.
    pub fn misplaced() -> Self {
        let text = "about another row of the call".to_owned();
        let broken = BrokenRule { column: None, rule: MISPLACED, text, raw: None };
        let message = "the answer is about another row of its call";
        Self { broken: Some(Box::new(broken)), ..Self::new(FailureReason::Swapped, message) }
    }

    /// Returns whether the next call of the row holds no other rows: the others are what the answer was mixed up with.
    pub fn is_asked_alone(&self) -> bool {
        self.broken.as_ref().is_some_and(|broken| broken.rule == MISPLACED)
    }

    /// Creates the failure of an answer without a required field. `answer` holds the fields that are there.
    pub fn missing_field(column: &str, answer: &Value) -> Self {
        let broken = BrokenRule::new(column, &ViolationReason::Missing, Some(answer));
        Self { broken: Some(Box::new(broken)), ..Self::new(FailureReason::Invalid, format!("`{column}` is missing")) }
    }

    /// Creates the failure of a row whose call has a response without JSON rows.
    pub fn unreadable(message: impl Into<String>, response: &str) -> Self {
        let reason = FailureReason::Unreadable;
        let raw = Some(shorten(&Value::from(response.trim()).to_string()));
        let broken = BrokenRule { column: None, rule: reason.as_str(), text: "no JSON rows".to_owned(), raw };
        Self { broken: Some(Box::new(broken)), ..Self::new(reason, message) }
    }
}

impl RowFailure {
    /// Adds the response of the call to the failure of a row that the response leaves out.
    pub fn add_response(&mut self, response: &str) {
        if self.reason == FailureReason::Missing && self.broken.is_none() {
            let raw = Some(shorten(&Value::from(response.trim()).to_string()));
            let text = "left out of the answer".to_owned();
            self.broken = Some(Box::new(BrokenRule { column: None, rule: self.reason.as_str(), text, raw }));
        }
    }
}

impl BrokenRule {
    fn new(column: &str, reason: &ViolationReason, value: Option<&Value>) -> Self {
        Self {
            column: Some(column.to_owned()),
            rule: reason.name(),
            text: reason.rule_text(),
            raw: value.map(|value| shorten(&value.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_in_reports_is_the_serialized_name() {
        use FailureReason as R;
        for reason in [
            R::CutOff,
            R::Invalid,
            R::Missing,
            R::Refused,
            R::Repeated,
            R::Service,
            R::Swapped,
            R::TooLarge,
            R::Unreadable,
        ] {
            assert_eq!(serde_json::to_value(reason).unwrap(), reason.as_str());
        }
    }
}
