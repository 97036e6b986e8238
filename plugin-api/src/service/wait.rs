//! The wait that a service asks for.

use crate::duration::parse_wait;
use crate::http::HttpResponse;
use std::time::Duration;

/// Phrases before a wait in the texts of services, in lower case.
const BEFORE_A_WAIT: [&str; 3] = ["retry in ", "try again in ", "retry after "];

/// Returns the wait in a response's headers: `retry-after-ms`, then `retry-after`.
pub fn wait_hint(response: &HttpResponse) -> Option<Duration> {
    let millis = response.header("retry-after-ms").and_then(|text| text.trim().parse::<f64>().ok());
    millis
        .and_then(|millis| Duration::try_from_secs_f64(millis / 1000.0).ok())
        .or_else(|| response.header("retry-after").and_then(parse_wait))
}

/// Returns the wait in an error's text: "Please retry in 42.2s.", "try again in 6m0s", "retry after 26 seconds".
pub fn wait_in_text(text: &str) -> Option<Duration> {
    let text = text.to_ascii_lowercase();
    BEFORE_A_WAIT.iter().find_map(|phrase| wait_at_start(text.split_once(phrase)?.1))
}

fn wait_at_start(text: &str) -> Option<Duration> {
    let mut words = text.split_whitespace().map(|word| word.trim_end_matches(['.', ',', ';', ')']));
    let first = words.next()?;
    let Ok(number) = first.parse::<f64>() else {
        return parse_wait(first);
    };
    let unit = words.next().unwrap_or_default();
    let factor = match unit.trim_end_matches('s') {
        "minute" | "min" => 60.0,
        "hour" => 3_600.0,
        "day" => 86_400.0,
        "m" | "millisecond" => 0.001,
        _ => 1.0,
    };
    Duration::try_from_secs_f64(number * factor).ok()
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
            ("wait for 5s", None),
        ] {
            assert_eq!(wait_in_text(text).map(|wait| wait.as_millis()), expected, "{text:?}");
        }
    }
}
