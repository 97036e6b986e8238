//! Records of requests, and statistics over them.

use crate::http::Headers;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// One row of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct RequestedRow {
    /// The id that the answer must repeat: the key (`r0`) or the array item's `id`.
    pub id: String,
    /// The tag that the answer must copy, if rows are paired.
    pub tag: Option<String>,
    /// The input columns.
    pub row: Value,
    /// The reason that the row's last answer was rejected, if the row is asked again.
    pub rejected: Option<String>,
}

impl RequestedRow {
    /// Returns the row as compact JSON text, with columns in the order of the request.
    pub fn row_text(&self) -> String {
        self.row.to_string()
    }
}

/// One request.
#[derive(Clone, Debug)]
pub struct RequestRecord {
    /// Position among all requests, by arrival.
    pub index: usize,
    /// Time of arrival, since the start of the server.
    pub at: Duration,
    /// The path and query of the request line.
    pub path: String,
    /// The name of the wire format: `gemini`, `openai`.
    pub dialect: &'static str,
    /// True for completions; model lists and unknown paths do not count against a quota.
    pub completion: bool,
    /// The requested model.
    pub model: Option<String>,
    /// The API key, without `Bearer`.
    pub key: Option<String>,
    /// The header fields, with names in lower case.
    pub headers: Headers,
    /// The body; null if it is missing or is not JSON.
    pub body: Value,
    /// The rows of the prompt.
    pub rows: Vec<RequestedRow>,
    /// A quarter of the characters of the prompt.
    pub prompt_tokens: u64,
    /// Maximum tokens of the answer, if the request states it.
    pub output_cap: Option<u64>,
    /// The status of the reply; none while the request waits, and if no reply is sent.
    pub status: Option<u16>,
    /// True after the last byte of a whole reply was written.
    pub sent: bool,
}

/// Returns the number of requests for each row, by its JSON text.
pub(crate) fn row_asks(records: &[RequestRecord]) -> BTreeMap<String, usize> {
    let mut asks = BTreeMap::new();
    for row in records.iter().flat_map(|record| &record.rows) {
        *asks.entry(row.row_text()).or_insert(0) += 1;
    }
    asks
}

/// Returns the maximum number of completions in any window of this length, its end not included.
pub(crate) fn max_in_window(records: &[RequestRecord], window: Duration) -> usize {
    let times: Vec<Duration> = records.iter().filter(|record| record.completion).map(|record| record.at).collect();
    let mut oldest = 0;
    let mut max = 0;
    for (newest, at) in times.iter().enumerate() {
        while times.get(oldest).is_some_and(|first| first.saturating_add(window) <= *at && oldest < newest) {
            oldest += 1;
        }
        max = max.max(newest - oldest + 1);
    }
    max
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(at_ms: u64, completion: bool) -> RequestRecord {
        RequestRecord {
            index: 0,
            at: Duration::from_millis(at_ms),
            path: String::new(),
            dialect: "gemini",
            completion,
            model: None,
            key: None,
            headers: Headers::new(),
            body: Value::Null,
            rows: Vec::new(),
            prompt_tokens: 0,
            output_cap: None,
            status: None,
            sent: false,
        }
    }

    #[test]
    fn window_slides() {
        let cases: [(&str, &[u64], usize); 5] = [
            ("nothing", &[], 0),
            ("one", &[5], 1),
            ("burst across a full minute", &[59_000, 59_500, 60_500, 61_000], 4),
            ("exactly one window apart", &[0, 60_000, 120_000], 1),
            ("just inside", &[0, 59_999, 60_000], 2),
        ];
        for (name, times, want) in cases {
            let records: Vec<_> = times.iter().map(|at| record(*at, true)).collect();
            assert_eq!(max_in_window(&records, Duration::from_secs(60)), want, "{name}");
        }
        let listing = [record(0, true), record(1, false)];
        assert_eq!(max_in_window(&listing, Duration::from_secs(60)), 1, "model lists do not count");
        assert_eq!(max_in_window(&[record(0, true), record(0, true)], Duration::ZERO), 1, "an empty window");
    }
}
