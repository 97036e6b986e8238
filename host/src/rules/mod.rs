//! The output columns: what an answer must be.
//!
//! [`rule`] holds the checked rules, [`parse`] reads them from a config table or a JSON Schema file,
//! [`check`] judges a value, [`answer_schema`] writes the schema that services decode under, and
//! [`describe`] puts a rule into words for the prompt.

pub mod answer_schema;
pub mod check;
pub mod describe;
pub mod parse;
pub mod raw_rule;
pub mod rule;

pub use raw_rule::RawRule;
pub use rule::{OutputColumn, Rule, ValueType};
