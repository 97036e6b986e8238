//! Times in the texts of services, as milliseconds since 1970. Pure.

use regex_lite::Regex;
use std::sync::LazyLock;
use std::time::UNIX_EPOCH;

/// A time of RFC 3339; the offset may be absent, which means UTC, and the seconds too.
static RFC_3339: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)(\d{4})-(\d\d)-(\d\d)[t ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3})\d*)?)? ?(?:(z|utc|gmt)\b|([+-])(\d\d):?(\d\d))?",
    )
    .ok()
});
/// A time of HTTP: `Wed, 18 Nov 2026 12:27:40 GMT`.
static HTTP: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT").ok());

/// Returns the time that a text is.
pub(super) fn parse(text: &str) -> Option<u64> {
    let text = text.trim();
    let whole = RFC_3339.as_ref()?.find(text).is_some_and(|found| found.start() == 0) || HTTP.as_ref()?.is_match(text);
    if whole { in_text(text) } else { None }
}

/// Returns the first time that a text contains.
pub(super) fn in_text(text: &str) -> Option<u64> {
    if let Some(found) = HTTP.as_ref()?.find(text) {
        let since = httpdate::parse_http_date(found.as_str()).ok()?.duration_since(UNIX_EPOCH).ok()?;
        return u64::try_from(since.as_millis()).ok();
    }
    let found = RFC_3339.as_ref()?.captures(text)?;
    let number = |group: usize| -> Option<i64> { found.get(group).map_or(Some(0), |text| text.as_str().parse().ok()) };
    let days = days_since_1970(number(1)?, number(2)?, number(3)?)?;
    let (hour, minute, second) = (number(4)?, number(5)?, number(6)?);
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let millis = found.get(7).map_or("0", |text| text.as_str());
    let millis: i64 = format!("{millis:0<3}").parse().ok()?;
    let offset = number(10)? * 60 + number(11)?;
    let offset = if found.get(9).is_some_and(|sign| sign.as_str() == "-") { -offset } else { offset };
    let minutes = (days * 24 + hour) * 60 + minute - offset;
    u64::try_from((minutes * 60 + second) * 1_000 + millis).ok()
}

/// Returns the days of a date of the Gregorian calendar since 1970-01-01.
fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Years that begin in March have their leap day at the end.
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let of_year = (153 * month + 2) / 5 + day - 1;
    Some(year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_all_forms() {
        for (text, expected) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2024-02-29T23:59:59Z", Some(1_709_251_199_000)),
            ("2026-11-18T12:27:40Z", Some(1_795_004_860_000)),
            ("2026-11-18T12:27:40.25Z", Some(1_795_004_860_250)),
            ("2026-11-18t12:27:40.123456z", Some(1_795_004_860_123)),
            ("2026-11-18T07:27:40-05:00", Some(1_795_004_860_000)),
            ("2026-11-18 17:57:40 +0530", Some(1_795_004_860_000)),
            ("2026-11-18 12:27:40", Some(1_795_004_860_000)),
            ("2026-11-18 12:27 UTC", Some(1_795_004_820_000)),
            ("Wed, 18 Nov 2026 12:27:40 GMT", Some(1_795_004_860_000)),
            ("2026-13-18T12:27:40Z", None),
            ("2026-11-18T25:27:40Z", None),
            ("1969-12-31T23:59:59Z", None),
            ("2026-11-18", None),
            ("tomorrow", None),
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
        assert_eq!(parse("it resets at 2026-11-18T12:27:40Z"), None);
        assert_eq!(in_text("it resets at 2026-11-18T12:27:40Z, then"), Some(1_795_004_860_000));
    }
}
