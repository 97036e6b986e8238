//! Builds the answer: every row under its own name, with every output column.

use crate::plain::blocks;
use crate::reading::{Fields, Reading};
use crate::rules::Rules;
use crate::value::object;
use rowsmith_plugin_api::prelude::{Completion, CompletionRequest, Result};

/// Returns the answer to all rows of a request.
pub(crate) fn answer(request: &CompletionRequest) -> Result<Completion> {
    let rules = Rules::parse(&request.rules)?;
    request.answer_each(|row| {
        let fields = Fields::of_row(row);
        let blocks = blocks(&fields.prose);
        Ok(object(&rules, &Reading::new(&fields, &blocks)))
    })
}
