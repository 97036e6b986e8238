//! Bounds of numbers and durations, at compile time.

use super::decimal;
use super::shape::Schema;
use crate::duration;
use std::cmp::Ordering;
use std::time::Duration;

impl Schema {
    /// Raises the minimum to a bound, a JSON number or a JSON string with a duration; a higher minimum stays.
    ///
    /// # Panics
    /// If this schema has no bounds, or bounds of another type. As schemas are constants, that is a compile error.
    #[must_use]
    pub const fn with_minimum(self, json: &'static str) -> Self {
        match self {
            Self::Integer { minimum, maximum } => {
                let bound = bound_of_integer(json);
                let minimum = match minimum {
                    Some(own) if own > bound => own,
                    _ => bound,
                };
                Self::Integer { minimum: Some(minimum), maximum }
            }
            Self::Number { minimum, maximum } => {
                let minimum = match minimum {
                    Some(own) if is_order(order_of_numbers(own, json), Ordering::Greater) => own,
                    _ => bound_of_number(json),
                };
                Self::Number { minimum: Some(minimum), maximum }
            }
            Self::Duration { minimum, maximum } => {
                let bound = bound_of_duration(json);
                let minimum = match minimum {
                    Some(own) if nanos(own) > nanos(bound) => own,
                    _ => bound,
                };
                Self::Duration { minimum: Some(minimum), maximum }
            }
            _ => panic!("`min` is for numbers and durations only"),
        }
    }

    /// Lowers the maximum to a bound, a JSON number or a JSON string with a duration; a lower maximum stays.
    ///
    /// # Panics
    /// If this schema has no bounds, or bounds of another type. As schemas are constants, that is a compile error.
    #[must_use]
    pub const fn with_maximum(self, json: &'static str) -> Self {
        match self {
            Self::Integer { minimum, maximum } => {
                let bound = bound_of_integer(json);
                let maximum = match maximum {
                    Some(own) if own < bound => own,
                    _ => bound,
                };
                Self::Integer { minimum, maximum: Some(maximum) }
            }
            Self::Number { minimum, maximum } => {
                let maximum = match maximum {
                    Some(own) if is_order(order_of_numbers(own, json), Ordering::Less) => own,
                    _ => bound_of_number(json),
                };
                Self::Number { minimum, maximum: Some(maximum) }
            }
            Self::Duration { minimum, maximum } => {
                let bound = bound_of_duration(json);
                let maximum = match maximum {
                    Some(own) if nanos(own) < nanos(bound) => own,
                    _ => bound,
                };
                Self::Duration { minimum, maximum: Some(maximum) }
            }
            _ => panic!("`max` is for numbers and durations only"),
        }
    }

    /// Returns whether a minimum is above its maximum, so that no value is valid.
    pub(super) const fn has_no_value(&self) -> bool {
        match self {
            Self::Integer { minimum: Some(minimum), maximum: Some(maximum) } => *minimum > *maximum,
            Self::Number { minimum: Some(minimum), maximum: Some(maximum) } => {
                is_order(order_of_numbers(minimum, maximum), Ordering::Greater)
            }
            Self::Duration { minimum: Some(minimum), maximum: Some(maximum) } => nanos(minimum) > nanos(maximum),
            _ => false,
        }
    }
}

/// Returns whether a whole number is within its bounds.
pub(super) const fn is_integer_within(value: i128, minimum: Option<i64>, maximum: Option<i64>) -> bool {
    let high_enough = match minimum {
        Some(minimum) => value >= minimum as i128,
        None => true,
    };
    let low_enough = match maximum {
        Some(maximum) => value <= maximum as i128,
        None => true,
    };
    high_enough && low_enough
}

/// Returns whether a JSON number is within its bounds.
pub(super) const fn is_number_within(json: &[u8], minimum: Option<&str>, maximum: Option<&str>) -> bool {
    let is_too_low = match minimum {
        Some(minimum) => is_order(decimal::compare(json, minimum.as_bytes()), Ordering::Less),
        None => false,
    };
    let is_too_high = match maximum {
        Some(maximum) => is_order(decimal::compare(json, maximum.as_bytes()), Ordering::Greater),
        None => false,
    };
    decimal::is_number(json) && !is_too_low && !is_too_high
}

/// Returns whether a duration is within its bounds.
pub(super) const fn is_duration_within(value: Duration, minimum: Option<&str>, maximum: Option<&str>) -> bool {
    let high_enough = match minimum {
        Some(minimum) => value.as_nanos() >= nanos(minimum),
        None => true,
    };
    let low_enough = match maximum {
        Some(maximum) => value.as_nanos() <= nanos(maximum),
        None => true,
    };
    high_enough && low_enough
}

/// Returns the value of a whole JSON number.
pub(super) const fn integer(json: &[u8]) -> Option<i128> {
    let is_negative = matches!(json.first(), Some(b'-'));
    let mut value: i128 = 0;
    let mut at = if is_negative { 1 } else { 0 };
    if at == json.len() || json.len() > 30 {
        return None;
    }
    while at < json.len() {
        if !json[at].is_ascii_digit() {
            return None;
        }
        value = value * 10 + (json[at] - b'0') as i128;
        at += 1;
    }
    Some(if is_negative { -value } else { value })
}

#[expect(clippy::cast_possible_truncation, reason = "the value is checked")]
const fn bound_of_integer(json: &str) -> i64 {
    match integer(json.as_bytes()) {
        Some(value) if value >= i64::MIN as i128 && value <= i64::MAX as i128 => value as i64,
        _ => panic!("a bound of whole numbers is a whole number of 64 bits"),
    }
}

const fn bound_of_number(json: &'static str) -> &'static str {
    assert!(decimal::is_number(json.as_bytes()), "a bound of numbers is a number");
    json
}

const fn bound_of_duration(json: &'static str) -> &'static str {
    let [b'"', text @ .., b'"'] = json.as_bytes() else {
        panic!("a bound of durations is a string such as \"30s\"");
    };
    match std::str::from_utf8(text) {
        Ok(text) if duration::parse(text.as_bytes()).is_some() => text,
        _ => panic!("a bound of durations has numbers with units, such as \"30s\" and \"1m 30s\""),
    }
}

/// Returns the nanoseconds of a bound.
const fn nanos(bound: &str) -> u128 {
    match duration::parse(bound.as_bytes()) {
        Some(duration) => duration.as_nanos(),
        None => panic!("a bound of durations has numbers with units, such as `30s` and `1m 30s`"),
    }
}

const fn order_of_numbers(left: &str, right: &str) -> Option<Ordering> {
    decimal::compare(left.as_bytes(), right.as_bytes())
}

const fn is_order(found: Option<Ordering>, expected: Ordering) -> bool {
    matches!(found, Some(found) if found as i8 == expected as i8)
}
