//! The reason why a row has no valid answer.

use serde::Serialize;

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

/// A row without a valid answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFailure {
    /// The class of the failure.
    pub reason: FailureReason,
    /// A description for people, and for the model where the reason is about the answer.
    pub message: String,
}

impl RowFailure {
    /// Creates a failure.
    pub fn new(reason: FailureReason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into() }
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
