//! Changes that make a model's answer wrong.

use serde_json::Value;

/// One change to the right answer.
///
/// Several are applied in order: first those that change items, then those that change the whole text.
#[derive(Clone, Debug, PartialEq)]
pub enum Mutation {
    /// The answer is this text.
    Text(String),
    /// The answer is inside a Markdown code fence.
    Fences,
    /// The answer is between two sentences.
    Prose,
    /// A `<think>` block with a decoy object comes first.
    Think,
    /// Every text field has a piece of the prompt as its value: a sentence, or a string of its JSON. The first item has the
    /// piece at this position, each later item the next one.
    CopyPrompt(usize),
    /// The text is cut off in the item after this many complete ones; the finish reason states it.
    CutAfter(usize),
    /// These texts are before and after the answer.
    Around {
        /// Text before the answer.
        before: String,
        /// Text after the answer.
        after: String,
    },
    /// Every occurrence of a text in the answer is replaced.
    Replace {
        /// The text.
        from: String,
        /// Its replacement.
        to: String,
    },
    /// A second answer to the same rows follows, with other values.
    Contradict,
    /// The answer is that to the rows of the previous request, with their ids and tags; without one it is empty.
    PreviousAnswer,
    /// A field has the id of its row as its value.
    CopyId(String),
    /// A field has the tag of its row as its value.
    CopyTag(String),
    /// A comma follows the last item.
    TrailingComma,
    /// Every item has each of its fields twice, the wrong value second.
    DuplicateKeys,
    /// The finish reason is this text.
    Finish(String),
    /// The item at this position is missing.
    DropItem(usize),
    /// The items of rows whose JSON text contains this are missing.
    DropRows(String),
    /// An item is repeated.
    Repeat {
        /// Position of the item.
        item: usize,
        /// True if the second one has other values.
        different: bool,
    },
    /// An item with an id that was not asked comes last.
    AddUnknown(String),
    /// The item at this position is missing, and each later answer moves to the previous id, with its tag.
    Renumber(usize),
    /// Two answers have each other's ids; tags move with the answers.
    Swap(usize, usize),
    /// Two answers have each other's ids, but each id keeps its own tag. No check of one answer can detect this.
    SwapKeepingTags(usize, usize),
    /// The items come in reverse order.
    Shuffle,
    /// Fields with a fixed set of values have another value, in rows whose JSON text contains this.
    WrongEnum(String),
    /// A field has this value.
    SetField {
        /// In rows whose JSON text contains this.
        row_contains: String,
        /// The field, or `tag`; added if missing.
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

    /// An empty text.
    pub fn empty_text() -> Self {
        Self::Text(String::new())
    }

    /// A refusal as plain text, with a normal finish reason.
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

    /// `field` is added to rows whose JSON text contains `row_contains`.
    pub fn extra(row_contains: impl Into<String>, field: impl Into<String>) -> Self {
        Self::set(row_contains, field, "not asked for")
    }
}
