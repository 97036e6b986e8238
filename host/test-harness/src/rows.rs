//! Rows of tests: numbered topics, so that all rows and answers differ.

use rowsmith_fake_model::RequestRecord;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::ops::RangeInclusive;

/// Returns the topic of the row with this number. No topic contains another.
pub fn topic(number: usize) -> String {
    format!("Topic {number:04}")
}

/// The rows of a source, in order.
#[derive(Clone, Debug, Default)]
pub struct Rows(Vec<Value>);

impl Rows {
    /// Returns the rows with these numbers.
    pub fn numbered(numbers: RangeInclusive<usize>) -> Self {
        Self::of(numbers)
    }

    /// Returns the rows with these numbers, repeated ones included.
    pub fn of(numbers: impl IntoIterator<Item = usize>) -> Self {
        let row = |number: usize| json!({"Topic": topic(number), "Description": format!("What to know of {number}")});
        Self(numbers.into_iter().map(row).collect())
    }

    /// Adds a row with empty input columns.
    #[must_use]
    pub fn and_blank(mut self) -> Self {
        self.0.push(json!({"Topic": "", "Description": ""}));
        self
    }

    /// Adds a row with these texts.
    #[must_use]
    pub fn and_text(mut self, topic: &str, description: &str) -> Self {
        self.0.push(json!({"Topic": topic, "Description": description}));
        self
    }

    /// Returns the rows as JSON objects.
    pub fn values(&self) -> &[Value] {
        &self.0
    }

    /// Returns the rows as a CSV file.
    pub fn csv(&self) -> String {
        let mut text = "Topic,Description\n".to_owned();
        for row in &self.0 {
            let cell = |column: &str| quoted(row[column].as_str().unwrap_or_default());
            writeln!(text, "{},{}", cell("Topic"), cell("Description")).unwrap();
        }
        text
    }
}

/// Returns a cell, in quotes if its text needs them.
fn quoted(text: &str) -> String {
    let needs_quotes = text.contains([',', '"', '\r', '\n']);
    if needs_quotes { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}

/// Returns the numbers of the rows of these requests, sorted.
pub fn numbers_of(requests: &[RequestRecord]) -> Vec<usize> {
    let number = |row: &Value| row["Topic"].as_str()?.strip_prefix("Topic ")?.parse().ok();
    let rows = requests.iter().flat_map(|request| &request.rows);
    let mut numbers: Vec<usize> = rows.filter_map(|seen| number(&seen.row)).collect();
    numbers.sort_unstable();
    numbers
}
