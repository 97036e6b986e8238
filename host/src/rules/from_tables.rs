//! Reads rules from the tables of a config.

use super::contradictions::contradictions;
use super::raw_rule::RawRule;
use super::rule::{OutputColumn, Rule};
use super::rule_problem::{InvalidRule, RuleProblem};
use super::value_type::ValueType;
use crate::document::{check_schema, pointer};
use rowsmith_plugin_api::row::ColumnType;
use rowsmith_plugin_api::schema::{ConfigSchema, to_value};
use serde::Deserialize;
use serde_json::{Map, Value};

/// Reads the tables of `[enrich.output]`.
///
/// # Errors
/// All problems of all tables.
pub fn from_tables(tables: &Map<String, Value>) -> Result<Vec<OutputColumn>, Vec<RuleProblem>> {
    let mut reader = Reader { schema: to_value(&RawRule::SCHEMA), problems: Vec::new() };
    let mut outputs = Vec::new();
    for (name, table) in tables {
        if let Some((column, rule)) = reader.rule(&pointer::push("", name), table) {
            outputs.push(OutputColumn { name: name.clone(), column: column.unwrap_or_else(|| name.clone()), rule });
        }
    }
    if reader.problems.is_empty() { Ok(outputs) } else { Err(reader.problems) }
}

struct Reader {
    schema: Value,
    problems: Vec<RuleProblem>,
}

impl Reader {
    /// Reads one table; returns the name of the exported column and the rule, if both are valid.
    fn rule(&mut self, pointer: &str, table: &Value) -> Option<(Option<String>, Rule)> {
        let before = self.problems.len();
        // Without `..`, so that a new field has to be read here.
        let RawRule { column, value_type, constraints, items, properties, optional, description } =
            self.raw_rule(pointer, table)?;
        let (constraints, invalid) = constraints.into_constraints();
        for (key, reason) in invalid {
            self.invalid(pointer::push(pointer, key), reason);
        }
        let value_type = self.value_type(pointer, value_type, items.as_ref(), properties.as_ref());
        let rule = Rule { value_type, constraints, optional, description };
        for reason in contradictions(&rule) {
            self.invalid(pointer.to_owned(), reason);
        }
        (self.problems.len() == before).then_some((column, rule))
    }

    fn raw_rule(&mut self, pointer: &str, table: &Value) -> Option<RawRule> {
        let mut shape = check_schema(table, &self.schema);
        if !shape.is_empty() {
            for problem in &mut shape {
                problem.pointer.insert_str(0, pointer);
            }
            self.problems.push(RuleProblem::Shape(shape));
            return None;
        }
        match RawRule::deserialize(table) {
            Ok(raw) => Some(raw),
            Err(error) => {
                self.invalid(pointer.to_owned(), InvalidRule::Unreadable(error.to_string()));
                None
            }
        }
    }

    fn value_type(
        &mut self,
        pointer: &str,
        name: ColumnType,
        items: Option<&Value>,
        properties: Option<&Map<String, Value>>,
    ) -> ValueType {
        let items = items.map(|table| self.rule(&pointer::push(pointer, "items"), table));
        let base = pointer::push(pointer, "properties");
        let properties: Option<Vec<_>> = properties.map(|tables| {
            let rule =
                |(key, table): (&String, _)| Some((key.clone(), self.rule(&pointer::push(&base, key), table)?.1));
            tables.iter().filter_map(rule).collect()
        });
        let items = items.flatten().map(|(_, rule)| Box::new(rule));
        ValueType::new(name, items, properties.unwrap_or_default()).unwrap_or_else(|reason| {
            self.invalid(pointer.to_owned(), reason);
            ValueType::from(name)
        })
    }

    fn invalid(&mut self, pointer: String, reason: InvalidRule) {
        self.problems.push(RuleProblem::Invalid { pointer, reason });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// Returns the pointer of each problem with the variant of its reason.
    fn problems(tables: &Value) -> Vec<String> {
        let problems = from_tables(tables.as_object().unwrap()).err().unwrap_or_default();
        let shown = |problem: RuleProblem| match problem {
            RuleProblem::Shape(problems) => problems.iter().map(|p| p.pointer.clone() + " Shape").collect::<String>(),
            RuleProblem::Invalid { pointer, reason } => {
                let reason = format!("{reason:?}");
                format!("{pointer} {}", reason.split([' ', '(']).next().unwrap_or_default())
            }
        };
        problems.into_iter().map(shown).collect()
    }

    #[test]
    fn invalid_rules_are_reported_with_pointer_and_reason() {
        for (tables, expected) in [
            (json!({"a": {"type": "string", "max_words": 12}}), vec![]),
            (json!({"a": {"type": "integer", "max_words": 12}}), vec!["/a WrongType"]),
            (json!({"a": {"items": {}, "properties": {"b": {}}}}), vec!["/a WrongType"]),
            (json!({"a": {"type": "number", "min": 5, "max": 1}}), vec!["/a EmptyRange"]),
            (json!({"a": {"min_length": 5, "max_length": 1}}), vec!["/a EmptyRange"]),
            (json!({"a": {"enum": ["x", 1]}}), vec!["/a EnumValue"]),
            (json!({"a": {"enum": ["a b c", "d"], "max_words": 2}}), vec!["/a EnumValue"]),
            (json!({"a": {"enum": []}}), vec!["/a/enum EmptyEnum"]),
            (json!({"a": {"pattern": "("}}), vec!["/a/pattern Pattern"]),
            (json!({"a": {"type": "array", "items": {"typ": "string"}}}), vec!["/a/items/typ Shape"]),
            (
                json!({"a": {"type": "object", "properties": {"b/c": {"min": 1}}}, "d": {"pattern": "("}}),
                vec!["/a/properties/b~1c WrongType", "/d/pattern Pattern"],
            ),
            (json!({"a": {"maxwords": 3}}), vec!["/a/maxwords Shape"]),
        ] {
            assert_eq!(problems(&tables), expected, "{tables}");
        }
    }
}
