//! Validates the value of one output column. Pure.

use crate::pipeline::own_text::OwnText;
use crate::pipeline::parse::Fields;
use crate::pipeline::row_failure::RowFailure;
use crate::rules::{OutputColumn, check, texts};
use serde_json::Value;

/// Returns the value of a column, or the reason why it is not valid. A missing value of an optional column is null.
pub(super) fn validated<'a>(
    output: &OutputColumn,
    fields: &'a Fields<'_>,
    row: usize,
    own_text: &OwnText,
) -> Result<&'a Value, RowFailure> {
    let name = &output.name;
    let value = match fields.iter().find(|(known, _)| known == name) {
        Some((_, value)) => value,
        None if output.rule.optional => &Value::Null,
        None => return Err(RowFailure::missing_field(name, &given(fields))),
    };
    if let Some(violation) = check::violation(name, &output.rule, value) {
        return Err(RowFailure::violation(name, &violation, value));
    }
    match texts::find(name, &output.rule, value, |text| own_text.problem_of(row, text)) {
        Some((path, problem)) => Err(RowFailure::text(name, &path, problem, value)),
        None => Ok(value),
    }
}

/// Returns the fields of an answer as an object, without its tag.
fn given(fields: &Fields<'_>) -> Value {
    let given = fields.iter().filter(|(name, _)| name != "tag");
    Value::Object(given.map(|(name, value)| (name.clone().into_owned(), value.clone())).collect())
}
