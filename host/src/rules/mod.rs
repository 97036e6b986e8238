//! The constraints that output columns have to satisfy.
//!
//! A [`Rule`] is a type with a list of [`Constraint`]s. [`from_tables`] and [`from_json_schema`] read rules,
//! [`contradictions`] finds those that no value satisfies, [`check`] validates values, [`texts`] finds texts that are never
//! values, [`describe`] and [`answer_schema`] state the rules to the model, [`canonical`] writes them into the row key, and [`answer_size`]
//! estimates answers. All of it is pure.
//!
//! A new constraint needs a variant of [`Constraint`] and a field of [`RawConstraints`]; nothing compiles until every
//! function above handles both.

pub mod answer_schema;
pub mod answer_size;
pub mod canonical;
pub mod check;
mod constraint;
pub mod contradictions;
pub mod describe;
mod from_json_schema;
mod from_tables;
mod keywords;
mod raw_rule;
mod rule;
mod rule_problem;
pub mod texts;
mod value_type;
pub mod wording;

pub use constraint::Constraint;
pub use from_json_schema::from_json_schema;
pub use from_tables::from_tables;
pub use raw_rule::{RawConstraints, RawRule};
pub use rule::{OutputColumn, Rule};
pub use rule_problem::{InvalidRule, RuleProblem};
pub use value_type::ValueType;

#[cfg(test)]
#[path = "constraint_tests.rs"]
mod tests;
