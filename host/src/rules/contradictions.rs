//! Finds rules that no value can satisfy, and constraints that do not apply to the type.

use super::check;
use super::constraint::Constraint;
use super::rule::Rule;
use super::rule_problem::InvalidRule;

/// Returns all contradictions of a rule, without those of the values inside.
pub fn contradictions(rule: &Rule) -> Vec<InvalidRule> {
    let name = rule.value_type.name();
    let misplaced = rule.constraints.iter().filter(|constraint| !constraint.applies_to(name));
    let mut found: Vec<_> =
        misplaced.map(|constraint| InvalidRule::WrongType { key: constraint.key(), name }).collect();
    found.extend(rule.constraints.iter().flat_map(|constraint| conflicts(constraint, rule)));
    found
}

/// Returns the conflicts of a constraint with the other ones.
fn conflicts(constraint: &Constraint, rule: &Rule) -> Vec<InvalidRule> {
    let others = || rule.constraints.iter();
    let range = |conflict: bool, min, max| Vec::from_iter(conflict.then_some(InvalidRule::EmptyRange { min, max }));
    match constraint {
        Constraint::Enum(values) => {
            let others = others().filter(|constraint| !matches!(constraint, Constraint::Enum(_))).cloned().collect();
            let rest = Rule { constraints: others, ..rule.clone() };
            let invalid = values.iter().filter_map(|value| Some((value, check::violation("enum", &rest, value)?)));
            invalid
                .map(|(value, violation)| InvalidRule::EnumValue {
                    value: value.clone(),
                    violation: Box::new(violation),
                })
                .collect()
        }
        Constraint::Min(min) => {
            let conflict = others().any(|other| matches!(other, Constraint::Max(max) if min > max));
            range(conflict, "min", "max")
        }
        Constraint::MinLength(min) => {
            let conflict = others().any(|other| matches!(other, Constraint::MaxLength(max) if min > max));
            range(conflict, "min_length", "max_length")
        }
        Constraint::MaxWords(_) | Constraint::MaxLength(_) | Constraint::Max(_) | Constraint::Pattern(_) => Vec::new(),
    }
}
