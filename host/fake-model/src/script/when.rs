//! Conditions on a request.

use crate::record::RequestedRow;
use serde_json::Value;
use std::time::Duration;

/// The parts of a request that rules can test.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestView<'a> {
    /// Position among the completions; none for a list of models.
    pub(crate) nth: Option<usize>,
    pub(crate) rows: &'a [RequestedRow],
    pub(crate) key: Option<&'a str>,
    pub(crate) model: Option<&'a str>,
    pub(crate) body: &'a Value,
    /// A quarter of the characters of the prompt.
    pub(crate) prompt_tokens: u64,
    /// The output cap that the request asks for.
    pub(crate) output_cap: Option<u64>,
    /// Time since the first completion.
    pub(crate) since_first: Duration,
}

/// A condition on a request. Conditions on rows or order never match a list of models.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum When {
    /// Every request.
    #[default]
    Any,
    /// The completion with this number; the first is 0.
    Nth(usize),
    /// The completions from this number on.
    NthFrom(usize),
    /// The completions that arrive within this time after the first one.
    Within(Duration),
    /// The JSON text of some row contains this.
    RowContains(String),
    /// The compact JSON text of the body contains this.
    BodyContains(String),
    /// The output cap is over this number of tokens.
    CapOver(u64),
    /// The prompt is over this number of tokens.
    PromptOver(u64),
    /// Prompt and output cap together are over this number of tokens.
    ContextOver(u64),
    /// There are at least this many rows.
    RowsAtLeast(usize),
    /// There is more than one row.
    Batch,
    /// There is exactly one row.
    Single,
    /// Some row carries the reason of a rejected answer.
    Rejected,
    /// All of these hold.
    All(Vec<Self>),
    /// This does not hold.
    Not(Box<Self>),
}

impl When {
    /// Every request.
    pub fn any() -> Self {
        Self::Any
    }

    /// The completion with this number; the first is 0.
    pub fn nth(nth: usize) -> Self {
        Self::Nth(nth)
    }

    /// The completions from this number on.
    pub fn nth_from(nth: usize) -> Self {
        Self::NthFrom(nth)
    }

    /// The completions that arrive within this time after the first one.
    pub fn within(time: Duration) -> Self {
        Self::Within(time)
    }

    /// The compact JSON text of the body contains `text`.
    pub fn body_contains(text: impl Into<String>) -> Self {
        Self::BodyContains(text.into())
    }

    /// The output cap is over this number of tokens.
    pub fn cap_over(tokens: u64) -> Self {
        Self::CapOver(tokens)
    }

    /// The prompt is over this number of tokens.
    pub fn prompt_over(tokens: u64) -> Self {
        Self::PromptOver(tokens)
    }

    /// Prompt and output cap together are over this number of tokens.
    pub fn context_over(tokens: u64) -> Self {
        Self::ContextOver(tokens)
    }

    /// The JSON text of some row contains `text`.
    pub fn row_contains(text: impl Into<String>) -> Self {
        Self::RowContains(text.into())
    }

    /// There are at least `rows` rows.
    pub fn rows_at_least(rows: usize) -> Self {
        Self::RowsAtLeast(rows)
    }

    /// There is more than one row.
    pub fn batch() -> Self {
        Self::Batch
    }

    /// There is exactly one row.
    pub fn single() -> Self {
        Self::Single
    }

    /// Some row carries the reason of a rejected answer.
    pub fn rejected() -> Self {
        Self::Rejected
    }

    /// All of `conditions` hold.
    pub fn all(conditions: impl IntoIterator<Item = Self>) -> Self {
        Self::All(conditions.into_iter().collect())
    }

    /// `condition` does not hold.
    pub fn unless(condition: Self) -> Self {
        Self::Not(Box::new(condition))
    }

    pub(crate) fn matches(&self, request: &RequestView<'_>) -> bool {
        match self {
            Self::Any => true,
            Self::Nth(nth) => request.nth == Some(*nth),
            Self::NthFrom(first) => request.nth.is_some_and(|nth| nth >= *first),
            Self::Within(time) => request.nth.is_some() && request.since_first < *time,
            Self::BodyContains(text) => request.body.to_string().contains(text),
            Self::CapOver(tokens) => request.output_cap.is_some_and(|cap| cap > *tokens),
            Self::PromptOver(tokens) => request.nth.is_some() && request.prompt_tokens > *tokens,
            Self::ContextOver(tokens) => {
                let cap = request.output_cap.unwrap_or_default();
                request.nth.is_some() && request.prompt_tokens.saturating_add(cap) > *tokens
            }
            Self::RowContains(text) => request.rows.iter().any(|row| row.row_text().contains(text)),
            Self::RowsAtLeast(rows) => request.nth.is_some() && request.rows.len() >= *rows,
            Self::Batch => request.rows.len() > 1,
            Self::Single => request.rows.len() == 1,
            Self::Rejected => request.rows.iter().any(|row| row.rejected.is_some()),
            Self::All(conditions) => conditions.iter().all(|condition| condition.matches(request)),
            Self::Not(condition) => !condition.matches(request),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn conditions_match_rows_and_order() {
        let row = |topic: &str, rejected: Option<&str>| RequestedRow {
            id: "r0".to_owned(),
            tag: None,
            row: json!({ "Topic": topic }),
            rejected: rejected.map(str::to_owned),
        };
        let rows = [row("Docker", None), row("Größe", Some("too long"))];
        let body = json!({"seed": 1});
        let two = RequestView {
            nth: Some(3),
            rows: &rows,
            key: Some("k"),
            model: Some("m"),
            body: &body,
            prompt_tokens: 90,
            output_cap: Some(20),
            since_first: Duration::from_secs(5),
        };
        let one = RequestView { rows: &rows[..1], output_cap: None, body: &Value::Null, ..two };
        let list =
            RequestView { nth: None, rows: &[], key: None, model: None, output_cap: None, body: &Value::Null, ..two };
        let cases = [
            ("any", When::any(), [true, true, true]),
            ("nth", When::nth(3), [true, true, false]),
            ("nth from", When::nth_from(3), [true, true, false]),
            ("nth from a later one", When::nth_from(4), [false, false, false]),
            ("within", When::within(Duration::from_secs(6)), [true, true, false]),
            ("too late", When::within(Duration::from_secs(5)), [false, false, false]),
            ("body", When::body_contains("\"seed\":1"), [true, false, false]),
            ("cap", When::cap_over(19), [true, false, false]),
            ("prompt", When::prompt_over(89), [true, true, false]),
            ("context", When::context_over(100), [true, false, false]),
            ("text", When::row_contains("Größe"), [true, false, false]),
            ("at least", When::rows_at_least(2), [true, false, false]),
            ("at least none", When::rows_at_least(0), [true, true, false]),
            ("batch", When::batch(), [true, false, false]),
            ("single", When::single(), [false, true, false]),
            ("rejected", When::rejected(), [true, false, false]),
            ("all", When::all([When::nth(3), When::batch()]), [true, false, false]),
            ("not", When::unless(When::batch()), [false, true, true]),
        ];
        for (name, when, want) in cases {
            assert_eq!([when.matches(&two), when.matches(&one), when.matches(&list)], want, "{name}");
        }
    }
}
