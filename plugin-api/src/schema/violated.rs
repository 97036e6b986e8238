//! Bounds that a value violates, in words.

use super::bounds::is_duration_within;
use super::shape::Schema;
use std::fmt::Display;
use std::time::Duration;

pub(super) fn by_integer(value: i128, schema: &Schema) -> Option<String> {
    let Schema::Integer { minimum, maximum } = *schema else { return None };
    let too_low = minimum.filter(|minimum| value < i128::from(*minimum));
    let too_high = maximum.filter(|maximum| value > i128::from(*maximum));
    bound(too_low, too_high)
}

pub(super) fn by_number(value: f64, schema: &Schema) -> Option<String> {
    let Schema::Number { minimum, maximum } = *schema else { return None };
    let number = |bound: &str| bound.parse::<f64>().unwrap_or(f64::NAN);
    let too_low = minimum.filter(|minimum| value < number(minimum) || value.is_nan());
    let too_high = maximum.filter(|maximum| value > number(maximum) || value.is_nan());
    bound(too_low, too_high)
}

pub(super) fn by_duration(value: Duration, schema: &Schema) -> Option<String> {
    let Schema::Duration { minimum, maximum } = *schema else { return None };
    let too_low = minimum.filter(|_| !is_duration_within(value, minimum, None));
    let too_high = maximum.filter(|_| !is_duration_within(value, None, maximum));
    bound(too_low, too_high)
}

fn bound<T: Display>(too_low: Option<T>, too_high: Option<T>) -> Option<String> {
    let too_low = too_low.map(|minimum| format!("must be at least {minimum}"));
    too_low.or_else(|| too_high.map(|maximum| format!("must be at most {maximum}")))
}
