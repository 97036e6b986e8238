//! Durations as text: in configs (`1m 30s`), and as services write them (`42s`, `7`).

use std::time::Duration;

/// The `format` of durations in JSON Schemas. JSON Schema's own format `duration` is that of ISO 8601.
pub const FORMAT: &str = "time-span";

/// Nanoseconds in a second.
const SECOND: u128 = 1_000_000_000;
/// Maximum digits of a fraction; a multiple of a day in nanoseconds with more digits could overflow.
const MAX_FRACTION_DIGITS: usize = 18;

/// Parses a duration: numbers with the units `d`, `h`, `m`, `s`, `ms`, `us` and `ns`, such as `30s`, `1m 30s` and `1.5h`.
///
/// Works in constants. A number without a unit is no duration.
///
/// ```
/// use rowsmith_plugin_api::duration::parse_duration;
/// use std::time::Duration;
///
/// assert_eq!(parse_duration("1m 30s"), Some(Duration::from_secs(90)));
/// assert_eq!(parse_duration("90"), None);
/// ```
pub const fn parse_duration(text: &str) -> Option<Duration> {
    parse(text.as_bytes())
}

/// Parses a wait: whole or fractional seconds (`7`, `1.5`), or a duration (`42s`, `6m0s`, `1h2m3.4s`, `120ms`).
///
/// Dates are not supported, because they need a clock. The host converts the date of a `Retry-After` header to seconds.
pub fn parse_wait(text: &str) -> Option<Duration> {
    let text = text.trim();
    match text.parse::<f64>() {
        Ok(seconds) => Duration::try_from_secs_f64(seconds).ok(),
        Err(_) => parse_duration(text),
    }
}

/// As [`parse_duration`], for bytes.
#[expect(clippy::cast_possible_truncation, reason = "the seconds are checked, and the rest is below a second")]
pub(crate) const fn parse(text: &[u8]) -> Option<Duration> {
    let mut at = after_spaces(text, 0);
    let mut nanos: u128 = 0;
    if at == text.len() {
        return None;
    }
    while at < text.len() {
        let Some((part, end)) = part(text, at) else { return None };
        let Some(sum) = nanos.checked_add(part) else { return None };
        nanos = sum;
        at = after_spaces(text, end);
    }
    if nanos / SECOND > u64::MAX as u128 {
        return None;
    }
    Some(Duration::new((nanos / SECOND) as u64, (nanos % SECOND) as u32))
}

const fn after_spaces(text: &[u8], mut at: usize) -> usize {
    while at < text.len() && text[at] == b' ' {
        at += 1;
    }
    at
}

/// Returns the nanoseconds of a number with its unit, and the index after it.
const fn part(text: &[u8], start: usize) -> Option<(u128, usize)> {
    let (mut at, mut digits, mut fraction_digits) = (start, 0, 0);
    let (mut number, mut scale): (u128, u128) = (0, 1);
    let mut in_fraction = false;
    while at < text.len() {
        match text[at] {
            b'.' if !in_fraction => in_fraction = true,
            digit @ b'0'..=b'9' => {
                let Some(tens) = number.checked_mul(10) else { return None };
                number = tens + (digit - b'0') as u128;
                digits += 1;
                if in_fraction {
                    scale *= 10;
                    fraction_digits += 1;
                }
                if number > u64::MAX as u128 * SECOND || fraction_digits > MAX_FRACTION_DIGITS {
                    return None;
                }
            }
            _ => break,
        }
        at += 1;
    }
    let unit_start = after_spaces(text, at);
    let Some((unit, end)) = unit(text, unit_start) else { return None };
    match number.checked_mul(unit) {
        Some(scaled) if digits > 0 => Some((scaled / scale, end)),
        _ => None,
    }
}

/// Returns the nanoseconds of a unit, and the index after it.
const fn unit(text: &[u8], start: usize) -> Option<(u128, usize)> {
    let mut end = start;
    while end < text.len() && !matches!(text[end], b'0'..=b'9' | b'.' | b' ') {
        end += 1;
    }
    let nanos = match text.split_at(end).0.split_at(start).1 {
        b"d" => 86_400 * SECOND,
        b"h" => 3_600 * SECOND,
        b"m" => 60 * SECOND,
        b"s" => SECOND,
        b"ms" => 1_000_000,
        b"us" | [0xc2, 0xb5, b's'] => 1_000,
        b"ns" => 1,
        _ => return None,
    };
    Some((nanos, end))
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

    #[test]
    fn durations_have_units() {
        let second: u128 = 1_000_000_000;
        let cases = [
            ("30s", Some(30 * second)),
            ("1m 30s", Some(90 * second)),
            (" 2 h  5 m ", Some(7_500 * second)),
            ("1.5d", Some(129_600 * second)),
            (".5s", Some(second / 2)),
            ("1.s", Some(second)),
            ("250µs", Some(250_000)),
            ("3us 7ns", Some(3_007)),
            ("0s", Some(0)),
            ("0.123456789012345678d", Some(10_666_666_570_666)),
            ("18446744073709551615s", Some(u128::from(u64::MAX) * second)),
            ("18446744073709551616s", None),
            ("99999999999999999999999999999999999999999999s", None),
            ("0.1234567890123456789d", None),
            ("90", None),
            ("1m 30", None),
            ("-1s", None),
            ("1e3s", None),
            ("1..5s", None),
            (".s", None),
            ("s", None),
            ("1 min", None),
            ("   ", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_duration(text).map(|d| d.as_nanos()), expected, "{text:?}");
        }
    }
}
