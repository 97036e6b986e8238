//! Conditions on a request.

use crate::record::RequestedRow;

/// The parts of a request that rules can test.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestView<'a> {
    /// Position among the completions; none for a list of models.
    pub(crate) nth: Option<usize>,
    pub(crate) rows: &'a [RequestedRow],
    pub(crate) key: Option<&'a str>,
    pub(crate) model: Option<&'a str>,
}

/// A condition on a request. Conditions on rows or order never match a list of models.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub enum When {
    /// Every request.
    #[default]
    Any,
    /// The completion with this number; the first is 0.
    Nth(usize),
    /// The JSON text of some row contains this.
    RowContains(String),
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
        let two = RequestView { nth: Some(3), rows: &rows, key: Some("k"), model: Some("m") };
        let one = RequestView { rows: &rows[..1], ..two };
        let list = RequestView { nth: None, rows: &[], key: None, model: None };
        let cases = [
            ("any", When::any(), [true, true, true]),
            ("nth", When::nth(3), [true, true, false]),
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
