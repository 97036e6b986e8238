//! The columns of an output with their types: those of the source, then those that the run adds. Pure.

use crate::rules::OutputColumn;
use rowsmith_plugin_api::row::{Column, ColumnOrigin, ColumnType};
use std::collections::HashMap;

/// The columns that are known before the rows.
#[derive(Debug, Clone, Default)]
pub(super) struct KnownColumns {
    /// The columns that the scraper announced.
    source: Vec<Column>,
    /// The columns of the outputs, then the status column.
    added: Vec<Column>,
}

impl KnownColumns {
    /// Creates the columns of a run whose scraper has announced nothing.
    pub(super) fn new(outputs: &[OutputColumn], status_column: Option<&str>) -> Self {
        let output = |output: &OutputColumn| Column {
            origin: ColumnOrigin::Output,
            ..Column::typed(&output.column, output.rule.value_type.name())
        };
        let status = status_column
            .map(|name| Column { origin: ColumnOrigin::Status, ..Column::typed(name, ColumnType::String) });
        Self { source: Vec::new(), added: outputs.iter().map(output).chain(status).collect() }
    }

    /// Sets the columns that the scraper announced.
    pub(super) fn announce(&mut self, source: Vec<Column>) {
        self.source = source.into_iter().map(|column| Column { origin: ColumnOrigin::Source, ..column }).collect();
    }

    /// Returns the names of all known columns.
    pub(super) fn names(&self) -> Vec<String> {
        self.source.iter().chain(&self.added).map(|column| column.name.clone()).collect()
    }

    /// Returns the names of the columns that the run adds.
    pub(super) fn added(&self) -> Vec<String> {
        self.added.iter().map(|column| column.name.clone()).collect()
    }

    /// Describes columns by their names; others than the known ones are of the source, with an unknown type.
    pub(super) fn describe(&self, names: &[String]) -> Vec<Column> {
        let columns = self.source.iter().chain(self.added.iter().rev());
        let known: HashMap<&str, &Column> = columns.map(|column| (column.name.as_str(), column)).collect();
        let described = |name: &String| known.get(name.as_str()).map_or_else(|| Column::new(name), |c| (*c).clone());
        names.iter().map(described).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Rule, ValueType};

    #[test]
    fn columns_have_the_types_of_their_origin() {
        let output = |name: &str, value_type| OutputColumn {
            name: name.to_owned(),
            column: name.to_uppercase(),
            rule: Rule::new(value_type),
        };
        let outputs = [output("tags", ValueType::Array { items: None }), output("votes", ValueType::Integer)];
        let mut columns = KnownColumns::new(&outputs, Some("Status"));
        assert_eq!(columns.names(), ["TAGS", "VOTES", "Status"]);
        columns.announce(vec![Column::typed("id", ColumnType::Number)]);
        assert_eq!(columns.names(), ["id", "TAGS", "VOTES", "Status"]);
        let names = ["id", "late", "TAGS", "Status"].map(str::to_owned);
        let described = [
            Column::typed("id", ColumnType::Number),
            Column::new("late"),
            Column { origin: ColumnOrigin::Output, ..Column::typed("TAGS", ColumnType::Array) },
            Column { origin: ColumnOrigin::Status, ..Column::typed("Status", ColumnType::String) },
        ];
        assert_eq!(columns.describe(&names), described);
    }
}
