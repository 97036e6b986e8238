//! What the server remembers of each request, and questions about the whole of it.

use crate::dialect::Dialect;
use serde_json::Value;
use std::collections::BTreeMap;
use std::time::Duration;

/// One row of a request, as it was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct RowSeen {
    /// The id that the answer must carry: the key (`r0`) or the array item's `id`.
    pub id: String,
    /// The tag that the answer must copy, when rows are paired.
    pub tag: Option<String>,
    /// The input columns.
    pub row: Value,
    /// Why the row's last answer was turned down, when it is asked again.
    pub rejected: Option<String>,
}

impl RowSeen {
    /// The row as compact JSON text, columns in the order they were sent in.
    pub fn row_text(&self) -> String {
        self.row.to_string()
    }
}

/// One request, in the order of arrival.
#[derive(Clone, Debug)]
pub struct RequestRecord {
    /// Position among all requests.
    pub index: usize,
    /// When it had arrived whole, since the start of the server, on a clock that never goes back.
    pub at: Duration,
    /// The path and query of the request line.
    pub path: String,
    /// The service it was meant for.
    pub dialect: Dialect,
    /// False for model lists and unknown paths, which no quota counts.
    pub completion: bool,
    /// The model it asked for.
    pub model: Option<String>,
    /// The key that was sent, without `Bearer`.
    pub key: Option<String>,
    /// All header fields, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body; null when there was none or it was not JSON.
    pub body: Value,
    /// The rows that it asked about.
    pub rows: Vec<RowSeen>,
    /// The status that was chosen for the reply; none while the request waits and when no reply is ever sent.
    pub status: Option<u16>,
    /// True once the last byte of a whole reply has been handed to the system.
    pub sent: bool,
}

/// How often each row, as JSON text, was asked.
pub(crate) fn row_asks(records: &[RequestRecord]) -> BTreeMap<String, usize> {
    let mut asks = BTreeMap::new();
    for row in records.iter().flat_map(|record| &record.rows) {
        *asks.entry(row.row_text()).or_insert(0) += 1;
    }
    asks
}

/// The most completions in any window of this length; two that are exactly `window` apart are not in one window.
pub(crate) fn max_in_window(records: &[RequestRecord], window: Duration) -> usize {
    let times: Vec<Duration> = records.iter().filter(|record| record.completion).map(|record| record.at).collect();
    let mut oldest = 0;
    let mut most = 0;
    for (newest, at) in times.iter().enumerate() {
        while times.get(oldest).is_some_and(|first| first.saturating_add(window) <= *at && oldest < newest) {
            oldest += 1;
        }
        most = most.max(newest - oldest + 1);
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(at_ms: u64, completion: bool) -> RequestRecord {
        RequestRecord {
            index: 0,
            at: Duration::from_millis(at_ms),
            path: String::new(),
            dialect: Dialect::Gemini,
            completion,
            model: None,
            key: None,
            headers: BTreeMap::new(),
            body: Value::Null,
            rows: Vec::new(),
            status: None,
            sent: false,
        }
    }

    #[test]
    fn the_window_slides() {
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
