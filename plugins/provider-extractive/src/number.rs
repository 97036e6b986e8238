//! Reads numbers off the row and brings them within bounds.

use crate::reading::Reading;
use crate::rules::Rule;
use crate::words::words;
use rowsmith_plugin_api::prelude::{Value, serde_json::Number};
use std::collections::VecDeque;

/// Numbers further back are not looked at.
const MAX_NUMBERS: usize = 100;

/// How many words around a number tell what it measures.
const NEIGHBOURS: usize = 4;

/// A number of the text, and how many of the words around it are about the rule.
#[derive(Debug, PartialEq)]
pub(crate) struct Found {
    pub(crate) number: f64,
    pub(crate) near: usize,
}

/// The numbers of a row, in order.
pub(crate) fn numbers(rule: &Rule, reading: &Reading<'_>) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    for text in reading.texts() {
        let mut before: VecDeque<bool> = VecDeque::with_capacity(NEIGHBOURS);
        // Numbers whose words behind them are still to come.
        let mut open: VecDeque<(usize, usize)> = VecDeque::new();
        for token in text.split_whitespace() {
            let about = words(token).filter(|word| rule.about.binary_search(&word.stem).is_ok()).count();
            for (place, left) in &mut open {
                if let Some(found) = found.get_mut(*place) {
                    found.near += about;
                }
                *left -= 1;
            }
            open.retain(|(_, left)| *left > 0);
            if let Some(number) = parse(token) {
                if found.len() >= MAX_NUMBERS {
                    return found;
                }
                open.push_back((found.len(), NEIGHBOURS));
                found.push(Found { number, near: before.iter().filter(|about| **about).count() + about });
            }
            if before.len() == NEIGHBOURS {
                before.pop_front();
            }
            before.push_back(about > 0);
        }
    }
    found
}

/// The number that a word begins with: "384,400", "-1.5°", "(80", "10×50".
fn parse(token: &str) -> Option<f64> {
    let token = token.trim_start_matches(['(', '[', '"', '$', '€', '£', '~', '≈']);
    let (sign, digits) = match token.strip_prefix(['-', '−']) {
        Some(digits) => (-1.0, digits),
        None => (1.0, token.strip_prefix('+').unwrap_or(token)),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let mut text = String::new();
    let mut rest = digits.chars().peekable();
    while let Some(c) = rest.next() {
        let digit_follows = rest.peek().is_some_and(char::is_ascii_digit);
        match c {
            '0'..='9' => text.push(c),
            // A comma groups thousands; everything from a second point on is no number any more.
            ',' if digit_follows && !text.contains('.') => {}
            '.' if digit_follows && !text.contains('.') => text.push(c),
            _ => break,
        }
    }
    text.parse::<f64>().ok().map(|number| sign * number).filter(|number| number.is_finite())
}

/// The number that answers a rule, as JSON; nothing when the row has none and the column is optional.
pub(crate) fn number(rule: &Rule, reading: &Reading<'_>, whole: bool) -> Option<Value> {
    let found = numbers(rule, reading);
    let fits = |found: &&Found| within(rule, found.number) && (!whole || found.number.fract() == 0.0);
    let mut best: Option<&Found> = None;
    for candidate in found.iter().filter(fits) {
        if best.is_none_or(|best| candidate.near > best.near) {
            best = Some(candidate);
        }
    }
    if best.is_none() && rule.optional {
        return None;
    }
    let start = best.or(found.first()).map_or_else(|| rule.min.unwrap_or(0.0), |found| found.number);
    Some(json_number(bounded(rule, start, whole), whole))
}

/// All numbers that a rule allows, each once.
pub(crate) fn all_numbers(rule: &Rule, reading: &Reading<'_>, whole: bool) -> Vec<Value> {
    let found = numbers(rule, reading);
    let fits = found.iter().filter(|found| within(rule, found.number) && (!whole || found.number.fract() == 0.0));
    let mut values: Vec<Value> = Vec::new();
    for value in fits.map(|found| json_number(found.number, whole)) {
        if !values.contains(&value) {
            values.push(value);
        }
    }
    values
}

fn within(rule: &Rule, number: f64) -> bool {
    rule.min.is_none_or(|min| number >= min) && rule.max.is_none_or(|max| number <= max)
}

/// The number within the bounds that is nearest; for whole numbers, the bounds are rounded inwards.
fn bounded(rule: &Rule, number: f64, whole: bool) -> f64 {
    let (min, max) = (rule.min.unwrap_or(f64::NEG_INFINITY), rule.max.unwrap_or(f64::INFINITY));
    let (number, min, max) = if whole { (number.round(), min.ceil(), max.floor()) } else { (number, min, max) };
    number.min(max).max(min)
}

/// Whole numbers are written without a fraction, whatever their type.
fn json_number(number: f64, whole: bool) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "the number is within the range of exact whole floats")]
    if number.fract() == 0.0 && number.abs() <= 9e15 {
        return Value::from(number as i64);
    }
    // Beyond that range a float is written with an exponent, which no reader takes for an integer.
    #[expect(clippy::cast_possible_truncation, reason = "the cast saturates, which is what is wanted")]
    if whole {
        return Value::from(number as i64);
    }
    Number::from_f64(number).map_or(Value::from(0), Value::Number)
}

#[cfg(test)]
mod tests {
    use super::{number, parse};
    use crate::plain::blocks;
    use crate::reading::{Fields, Reading};
    use crate::rules::Rules;
    use rowsmith_plugin_api::prelude::{Value, json};

    #[test]
    fn numbers_are_read() {
        let cases = [
            ("384,400", Some(384_400.0)),
            ("-1.5°", Some(-1.5)),
            ("(80", Some(80.0)),
            ("10×50", Some(10.0)),
            ("1.2.3", Some(1.2)),
            ("7.", Some(7.0)),
            ("M31", None),
            ("-", None),
        ];
        for (token, expected) in cases {
            assert_eq!(parse(token), expected, "{token}");
        }
    }

    #[test]
    fn the_number_that_the_rule_is_about_wins() {
        let text = "Expect 3 hours of work. A lens with an aperture of 80 mm costs 250.5 euros.";
        let cases = [
            ("near", json!({"type": "integer", "description": "aperture of the lens"}), json!(80)),
            ("first", json!({"type": "number"}), json!(3)),
            ("bounds", json!({"type": "number", "min": 100}), json!(250.5)),
            ("clamped", json!({"type": "integer", "min": 4.5, "max": 5}), json!(5)),
            ("optional", json!({"type": "integer", "min": 900, "optional": true}), Value::Null),
        ];
        let fields = Fields { prose: text.to_owned(), ..Fields::default() };
        let blocks = blocks(text);
        for (name, rule, expected) in cases {
            let rules = Rules::parse(&json!({ "x": rule }).to_string()).expect("the rule is good");
            let rule = &rules.0[0].1;
            let whole = rule.kind == crate::rules::Kind::Integer;
            let seen = number(rule, &Reading::new(&fields, &blocks), whole).unwrap_or_default();
            assert_eq!(seen, expected, "{name}");
        }
    }
}
