//! Compares JSON numbers by their text, at compile time and without rounding.

use std::cmp::Ordering;

/// A JSON number: `0.d₁d₂d₃… × 10^magnitude`, where `d₁` is not zero unless the number is.
#[derive(Clone, Copy)]
struct Decimal<'a> {
    text: &'a [u8],
    is_negative: bool,
    /// Index of the first digit that is not zero; `end` for zero.
    first: usize,
    /// Index after the digits and the point.
    end: usize,
    magnitude: i64,
}

/// Returns whether a text is a JSON number.
pub(super) const fn is_number(text: &[u8]) -> bool {
    parse(text).is_some()
}

/// Compares two JSON numbers; `None` if one of them is none.
pub(super) const fn compare(left: &[u8], right: &[u8]) -> Option<Ordering> {
    let (Some(left), Some(right)) = (parse(left), parse(right)) else { return None };
    let (left_sign, right_sign) = (sign(&left), sign(&right));
    if left_sign != right_sign {
        return Some(if left_sign < right_sign { Ordering::Less } else { Ordering::Greater });
    }
    Some(match left_sign {
        0 => Ordering::Equal,
        1 => compare_sizes(&left, &right),
        _ => compare_sizes(&right, &left),
    })
}

const fn sign(number: &Decimal<'_>) -> i8 {
    if number.first == number.end {
        0
    } else if number.is_negative {
        -1
    } else {
        1
    }
}

const fn compare_sizes(left: &Decimal<'_>, right: &Decimal<'_>) -> Ordering {
    if left.magnitude != right.magnitude {
        return if left.magnitude < right.magnitude { Ordering::Less } else { Ordering::Greater };
    }
    let (mut one, mut other) = (left.first, right.first);
    while one < left.end || other < right.end {
        let (left_digit, right_digit);
        (left_digit, one) = digit(left, one);
        (right_digit, other) = digit(right, other);
        if left_digit != right_digit {
            return if left_digit < right_digit { Ordering::Less } else { Ordering::Greater };
        }
    }
    Ordering::Equal
}

/// Returns the digit at an index or after the point there, and the next index. Behind the end there are zeros.
const fn digit(number: &Decimal<'_>, mut at: usize) -> (u8, usize) {
    if at < number.end && number.text[at] == b'.' {
        at += 1;
    }
    if at < number.end { (number.text[at], at + 1) } else { (b'0', at) }
}

const fn parse(text: &[u8]) -> Option<Decimal<'_>> {
    let is_negative = matches!(text.first(), Some(b'-'));
    let start = if is_negative { 1 } else { 0 };
    let point = after_digits(text, start);
    let mut end = point;
    if point < text.len() && text[point] == b'.' {
        end = after_digits(text, point + 1);
        if end == point + 1 {
            return None;
        }
    }
    if point == start {
        return None;
    }
    let Some(exponent) = exponent(text, end) else { return None };
    let mut first = start;
    while first < end && matches!(text[first], b'0' | b'.') {
        first += 1;
    }
    let position = if first < point { signed(point - first) } else { 1 - signed(first - point) };
    Some(Decimal { text, is_negative, first, end, magnitude: position + exponent })
}

/// Reads the part after the digits: nothing, or an exponent.
const fn exponent(text: &[u8], at: usize) -> Option<i64> {
    if at == text.len() {
        return Some(0);
    }
    if !matches!(text[at], b'e' | b'E') {
        return None;
    }
    let has_sign = at + 1 < text.len() && matches!(text[at + 1], b'+' | b'-');
    let start = if has_sign { at + 2 } else { at + 1 };
    let end = after_digits(text, start);
    // Longer exponents are far beyond every number type.
    if end != text.len() || start == end || end - start > 9 {
        return None;
    }
    let (mut value, mut at) = (0_i64, start);
    while at < end {
        value = value * 10 + (text[at] - b'0') as i64;
        at += 1;
    }
    Some(if has_sign && text[start - 1] == b'-' { -value } else { value })
}

#[expect(clippy::cast_possible_wrap, reason = "the length of a text")]
const fn signed(length: usize) -> i64 {
    length as i64
}

const fn after_digits(text: &[u8], mut at: usize) -> usize {
    while at < text.len() && text[at].is_ascii_digit() {
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_compared_exactly() {
        for (left, right, expected) in [
            ("0", "-0.00e5", Some(Ordering::Equal)),
            ("2", "2.0", Some(Ordering::Equal)),
            ("1e3", "1000", Some(Ordering::Equal)),
            ("0.001", "1E-3", Some(Ordering::Equal)),
            ("12.5", "12.49999999999999999999999999", Some(Ordering::Greater)),
            ("-0.1", "0", Some(Ordering::Less)),
            ("-2", "-10", Some(Ordering::Greater)),
            ("9007199254740993", "9007199254740992", Some(Ordering::Greater)),
            ("0.05", "0.5", Some(Ordering::Less)),
            ("10", "9", Some(Ordering::Greater)),
            ("1", "", None),
            ("1.", "1", None),
            (".5", "1", None),
            ("-", "1", None),
            ("1e", "1", None),
            ("1e+", "1", None),
            ("1x", "1", None),
            ("\"1\"", "1", None),
        ] {
            assert_eq!(compare(left.as_bytes(), right.as_bytes()), expected, "{left} {right}");
        }
    }

    proptest! {
        #[test]
        fn the_order_is_that_of_floats(left in -1e6..1e6_f64, right in -1e6..1e6_f64, exponents in any::<bool>()) {
            let text = |value: f64| if exponents { format!("{value:e}") } else { format!("{value}") };
            prop_assert_eq!(compare(text(left).as_bytes(), text(right).as_bytes()), left.partial_cmp(&right));
            prop_assert_eq!(compare(text(left).as_bytes(), text(left).as_bytes()), Some(Ordering::Equal));
        }
    }
}
