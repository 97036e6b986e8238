//! Conditions on a request.

use crate::record::RowSeen;
use serde::{Deserialize, Serialize};

/// What a rule can see of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sight<'a> {
    /// Position among the completions; none for a model list.
    pub(crate) nth: Option<usize>,
    pub(crate) rows: &'a [RowSeen],
    pub(crate) key: Option<&'a str>,
    pub(crate) model: Option<&'a str>,
}

/// Which requests a rule fits. Model lists fit only conditions that say nothing of rows or order.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Every request.
    #[default]
    Any,
    /// The completion with this number; the first is 0.
    Nth(usize),
    /// The JSON text of some row contains this.
    RowContains(String),
    /// There are this many rows or more.
    RowsAtLeast(usize),
    /// There is more than one row.
    Batch,
    /// There is exactly one row.
    Single,
    /// Some row tells why its last answer was turned down.
    Rejected,
    /// The key is not this one, or missing.
    KeyNot(String),
    /// The request is for this model.
    Model(String),
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

    /// There are `rows` rows or more.
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

    /// Some row tells why its last answer was turned down.
    pub fn rejected() -> Self {
        Self::Rejected
    }

    /// The key is not `key`, or missing.
    pub fn key_not(key: impl Into<String>) -> Self {
        Self::KeyNot(key.into())
    }

    /// The request is for `model`.
    pub fn model(model: impl Into<String>) -> Self {
        Self::Model(model.into())
    }

    /// All of `conditions` hold.
    pub fn all(conditions: impl IntoIterator<Item = Self>) -> Self {
        Self::All(conditions.into_iter().collect())
    }

    /// `condition` does not hold.
    pub fn unless(condition: Self) -> Self {
        Self::Not(Box::new(condition))
    }

    pub(crate) fn fits(&self, sight: &Sight<'_>) -> bool {
        match self {
            Self::Any => true,
            Self::Nth(nth) => sight.nth == Some(*nth),
            Self::RowContains(text) => sight.rows.iter().any(|row| row.row_text().contains(text)),
            Self::RowsAtLeast(rows) => sight.nth.is_some() && sight.rows.len() >= *rows,
            Self::Batch => sight.rows.len() > 1,
            Self::Single => sight.rows.len() == 1,
            Self::Rejected => sight.rows.iter().any(|row| row.rejected.is_some()),
            Self::KeyNot(key) => sight.key != Some(key.as_str()),
            Self::Model(model) => sight.model == Some(model.as_str()),
            Self::All(conditions) => conditions.iter().all(|condition| condition.fits(sight)),
            Self::Not(condition) => !condition.fits(sight),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn conditions_look_at_the_request() {
        let row = |topic: &str, rejected: Option<&str>| RowSeen {
            id: "r0".to_owned(),
            tag: None,
            row: json!({ "Topic": topic }),
            rejected: rejected.map(str::to_owned),
        };
        let rows = [row("Docker", None), row("Größe", Some("too long"))];
        let two = Sight { nth: Some(3), rows: &rows, key: Some("k"), model: Some("m") };
        let one = Sight { rows: &rows[..1], ..two };
        let list = Sight { nth: None, rows: &[], key: None, model: None };
        let cases = [
            ("any", When::any(), [true, true, true]),
            ("nth", When::nth(3), [true, true, false]),
            ("text", When::row_contains("Größe"), [true, false, false]),
            ("at least", When::rows_at_least(2), [true, false, false]),
            ("at least none", When::rows_at_least(0), [true, true, false]),
            ("batch", When::batch(), [true, false, false]),
            ("single", When::single(), [false, true, false]),
            ("rejected", When::rejected(), [true, false, false]),
            ("key", When::key_not("k"), [false, false, true]),
            ("model", When::model("m"), [true, true, false]),
            ("all", When::all([When::nth(3), When::batch()]), [true, false, false]),
            ("not", When::unless(When::batch()), [false, true, true]),
        ];
        for (name, when, want) in cases {
            assert_eq!([when.fits(&two), when.fits(&one), when.fits(&list)], want, "{name}");
        }
    }
}
