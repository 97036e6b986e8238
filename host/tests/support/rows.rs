//! The rows that tests ask about: numbered topics, so that every row and every answer can be told apart.

use rowsmith_fake_model::RequestRecord;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::ops::RangeInclusive;

/// The topic of the row with this number. No topic contains another.
pub(crate) fn topic(number: usize) -> String {
    format!("Topic {number:04}")
}

/// Rows of a source, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rows(Vec<Value>);

impl Rows {
    /// The rows with these numbers.
    pub(crate) fn numbered(numbers: RangeInclusive<usize>) -> Self {
        Self::of(numbers)
    }

    /// The rows with these numbers, repeated ones included.
    pub(crate) fn of(numbers: impl IntoIterator<Item = usize>) -> Self {
        let row = |number: usize| json!({"Topic": topic(number), "Description": format!("What to know of {number}")});
        Self(numbers.into_iter().map(row).collect())
    }

    /// Adds a row whose input columns are empty.
    pub(crate) fn and_blank(mut self) -> Self {
        self.0.push(json!({"Topic": "", "Description": ""}));
        self
    }

    /// The rows as JSON objects.
    pub(crate) fn values(&self) -> &[Value] {
        &self.0
    }

    /// The rows as a CSV file.
    pub(crate) fn csv(&self) -> String {
        let mut text = "Topic,Description\n".to_owned();
        for row in &self.0 {
            let cell = |column: &str| row[column].as_str().unwrap_or_default();
            writeln!(text, "{},{}", cell("Topic"), cell("Description")).unwrap();
        }
        text
    }
}

/// The numbers of the rows that these requests asked about, sorted.
pub(crate) fn numbers_of(requests: &[RequestRecord]) -> Vec<usize> {
    let number = |row: &Value| row["Topic"].as_str()?.strip_prefix("Topic ")?.parse().ok();
    let rows = requests.iter().flat_map(|request| &request.rows);
    let mut numbers: Vec<usize> = rows.filter_map(|seen| number(&seen.row)).collect();
    numbers.sort_unstable();
    numbers
}
