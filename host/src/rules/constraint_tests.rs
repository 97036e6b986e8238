//! Every constraint in every function that handles constraints.
//!
//! A new constraint touches: `Constraint`, `RawConstraints`, and the matches of `constraint`, `canonical`, `check`,
//! `contradictions`, `describe`, `answer_schema`, `answer_size` and `from_json_schema`, each of which the compiler
//! names; then `config/reference.toml` and, where it helps, the plugin provider-extractive.

use super::canonical::rules_json;
use super::{Constraint, RawConstraints, Rule, ValueType, check, describe, from_json_schema, from_tables};
use serde_json::{Value, json};
use std::num::NonZeroUsize;

struct Case {
    type_name: &'static str,
    /// Value of the key in the config, and of the keyword in a JSON Schema.
    setting: Value,
    keyword: &'static str,
    valid: Value,
    invalid: Value,
}

/// All fields, so that a new constraint appears here.
fn all_constraints() -> Vec<Constraint> {
    let constraints = RawConstraints {
        allowed: Some(vec![json!("a")]),
        min: Some(1.0),
        max: Some(2.0),
        min_length: Some(1),
        max_length: Some(2),
        max_words: NonZeroUsize::new(2),
        pattern: Some("a".to_owned()),
    };
    let (constraints, invalid) = constraints.into_constraints();
    assert!(invalid.is_empty());
    constraints
}

fn case(constraint: &Constraint) -> Case {
    let (type_name, setting, keyword, valid, invalid) = match constraint {
        Constraint::Enum(values) => ("string", json!(values), "enum", json!("a"), json!("b")),
        Constraint::MaxWords(max) => ("string", json!(max), "x-max-words", json!("a b"), json!("a b c")),
        Constraint::MinLength(min) => ("array", json!(min), "minItems", json!([1]), json!([])),
        Constraint::MaxLength(max) => ("string", json!(max), "maxLength", json!("ab"), json!("abc")),
        Constraint::Min(min) => ("number", json!(min), "minimum", json!(1), json!(0.5)),
        Constraint::Max(max) => ("integer", json!(max), "maximum", json!(2), json!(3)),
        Constraint::Pattern(pattern) => ("string", json!(pattern.as_str()), "pattern", json!("bab"), json!("b")),
    };
    Case { type_name, setting, keyword, valid, invalid }
}

#[test]
fn every_constraint_is_read_checked_and_described() {
    for constraint in all_constraints() {
        let key = constraint.key();
        let case = case(&constraint);
        let tables = json!({"x": {"type": case.type_name, key: case.setting}});
        let outputs = from_tables(tables.as_object().unwrap()).unwrap();
        let rule = &outputs[0].rule;
        assert_eq!(rule.constraints.iter().map(Constraint::key).collect::<Vec<_>>(), [key], "read from the config");

        let schema = json!({"properties": {"x": {"type": case.type_name, case.keyword: case.setting}}});
        assert_eq!(rules_json(&from_json_schema(&schema).unwrap()), rules_json(&outputs), "read from a JSON Schema");

        let reason = |value| check::violation("x", rule, value).map(|violation| violation.reason.name());
        assert_eq!((reason(&case.valid), reason(&case.invalid)), (None, Some(key)));

        let plain = Rule::new(ValueType::from(rule.value_type.name()));
        assert_ne!(describe::line(rule), describe::line(&plain), "{key} is described");
        assert!(constraint.applies_to(rule.value_type.name()));
    }
}
