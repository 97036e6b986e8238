//! Puts the answer's text together: every row under its own name, the tag first, then every output column.

use crate::plain::blocks;
use crate::reading::{Fields, Reading};
use crate::rows::{Batch, Question};
use crate::rules::Rules;
use crate::value::object;
use rowsmith_plugin_api::prelude::Value;
use rowsmith_plugin_api::prelude::serde_json::Map;

/// The answer to a batch, as JSON text in the shape of the question.
pub(crate) fn answer(batch: Batch, rules: &Rules) -> String {
    let answer = match batch {
        Batch::Keyed(rows) => rows.into_iter().map(|(key, row)| (key, row_answer(None, row, rules))).collect(),
        Batch::Listed(rows) => {
            Value::Array(rows.into_iter().map(|(id, row)| row_answer(Some(id), row, rules)).collect())
        }
    };
    answer.to_string()
}

fn row_answer(id: Option<Value>, question: Question, rules: &Rules) -> Value {
    let mut answer = Map::new();
    answer.extend(id.map(|id| ("id".to_owned(), id)));
    answer.extend(question.tag.map(|tag| ("tag".to_owned(), tag)));
    let fields = Fields::of_row(&question.row);
    let blocks = blocks(&fields.prose);
    answer.extend(object(rules, &Reading::new(&fields, &blocks)));
    Value::Object(answer)
}
