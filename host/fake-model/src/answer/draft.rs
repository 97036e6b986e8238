//! An answer before it is written as text.

use crate::expected::expected_answer;
use crate::field::Field;
use crate::prompt::{Prompt, Shape};
use serde_json::{Map, Value};

/// One answer under an id. Swapping contents moves the row and its text together with the answer.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) id: String,
    pub(super) content: Content,
}

/// The answer to a row.
#[derive(Clone, Debug)]
pub(super) struct Content {
    pub(super) object: Map<String, Value>,
    pub(super) row: Value,
    pub(super) row_text: String,
}

/// The items of an answer, and how they are written.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    pub(super) shape: Shape,
    pub(super) fields: &'a [Field],
    pub(super) items: Vec<Item>,
    pub(super) trailing_comma: bool,
    pub(super) duplicate_keys: bool,
    pub(super) cut_after: Option<usize>,
}

impl<'a> Draft<'a> {
    /// Returns the right answer to `prompt`.
    pub(super) fn right(prompt: &Prompt, fields: &'a [Field]) -> Self {
        let items = prompt.rows.iter().map(|asked| {
            let tag = asked.tag.iter().map(|tag| ("tag".to_owned(), Value::from(tag.as_str())));
            let fixed = prompt.fixed.get(&asked.id).cloned().unwrap_or_default();
            let object = fixed.into_iter().chain(tag).chain(expected_answer(&asked.row, fields)).collect();
            let content = Content { object, row: asked.row.clone(), row_text: asked.row_text() };
            Item { id: asked.id.clone(), content }
        });
        Self {
            shape: prompt.shape,
            fields,
            items: items.collect(),
            trailing_comma: false,
            duplicate_keys: false,
            cut_after: None,
        }
    }
}
