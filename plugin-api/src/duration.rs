//! Durations as services write them.

use std::time::Duration;

/// Parses a wait: whole or fractional seconds (`7`, `1.5`), or a duration (`42s`, `6m0s`, `1h2m3.4s`, `120ms`).
///
/// Dates are not supported, because they need a clock. The host converts the date of a `Retry-After` header to seconds.
pub fn parse_wait(text: &str) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return from_seconds(seconds);
    }
    let mut total = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at_checked(digits)?;
        let unit_len = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, after) = tail.split_at_checked(unit_len)?;
        let factor = match unit {
            "d" => 86_400.0,
            "h" => 3_600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            "us" | "µs" => 0.000_001,
            "ns" => 0.000_000_001,
            _ => return None,
        };
        total += number.parse::<f64>().ok()? * factor;
        rest = after;
    }
    if text.is_empty() { None } else { from_seconds(total) }
}

fn from_seconds(seconds: f64) -> Option<Duration> {
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms_of_services_are_parsed() {
        let cases = [
            ("7", Some(7_000)),
            ("1.5", Some(1_500)),
            ("42s", Some(42_000)),
            ("3.500s", Some(3_500)),
            ("6m0s", Some(360_000)),
            ("1h2m3.4s", Some(3_723_400)),
            ("10h17m5.72s", Some(37_025_720)),
            ("120ms", Some(120)),
            ("", None),
            ("soon", None),
            ("-1", None),
            ("NaN", None),
            ("1e400", None),
            ("5 minutes", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_wait(text).map(|d| d.as_millis()), expected, "{text:?}");
        }
    }
}
