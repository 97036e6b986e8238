//! Counts rejected answers by the rule that they violate. Pure.

use super::row_failure::RowFailure;
use serde::Serialize;
use std::collections::BTreeMap;

/// Maximum different values that are kept as examples of a violation.
const MAX_EXAMPLES: usize = 3;
/// Maximum rules that a message lists.
const MAX_LISTED: usize = 3;

/// The rejected answers of one column and rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FailureCount {
    /// Key of the output column; null if the whole answer is unusable.
    pub column: Option<String>,
    /// Stable name of the rule, or the failure reason if no rule is involved.
    pub rule: &'static str,
    /// Rows that failed with this violation as their last reason.
    pub rows: u64,
    /// Answers to a row that were rejected for this violation, answers that a later one replaced included.
    pub answers: u64,
    /// The first different values, as JSON.
    pub examples: Vec<String>,
    /// The violation in words.
    #[serde(skip)]
    text: String,
}

/// The rejected answers of a run.
#[derive(Debug, Clone, Default)]
pub struct FailureSummary {
    counts: BTreeMap<(Option<String>, &'static str), FailureCount>,
}

impl FailureSummary {
    /// Counts a rejected answer.
    pub fn record_answer(&mut self, failure: &RowFailure) {
        let count = self.entry(failure);
        count.answers += 1;
        let raw = failure.broken.as_ref().and_then(|broken| broken.raw.as_ref());
        if let Some(raw) = raw.filter(|raw| count.examples.len() < MAX_EXAMPLES && !count.examples.contains(raw)) {
            count.examples.push(raw.clone());
        }
    }

    /// Counts a failed row by its last reason.
    pub fn record_row(&mut self, failure: &RowFailure) {
        self.entry(failure).rows += 1;
    }

    fn entry(&mut self, failure: &RowFailure) -> &mut FailureCount {
        let (column, rule, text) = match &failure.broken {
            Some(broken) => (broken.column.clone(), broken.rule, broken.text.clone()),
            None => (None, failure.reason.as_str(), failure.reason.as_str().replace('_', " ")),
        };
        self.counts.entry((column.clone(), rule)).or_insert_with(|| FailureCount {
            column,
            rule,
            rows: 0,
            answers: 0,
            examples: Vec::new(),
            text,
        })
    }

    /// Returns the counts, the most frequent violation first.
    pub fn counts(&self) -> Vec<FailureCount> {
        let mut counts: Vec<FailureCount> = self.counts.values().cloned().collect();
        counts.sort_by_key(|count| std::cmp::Reverse((count.rows, count.answers)));
        counts
    }

    /// Lists the most frequent violations of failed rows with examples: `` `level`: 60 x not one of 1, 2 ``.
    pub fn text(&self) -> String {
        let line = |count: &FailureCount| {
            let column = count.column.as_ref().map_or_else(String::new, |column| format!("`{column}`: "));
            let examples = if count.examples.is_empty() {
                String::new()
            } else {
                format!(" (for example {})", count.examples.join(", "))
            };
            format!("{column}{} x {}{examples}", count.rows.max(1), count.text)
        };
        self.counts().iter().filter(|count| count.rows > 0).take(MAX_LISTED).map(line).collect::<Vec<_>>().join("; ")
    }

    /// Returns the next step for the most frequent violation.
    pub fn hint(&self) -> Option<String> {
        let counts = self.counts();
        let first = counts.first()?;
        let step = match (&first.column, first.rule) {
            (Some(column), "enum") => format!("add the values to `enum` of `{column}`, or name the allowed values in `instructions`"),
            (Some(column), "type" | "null" | "missing" | "blank") => {
                format!("describe `{column}` in its `description`, change its `type`, or set `optional = true`")
            }
            (Some(column), rule) => format!("change `{rule}` of `{column}`, or ask for it in `instructions`"),
            (None, "unreadable" | "missing") => "the model does not answer with the requested JSON; `rowsmith plan` prints the prompt; try another `schema_mode` or model".to_owned(),
            (None, _) => "`rowsmith plan` prints the prompt; try a smaller `batch.max_rows` or another model".to_owned(),
        };
        Some(format!("{step}. `min_valid_share = 0` in [limits] continues anyway"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::row_failure::FailureReason;
    use super::*;
    use crate::rules::{Constraint, Rule, ValueType, check};
    use serde_json::json;

    fn outside(value: &str) -> RowFailure {
        let rule = Rule::new(ValueType::String).with(Constraint::Enum(vec![json!("a"), json!("b")]));
        let value = json!(value);
        let violation = check::violation("level", &rule, &value).unwrap();
        RowFailure::violation("level", &violation, &value)
    }

    #[test]
    fn answers_and_rows_are_counted_by_column_and_rule() {
        let mut summary = FailureSummary::default();
        for value in ["c", "c", "d", "e", "f"] {
            summary.record_answer(&outside(value));
        }
        summary.record_answer(&RowFailure::new(FailureReason::Swapped, "why"));
        summary.record_row(&outside("c"));
        let counts = summary.counts();
        assert_eq!(counts.len(), 2);
        assert_eq!((counts[0].column.as_deref(), counts[0].rule), (Some("level"), "enum"));
        assert_eq!((counts[0].rows, counts[0].answers), (1, 5));
        assert_eq!(counts[0].examples, [r#""c""#, r#""d""#, r#""e""#]);
        assert_eq!((counts[1].rule, counts[1].rows, counts[1].answers), ("swapped", 0, 1));
    }
}
