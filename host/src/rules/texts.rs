//! Texts that are never values, whatever the rule of their column says. Pure.

use super::constraint::Constraint;
use super::rule::Rule;
use super::value_type::ValueType;
use serde_json::Value;
use std::fmt;

/// The reason why a text is never a value. `Display` completes a sentence about the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextProblem {
    /// The text holds a control character, or the sign of a damaged character.
    Control(char),
    /// The text comes from the prompt, and not from the row.
    Prompt,
}

impl TextProblem {
    /// Returns a stable name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Control(_) => "control_character",
            Self::Prompt => "prompt_text",
        }
    }
}

impl fmt::Display for TextProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Control(found) => write!(f, "has the control character U+{:04X}", u32::from(*found)),
            Self::Prompt => f.write_str("repeats a text of the prompt"),
        }
    }
}

/// Returns the first text of a value with a problem, and its path. The values of an `enum` are not texts of the model.
pub fn find(
    path: &str,
    rule: &Rule,
    value: &Value,
    problem_of: impl Fn(&str) -> Option<TextProblem>,
) -> Option<(String, TextProblem)> {
    walk(path, Some(rule), value, &problem_of)
}

fn walk(
    path: &str,
    rule: Option<&Rule>,
    value: &Value,
    problem_of: &dyn Fn(&str) -> Option<TextProblem>,
) -> Option<(String, TextProblem)> {
    if rule.is_some_and(|rule| rule.constraints.iter().any(|constraint| matches!(constraint, Constraint::Enum(_)))) {
        return None;
    }
    match value {
        Value::String(text) => problem_of(text).map(|problem| (path.to_owned(), problem)),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(at, item)| walk(&format!("{path}[{at}]"), item_rule(rule), item, problem_of)),
        Value::Object(members) => members.iter().find_map(|(key, member)| {
            let inside = format!("{path}.{key}");
            let unnamed = control_character(key).map(|found| (path.to_owned(), TextProblem::Control(found)));
            unnamed.or_else(|| walk(&inside, member_rule(rule, key), member, problem_of))
        }),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

fn item_rule(rule: Option<&Rule>) -> Option<&Rule> {
    match &rule?.value_type {
        ValueType::Array { items } => items.as_deref(),
        _ => None,
    }
}

fn member_rule<'a>(rule: Option<&'a Rule>, key: &str) -> Option<&'a Rule> {
    match &rule?.value_type {
        ValueType::Object { properties } => properties.iter().find(|(name, _)| name == key).map(|(_, rule)| rule),
        _ => None,
    }
}

/// Returns the first control character of a text besides tab and line ends.
pub fn control_character(text: &str) -> Option<char> {
    text.chars().find(|c| (*c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || *c == '\u{7f}')
}

/// Returns the first character that stands for damaged text: a control character of Latin-1, which text of another
/// encoding becomes, or U+FFFD. Rows can hold them.
pub fn damaged_character(text: &str) -> Option<char> {
    text.chars().find(|c| matches!(c, '\u{80}'..='\u{9f}' | '\u{fffd}'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rowsmith_plugin_api::text::is_visible;
    use serde_json::json;

    #[test]
    fn characters_that_are_no_text() {
        for (text, control, damaged, visible) in [
            ("plain, with\ttabs\r\nand lines", None, None, true),
            ("A caf\u{0}e9", Some('\u{0}'), None, true),
            ("\u{1b}[31mboat", Some('\u{1b}'), None, true),
            ("bell\u{7}", Some('\u{7}'), None, true),
            ("del\u{7f}", Some('\u{7f}'), None, true),
            ("don\u{92}t", None, Some('\u{92}'), true),
            ("caf\u{fffd}", None, Some('\u{fffd}'), true),
            ("naïve 漢字 👩\u{200d}🚀 שלום\u{200f}", None, None, true),
            ("", None, None, false),
            (" \t\n\u{a0}\u{3000}", None, None, false),
            ("\u{200b}\u{200d}\u{feff}\u{2060}", None, None, false),
            ("\u{3164}\u{2800}\u{ad}\u{fe0f}\u{e0041}", None, None, false),
            (".", None, None, true),
        ] {
            assert_eq!(
                (control_character(text), damaged_character(text), is_visible(text)),
                (control, damaged, visible),
                "{text:?}"
            );
        }
    }

    #[test]
    fn texts_are_found_at_every_depth() {
        let problem = |text: &str| control_character(text).map(TextProblem::Control);
        let level = Rule::new(ValueType::String).with(Constraint::Enum(vec![json!("a\u{1}")]));
        let untyped = Rule::new(ValueType::Array { items: None });
        let object = Rule::new(ValueType::Object { properties: vec![("level".to_owned(), level)] });
        for (rule, value, path) in [
            (&untyped, json!(["a", ["b", {"c": "\u{1}"}]]), Some("t[1][1].c")),
            (&untyped, json!(["a", {"\u{1}": "c"}]), Some("t[1]")),
            (&object, json!({"level": "a\u{1}"}), None),
            (&object, json!({"level": "a\u{1}", "more": "\u{1}"}), Some("t.more")),
            (&untyped, json!([1, true, null, "a"]), None),
        ] {
            assert_eq!(find("t", rule, &value, problem).map(|(path, _)| path).as_deref(), path, "{value}");
        }
    }
}
