//! A valid rule of one value.

use super::constraint::Constraint;
use super::value_type::ValueType;

/// The type and the constraints of a value.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Type of the value.
    pub value_type: ValueType,
    /// Constraints in the order in which they are checked and described; at most one of each.
    pub constraints: Vec<Constraint>,
    /// Allows `null`.
    pub optional: bool,
    /// Description for the model; may be empty.
    pub description: String,
}

impl Rule {
    /// Creates a rule without constraints.
    pub fn new(value_type: ValueType) -> Self {
        Self { value_type, constraints: Vec::new(), optional: false, description: String::new() }
    }

    /// Adds a constraint.
    #[must_use]
    pub fn with(mut self, constraint: Constraint) -> Self {
        self.constraints.push(constraint);
        self
    }

    /// Makes `null` valid.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self
    }

    /// Returns whether a blank string is valid, as `min_length = 0` states.
    pub fn allows_blank(&self) -> bool {
        self.constraints.iter().any(|constraint| matches!(constraint, Constraint::MinLength(0)))
    }
}

/// One output column.
#[derive(Debug, Clone)]
pub struct OutputColumn {
    /// Name that the model sees.
    pub name: String,
    /// Name in the exported row.
    pub column: String,
    /// Rule of the values.
    pub rule: Rule,
}
