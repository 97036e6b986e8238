//! Ways in which a model's answer can be wrong.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One change to the right answer. Several are applied in the order they are given in; those that change the text as
/// a whole come after all that change items.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mutation {
    /// This text stands in place of the answer.
    Text(String),
    /// The answer stands in a Markdown code fence.
    Fences,
    /// The answer stands between two sentences.
    Prose,
    /// A `<think>` block with a decoy object stands in front.
    Think,
    /// The text ends in the middle of the item after this many complete ones, and the finish reason says so.
    CutAfter(usize),
    /// A comma stands behind the last item.
    TrailingComma,
    /// Every item has each of its fields twice, the wrong value second.
    DuplicateKeys,
    /// The finish reason is this, in the words of the dialect.
    Finish(String),
    /// The item with this number is missing.
    DropItem(usize),
    /// The items of rows whose JSON text contains this are missing.
    DropRows(String),
    /// An item comes twice.
    Repeat {
        /// Which item.
        item: usize,
        /// Whether the second one has other values.
        different: bool,
    },
    /// An item with an id that was never asked stands at the end.
    AddUnknown(String),
    /// The item with this number is missing, and each answer behind it stands under the id before its own; tags
    /// travel with the answers.
    Renumber(usize),
    /// Two answers stand under each other's ids; tags travel with the answers.
    Swap(usize, usize),
    /// Two answers stand under each other's ids, but each id has its own tag: what no check of one answer can see.
    SwapKeepingTags(usize, usize),
    /// The items come in reverse order.
    Shuffle,
    /// Fields with a fixed set of values have one from outside of it, in rows whose JSON text contains this.
    WrongEnum(String),
    /// A field has a value of the script's choice.
    SetField {
        /// In rows whose JSON text contains this.
        row_contains: String,
        /// The field, or `tag`; added when there is none of that name.
        field: String,
        /// Its value.
        value: Value,
    },
    /// A field is missing.
    RemoveField {
        /// In rows whose JSON text contains this.
        row_contains: String,
        /// The field, or `tag`.
        field: String,
    },
}

impl Mutation {
    /// A text that is not JSON.
    pub fn invalid_json() -> Self {
        Self::Text("{r0: this is not JSON".to_owned())
    }

    /// No text at all.
    pub fn empty_text() -> Self {
        Self::Text(String::new())
    }

    /// A refusal in plain words, with no sign of it outside the text.
    pub fn refusal() -> Self {
        Self::Text("I cannot help with that.".to_owned())
    }

    /// The items of rows whose JSON text contains `text` are missing.
    pub fn drop_rows(text: impl Into<String>) -> Self {
        Self::DropRows(text.into())
    }

    /// `field` has this value in rows whose JSON text contains `row_contains`.
    pub fn set(row_contains: impl Into<String>, field: impl Into<String>, value: impl Into<Value>) -> Self {
        Self::SetField { row_contains: row_contains.into(), field: field.into(), value: value.into() }
    }

    /// `field` has `count` words in rows whose JSON text contains `row_contains`.
    pub fn words(row_contains: impl Into<String>, field: impl Into<String>, count: usize) -> Self {
        Self::set(row_contains, field, vec!["word"; count].join(" "))
    }

    /// `field` is an empty text in rows whose JSON text contains `row_contains`.
    pub fn empty(row_contains: impl Into<String>, field: impl Into<String>) -> Self {
        Self::set(row_contains, field, "")
    }

    /// `field` is null in rows whose JSON text contains `row_contains`.
    pub fn null(row_contains: impl Into<String>, field: impl Into<String>) -> Self {
        Self::set(row_contains, field, Value::Null)
    }

    /// `field` is missing in rows whose JSON text contains `row_contains`.
    pub fn missing(row_contains: impl Into<String>, field: impl Into<String>) -> Self {
        Self::RemoveField { row_contains: row_contains.into(), field: field.into() }
    }

    /// There is one more field, `field`, in rows whose JSON text contains `row_contains`.
    pub fn extra(row_contains: impl Into<String>, field: impl Into<String>) -> Self {
        Self::set(row_contains, field, "nobody asked for this")
    }
}
