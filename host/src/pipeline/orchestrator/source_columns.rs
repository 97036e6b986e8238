//! Checks the columns of the source against the settings. Pure.

use crate::document::nearest;
use crate::pipeline::fingerprint::InputPlan;
use crate::settings::{Anchor, MissingInput, Settings};

/// Checks that no output column exists in the source, and that the first chunk has every input column.
///
/// # Errors
/// A message that names the column.
pub(super) fn check(settings: &Settings, plan: &InputPlan, columns: &[String], is_first: bool) -> Result<(), String> {
    let has = |name: &String| columns.contains(name);
    if let Some(output) = settings.enrich.output.iter().find(|output| has(&output.column)) {
        return Err(format!(
            "the output column `{}` is already a column of the source; give it another name with `column` in [enrich.output.{}]",
            output.column, output.name
        ));
    }
    if let Some(status) = settings.run.status_column.as_ref().filter(|status| has(status)) {
        return Err(format!("the status column `{status}` is already a column of the source; give it another name"));
    }
    if let Some((key, column)) = is_first.then(|| unknown_column(settings, columns)).flatten() {
        return Err(format!(
            "`{key}` names the column `{column}`, which is not in the source{}",
            hint(column, columns)
        ));
    }
    if !is_first || settings.enrich.missing_input == MissingInput::Ignore {
        return Ok(());
    }
    let Some(missing) = plan.missing().next() else { return Ok(()) };
    let names = columns.iter().map(|column| format!("`{column}`")).collect::<Vec<_>>().join(", ");
    let hint = hint(missing, columns);
    Err(format!("the input column `{missing}` is not in the source, which has {names}{hint}"))
}

/// Returns a column that a key of `[batch]` names and the source does not have, if all columns are input columns.
fn unknown_column<'a>(settings: &'a Settings, columns: &[String]) -> Option<(&'static str, &'a String)> {
    match &settings.batch.anchor {
        Anchor::Column(column) if settings.enrich.input.is_empty() && !columns.contains(column) => {
            Some(("anchor", column))
        }
        _ => None,
    }
}

fn hint(missing: &str, columns: &[String]) -> String {
    let near = nearest(missing, columns.iter().map(String::as_str));
    near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}
