//! Changes to the items of an answer.

use super::draft::{Content, Draft, Item};
use crate::expected::{expected_answer, other_answer};
use crate::field::FieldKind;
use crate::script::Mutation;
use serde_json::{Map, Value};

/// The value of a wrong field that has a fixed set of values.
pub(super) const OUTSIDE_VALUE: &str = "neither of them";

impl Draft<'_> {
    /// Applies a mutation of items; mutations of the whole text have no effect here.
    pub(super) fn apply(&mut self, mutation: &Mutation) {
        match mutation {
            Mutation::DropItem(item) => drop(self.take(*item)),
            Mutation::DropRows(text) => self.items.retain(|item| !item.content.row_text.contains(text)),
            Mutation::Repeat { item, different } => self.repeat(*item, *different),
            Mutation::AddUnknown(id) => self.add_unknown(id),
            Mutation::Renumber(item) => self.renumber(*item),
            Mutation::Swap(first, second) => self.swap(*first, *second),
            Mutation::SwapKeepingTags(first, second) => {
                // Swapping the tags back leaves each under its own id.
                self.swap(*first, *second);
                self.swap_tags(*first, *second);
            }
            Mutation::Shuffle => self.items.reverse(),
            Mutation::WrongEnum(text) => {
                let fields = self.fields;
                let choices = || fields.iter().filter(|field| matches!(field.kind, FieldKind::Choice(_)));
                self.for_rows(text, |object| {
                    object.extend(choices().map(|field| (field.name.clone(), Value::from(OUTSIDE_VALUE))));
                });
            }
            Mutation::SetField { row_contains, field, value } => self.for_rows(row_contains, |object| {
                object.insert(field.clone(), value.clone());
            }),
            Mutation::RemoveField { row_contains, field } => self.for_rows(row_contains, |object| {
                object.shift_remove(field);
            }),
            Mutation::CutAfter(items) => self.cut_after = Some(*items),
            Mutation::TrailingComma => self.trailing_comma = true,
            Mutation::DuplicateKeys => self.duplicate_keys = true,
            Mutation::CopyId(field) => {
                for item in &mut self.items {
                    item.content.object.insert(field.clone(), Value::from(item.id.as_str()));
                }
            }
            Mutation::CopyTag(field) => self.for_rows("", |object| {
                if let Some(tag) = object.get("tag").cloned() {
                    object.insert(field.clone(), tag);
                }
            }),
            Mutation::Text(_)
            | Mutation::Around { .. }
            | Mutation::Replace { .. }
            | Mutation::Contradict
            | Mutation::PreviousAnswer
            | Mutation::Fences
            | Mutation::Prose
            | Mutation::Think
            | Mutation::CopyPrompt(_)
            | Mutation::Finish(_) => {}
        }
    }

    /// Gives every item a well-formed wrong answer.
    pub(super) fn contradict(&mut self) {
        for item in &mut self.items {
            item.content.object.extend(other_answer(&item.content.row, self.fields));
        }
    }

    /// Fills every text field with a piece of the prompt, beginning at a position.
    pub(super) fn copy(&mut self, pieces: &[String], first: usize) {
        let texts: Vec<&str> =
            self.fields.iter().filter(|field| field.kind == FieldKind::Text).map(|field| field.name.as_str()).collect();
        for (item, piece) in self.items.iter_mut().zip(pieces.iter().cycle().skip(first)) {
            item.content.object.extend(texts.iter().map(|name| ((*name).to_owned(), Value::from(piece.as_str()))));
        }
    }

    fn take(&mut self, item: usize) -> Option<Item> {
        (item < self.items.len()).then(|| self.items.remove(item))
    }

    fn repeat(&mut self, item: usize, different: bool) {
        let Some(mut copy) = self.items.get(item).cloned() else {
            return;
        };
        if different {
            copy.content.object.extend(other_answer(&copy.content.row, self.fields));
        }
        self.items.insert(item + 1, copy);
    }

    fn add_unknown(&mut self, id: &str) {
        let object = expected_answer(&Value::Null, self.fields);
        let content = Content { object, row: Value::Null, row_text: String::new() };
        self.items.push(Item { id: id.to_owned(), content });
    }

    fn renumber(&mut self, item: usize) {
        let Some(mut id) = self.take(item).map(|dropped| dropped.id) else {
            return;
        };
        for later in self.items.iter_mut().skip(item) {
            std::mem::swap(&mut later.id, &mut id);
        }
    }

    fn swap(&mut self, first: usize, second: usize) {
        if first < self.items.len() && second < self.items.len() {
            self.items.swap(first, second);
            self.swap_part(first, second, |item| &mut item.id);
        }
    }

    fn swap_tags(&mut self, first: usize, second: usize) {
        let tag = |item: Option<&Item>| item.and_then(|item| item.content.object.get("tag").cloned());
        let tags = (tag(self.items.get(first)), tag(self.items.get(second)));
        for (item, tag) in [(first, tags.1), (second, tags.0)] {
            if let (Some(item), Some(tag)) = (self.items.get_mut(item), tag) {
                item.content.object.insert("tag".to_owned(), tag);
            }
        }
    }

    fn swap_part<T>(&mut self, first: usize, second: usize, part: impl Fn(&mut Item) -> &mut T) {
        if let Ok([first, second]) = self.items.get_disjoint_mut([first, second]) {
            std::mem::swap(part(first), part(second));
        }
    }

    fn for_rows(&mut self, row_contains: &str, change: impl Fn(&mut Map<String, Value>)) {
        for item in self.items.iter_mut().filter(|item| item.content.row_text.contains(row_contains)) {
            change(&mut item.content.object);
        }
    }
}
