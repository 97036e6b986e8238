//! The wait that a service asks for.

use crate::duration::parse_wait;
use crate::http::HttpResponse;
use regex_lite::Regex;
use std::sync::LazyLock;
use std::time::Duration;

/// A phrase before a wait, and the wait: numbers with units, or one number at the end of a clause.
static WAIT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"\b(?:retry(?:ing)?|try(?: your request)? again|come back|wait|resets?|available(?: again)?|back|refresh(?:es|ed)?|replenish(?:es|ed)?)(?:[\s:=~]|in|after|for|at least|about|approximately|another|within)+((?:\d+(?:\.\d+)?\s*(?:milliseconds?|millis|msecs?|ms|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d)\b[\s,]*(?:and )?)+|\d+(?:\.\d+)?(?:\s*$|\s*[.,;)](?:\D|$))|(?:\d+(?:\.\d+)?(?:ms|h|m|s))+)",
    )
    .ok()
});
/// A number with its unit.
static PART: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(\d+(?:\.\d+)?)\s*([a-z]*)").ok());

/// Returns the wait in a response's headers: `retry-after-ms`, then `retry-after`.
pub fn wait_hint(response: &HttpResponse) -> Option<Duration> {
    let millis = response.header("retry-after-ms").and_then(|text| text.trim().parse::<f64>().ok());
    millis
        .and_then(|millis| Duration::try_from_secs_f64(millis / 1000.0).ok())
        .or_else(|| response.header("retry-after").and_then(parse_wait))
}

/// Returns the wait in an error's text: "Please retry in 42.2s.", "try again in 6m0s", "wait 20 seconds".
pub fn wait_in_text(text: &str) -> Option<Duration> {
    let text = text.to_ascii_lowercase();
    // A number that is too large for a duration is no wait; another phrase can follow.
    WAIT.as_ref()?.captures_iter(&text).find_map(|found| duration_of(found.get(1)?.as_str()))
}

/// Adds numbers with units.
fn duration_of(text: &str) -> Option<Duration> {
    let parts = PART.as_ref()?.captures_iter(text);
    let seconds =
        parts.filter_map(|part| Some(part.get(1)?.as_str().parse::<f64>().ok()? * seconds_of(part.get(2)?.as_str())));
    Duration::try_from_secs_f64(seconds.sum()).ok()
}

/// Returns the seconds of a unit; a number without one counts seconds.
fn seconds_of(unit: &str) -> f64 {
    match unit {
        "ms" | "msec" | "msecs" | "millis" | "millisecond" | "milliseconds" => 0.001,
        _ if unit.starts_with('m') => 60.0,
        _ if unit.starts_with('h') => 3_600.0,
        _ if unit.starts_with('d') => 86_400.0,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers() {
        for (headers, expected) in [
            (vec![], None),
            (vec![("retry-after", "7")], Some(7_000)),
            (vec![("Retry-After", "1.5")], Some(1_500)),
            (vec![("retry-after", "7"), ("retry-after-ms", "250")], Some(250)),
            (vec![("retry-after", "7"), ("retry-after-ms", "soon")], Some(7_000)),
            (vec![("retry-after-ms", "-5")], None),
        ] {
            let response =
                headers.iter().fold(HttpResponse::new(429, ""), |r, (name, value)| r.with_header(name, value));
            assert_eq!(wait_hint(&response).map(|wait| wait.as_millis()), expected, "{headers:?}");
        }
    }

    #[test]
    fn texts() {
        for (text, expected) in [
            ("Please retry in 42.2s.", Some(42_200)),
            ("Limit reached. Please try again in 6m0s. Visit the site.", Some(360_000)),
            ("Please retry in 10h17m5.72s", Some(37_025_720)),
            ("please retry after 26 seconds.", Some(26_000)),
            ("try again in 2 minutes", Some(120_000)),
            ("try again in 120ms", Some(120)),
            ("try again in 20 ms", Some(20)),
            ("Try again in 5", Some(5_000)),
            ("try again in a while", None),
            ("try again in ", None),
            ("Please wait 20 seconds", Some(20_000)),
            ("wait for 5s", Some(5_000)),
            ("Please wait 42312 seconds before retrying.", Some(42_312_000)),
            ("slow down, retry after 2 seconds", Some(2_000)),
            ("quota will reset after 12s", Some(12_000)),
            ("The limit resets in 1m30s", Some(90_000)),
            ("resets in 1 hour 5 minutes", Some(3_900_000)),
            ("available again in 3 mins", Some(180_000)),
            ("retry in: 1 minute and 5 seconds", Some(65_000)),
            ("Try again in 1h", Some(3_600_000)),
            ("retry 3 times", None),
            ("only 5 available", None),
            ("await 5 seconds of audio", None),
            ("wait before trying again", None),
            ("wait 99999999999999999999999 seconds, or retry in 5s", Some(5_000)),
        ] {
            assert_eq!(wait_in_text(text).map(|wait| wait.as_millis()), expected, "{text:?}");
        }
    }
}
