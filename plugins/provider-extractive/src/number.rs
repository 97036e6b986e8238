//! Extracts numbers from the row and clamps them to bounds.

use crate::reading::Reading;
use crate::rules::Rule;
use crate::words::words;
use rowsmith_plugin_api::prelude::{Value, serde_json::Number};
use std::collections::VecDeque;

/// Numbers that are read per row.
const MAX_NUMBERS: usize = 100;

/// Words on each side of a number that describe it.
const NEIGHBOURS: usize = 4;

/// A number in the text, and the count of words around it that match the rule.
#[derive(Debug, PartialEq)]
pub(crate) struct NumberInText {
    pub(crate) number: f64,
    pub(crate) near: usize,
}

/// Returns the numbers of a row, in order.
pub(crate) fn numbers(rule: &Rule, reading: &Reading<'_>) -> Vec<NumberInText> {
    let mut found: Vec<NumberInText> = Vec::new();
    for text in reading.texts() {
        let mut before: VecDeque<bool> = VecDeque::with_capacity(NEIGHBOURS);
        // Index of numbers whose following words are not read, and the count of those words.
        let mut open: VecDeque<(usize, usize)> = VecDeque::new();
        for token in text.split_whitespace() {
            let about = words(token).filter(|word| rule.about.binary_search(&word.stem).is_ok()).count();
            for (index, left) in &mut open {
                if let Some(number) = found.get_mut(*index) {
                    number.near += about;
                }
                *left -= 1;
            }
            open.retain(|(_, left)| *left > 0);
            if let Some(number) = parse(token) {
                if found.len() >= MAX_NUMBERS {
                    return found;
                }
                open.push_back((found.len(), NEIGHBOURS));
                found.push(NumberInText { number, near: before.iter().filter(|about| **about).count() + about });
            }
            if before.len() == NEIGHBOURS {
                before.pop_front();
            }
            before.push_back(about > 0);
        }
    }
    found
}

/// Parses the number at the start of a word: "384,400", "-1.5°", "(80", "10×50".
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
            // A comma groups thousands; a second point ends the number.
            ',' if digit_follows && !text.contains('.') => {}
            '.' if digit_follows && !text.contains('.') => text.push(c),
            _ => break,
        }
    }
    text.parse::<f64>().ok().map(|number| sign * number).filter(|number| number.is_finite())
}

/// Returns the number for a rule, as JSON; `None` when the row has no number and the column is optional.
pub(crate) fn number(rule: &Rule, reading: &Reading<'_>, whole: bool) -> Option<Value> {
    let found = numbers(rule, reading);
    let fits = |found: &&NumberInText| within(rule, found.number) && (!whole || found.number.fract() == 0.0);
    let mut best: Option<&NumberInText> = None;
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

/// Returns all numbers that a rule allows, each once.
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

/// Clamps a number to the bounds; for whole numbers the bounds are rounded inwards.
fn bounded(rule: &Rule, number: f64, whole: bool) -> f64 {
    let (min, max) = (rule.min.unwrap_or(f64::NEG_INFINITY), rule.max.unwrap_or(f64::INFINITY));
    let (number, min, max) = if whole { (number.round(), min.ceil(), max.floor()) } else { (number, min, max) };
    number.min(max).max(min)
}

/// Returns a number as JSON; whole numbers of every type are written without a fraction.
fn json_number(number: f64, whole: bool) -> Value {
    #[expect(clippy::cast_possible_truncation, reason = "the number is within the range of exact whole floats")]
    if number.fract() == 0.0 && number.abs() <= 9e15 {
        return Value::from(number as i64);
    }
    // Beyond that range a float is written with an exponent, which readers do not accept as an integer.
    #[expect(clippy::cast_possible_truncation, reason = "a saturating cast is intended")]
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
    fn numbers_are_parsed() {
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
    fn the_number_with_matching_words_wins() {
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
            let rules = Rules::parse(&json!({ "x": rule }).to_string()).expect("a valid rule");
            let rule = &rules.0[0].1;
            let whole = rule.kind == rowsmith_plugin_api::prelude::ColumnType::Integer;
            let seen = number(rule, &Reading::new(&fields, &blocks), whole).unwrap_or_default();
            assert_eq!(seen, expected, "{name}");
        }
    }
}
