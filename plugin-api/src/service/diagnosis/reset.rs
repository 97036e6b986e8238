//! The wait that a service asks for, as a duration or a time, in headers, members of the body, or words.

use crate::duration::parse_wait;
use crate::http::HttpResponse;
use crate::service::{moment, wait_hint, wait_in_text};
use serde_json::Value;
use std::time::Duration;

/// The end of a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reset {
    /// It ends after this time.
    After(Duration),
    /// It ends at this time, in milliseconds since 1970.
    AtMs(u64),
}

impl Reset {
    /// Returns the duration.
    pub(super) fn wait(self) -> Option<Duration> {
        match self {
            Self::After(wait) => Some(wait),
            Self::AtMs(_) => None,
        }
    }
}

/// Members and headers that hold a wait or a time, in lower case and without `-` and `_`.
const WAITS: [&str; 18] = [
    "retryafter",
    "retryaftersecs",
    "retryafterseconds",
    "retryafterms",
    "retryaftermillis",
    "retrydelay",
    "retryin",
    "retryinseconds",
    "retryat",
    "retryinms",
    "waitseconds",
    "waitsecs",
    "waittime",
    "waitms",
    "estimatedtime",
    "cooldown",
    "cooldownseconds",
    "availableat",
];
/// Parts of names of members and headers that hold the end of a limit.
const RESET: &str = "reset";
/// Numbers from here on are milliseconds since 1970.
const EPOCH_MS: f64 = 1e11;
/// Numbers from here on are seconds since 1970.
const EPOCH_SECS: f64 = 1e9;
const MAX_DEPTH: usize = 8;

/// Returns the end of the limit that a response reports.
pub(super) fn reset(response: &HttpResponse, body: &Value, message: &str) -> Option<Reset> {
    let of_header = wait_hint(response).map(Reset::After);
    let of_header = of_header.or_else(|| read("retry-after", &Value::from(response.header("retry-after")?)));
    let is_wait = |key: &str| WAITS.contains(&key);
    of_header
        .or_else(|| member(body, &is_wait, 0))
        .or_else(|| wait_in_text(message).map(Reset::After))
        .or_else(|| member(body, &is_reset, 0))
        .or_else(|| moment::in_text(message).map(Reset::AtMs))
        .or_else(|| of_reset_headers(response))
}

fn is_reset(key: &str) -> bool {
    key.contains(RESET) && !key.contains("preset")
}

/// Returns the first member at any depth whose name is accepted and whose value is a wait or a time.
fn member(value: &Value, accepts: &dyn Fn(&str) -> bool, depth: usize) -> Option<Reset> {
    if depth > MAX_DEPTH {
        return None;
    }
    match value {
        Value::Object(members) => {
            let own = members.iter().filter(|(key, _)| accepts(&folded(key))).find_map(|(key, value)| read(key, value));
            own.or_else(|| members.values().find_map(|value| member(value, accepts, depth + 1)))
        }
        Value::Array(items) => items.iter().find_map(|item| member(item, accepts, depth + 1)),
        _ => None,
    }
}

/// Returns the latest end of the limits in the headers that are exhausted, or do not say.
fn of_reset_headers(response: &HttpResponse) -> Option<Reset> {
    let is_exhausted = |name: &str| {
        let remaining = response.header(&name.replace(RESET, "remaining"));
        remaining.is_none_or(|remaining| remaining.trim().parse() == Ok(0.0))
    };
    let names = response.headers.keys().map(http::HeaderName::as_str);
    let limits = names.filter(|name| folded(name).contains("ratelimit") && name.contains(RESET));
    let ends = limits.filter(|name| is_exhausted(name));
    let ends: Vec<Reset> = ends.filter_map(|name| read(name, &Value::from(response.header(name)?))).collect();
    let waits = ends.iter().filter_map(|end| end.wait()).max().map(Reset::After);
    let time = |end: &Reset| if let Reset::AtMs(at) = end { Some(*at) } else { None };
    waits.or_else(|| ends.iter().filter_map(time).max().map(Reset::AtMs))
}

fn folded(key: &str) -> String {
    key.chars().filter(|c| !matches!(c, '-' | '_')).map(|c| c.to_ascii_lowercase()).collect()
}

/// Reads a value: a number of seconds, or of milliseconds by its name or size; a duration; a time.
fn read(key: &str, value: &Value) -> Option<Reset> {
    if let Some(seconds) = value["seconds"].as_f64() {
        let nanos = value["nanos"].as_f64().unwrap_or_default();
        return Duration::try_from_secs_f64(seconds + nanos / 1e9).ok().map(Reset::After);
    }
    let text = value.as_str().unwrap_or_default().trim();
    let Some(number) = value.as_f64().or_else(|| text.parse().ok()) else {
        let wait = parse_wait(text).map(Reset::After);
        return wait.or_else(|| moment::parse(text).map(Reset::AtMs));
    };
    let key = folded(key);
    if number >= EPOCH_SECS {
        let millis = if number >= EPOCH_MS { number } else { number * 1e3 };
        return Duration::try_from_secs_f64(millis / 1e3)
            .ok()
            .and_then(|at| u64::try_from(at.as_millis()).ok())
            .map(Reset::AtMs);
    }
    let unit = if key.ends_with("ms") || key.ends_with("millis") { 1e-3 } else { 1.0 };
    Duration::try_from_secs_f64(number * unit).ok().map(Reset::After)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(headers: &[(&str, &str)], body: &Value) -> Option<Reset> {
        let response = headers.iter().fold(HttpResponse::new(429, ""), |r, (name, value)| r.with_header(name, value));
        reset(&response, body, body["error"]["message"].as_str().unwrap_or_default())
    }

    fn after(millis: u64) -> Reset {
        Reset::After(Duration::from_millis(millis))
    }

    #[test]
    fn members_of_the_body() {
        let at = Some(Reset::AtMs(1_795_000_060_000));
        for (body, expected) in [
            (json!({"error": {"metadata": {"headers": {"X-RateLimit-Reset": "1795000060000"}}}}), at),
            (json!({"error": {"metadata": {"headers": {"X-RateLimit-Reset": 1_795_000_060_000_u64}}}}), at),
            (json!({"error": {"details": [{"reset_at": 1_795_000_060}]}}), at),
            (json!({"resets_at": "2026-11-18T12:27:40Z"}), Some(Reset::AtMs(1_795_004_860_000))),
            (json!({"error": {"reset_time": "2026-11-18 14:27:40+02:00"}}), Some(Reset::AtMs(1_795_004_860_000))),
            (json!({"error": {"availableAt": "Wed, 18 Nov 2026 12:27:40 GMT"}}), Some(Reset::AtMs(1_795_004_860_000))),
            (
                json!({"error": {"details": [{"@type": "x/google.rpc.RetryInfo", "retryDelay": "3.5s"}]}}),
                Some(after(3_500)),
            ),
            (json!({"error": {"details": [{"retryDelay": {"seconds": 3, "nanos": 500_000_000}}]}}), Some(after(3_500))),
            (json!({"retry_after": 7}), Some(after(7_000))),
            (json!({"parameters": {"retryAfter": "1m30s"}}), Some(after(90_000))),
            (json!({"retry_after_ms": 250}), Some(after(250))),
            (json!({"retryAfterMillis": "250"}), Some(after(250))),
            (json!({"error": "loading", "estimated_time": 20.5}), Some(after(20_500))),
            (json!({"reset_in": 12}), Some(after(12_000))),
            (json!({"ratelimit": {"reset_after": "12s"}}), Some(after(12_000))),
            (json!({"reset": "soon", "retry_after": -1}), None),
            (json!({"retry_after": 1, "reset_at": 1_795_000_060}), Some(after(1_000))),
            (json!({}), None),
        ] {
            assert_eq!(found(&[], &body), expected, "{body}");
        }
    }

    #[test]
    fn headers() {
        for (headers, expected) in [
            (vec![("retry-after", "Wed, 18 Nov 2026 12:27:40 GMT")], Some(Reset::AtMs(1_795_004_860_000))),
            (vec![("retry-after", "7"), ("x-ratelimit-reset", "1795000060")], Some(after(7_000))),
            (vec![("x-ratelimit-reset", "1795000060")], Some(Reset::AtMs(1_795_000_060_000))),
            (vec![("x-ratelimit-reset", "30"), ("x-ratelimit-remaining", "0")], Some(after(30_000))),
            (vec![("x-ratelimit-reset", "30"), ("x-ratelimit-remaining", "4")], None),
            (vec![("ratelimit-reset", "9")], Some(after(9_000))),
            (
                vec![
                    ("anthropic-ratelimit-requests-remaining", "5"),
                    ("anthropic-ratelimit-requests-reset", "2026-11-18T13:27:40Z"),
                    ("anthropic-ratelimit-input-tokens-remaining", "0"),
                    ("anthropic-ratelimit-input-tokens-reset", "2026-11-18T12:27:40Z"),
                ],
                Some(Reset::AtMs(1_795_004_860_000)),
            ),
            (vec![("x-ratelimit-reset-tokens", "6m0s"), ("x-ratelimit-remaining-tokens", "0.0")], Some(after(360_000))),
        ] {
            assert_eq!(found(&headers, &Value::Null), expected, "{headers:?}");
        }
    }

    #[test]
    fn words() {
        for (message, expected) in [
            ("Please wait 20 seconds", Some(after(20_000))),
            ("Quota resets at 2026-11-18T12:27:40.000Z.", Some(Reset::AtMs(1_795_004_860_000))),
            ("No capacity", None),
        ] {
            assert_eq!(found(&[], &json!({"error": {"message": message}})), expected, "{message}");
        }
    }
}
