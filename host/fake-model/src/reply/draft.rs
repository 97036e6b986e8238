//! The text of an answer while it is made: right at first, then changed step by step.
//!
//! The text is put together by hand and not by a JSON writer, since some changes make it repeat keys or stop short.

use super::Finish;
use crate::ask::{Ask, Shape};
use crate::expected::{expected_answer, other_answer};
use crate::field::{Field, FieldKind};
use crate::script::Mutation;
use serde_json::{Map, Value};

/// What a field with a fixed set of values holds when it is to be wrong.
const OUTSIDE_VALUE: &str = "neither of them";

/// One answer under an id. The row and its text belong to the answer, not to the id: they move with it.
#[derive(Clone, Debug)]
struct Item {
    id: String,
    content: Content,
}

#[derive(Clone, Debug)]
struct Content {
    object: Map<String, Value>,
    row: Value,
    row_text: String,
}

/// An answer in the making.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    shape: Shape,
    fields: &'a [Field],
    items: Vec<Item>,
    trailing_comma: bool,
    duplicate_keys: bool,
    cut_after: Option<usize>,
}

impl<'a> Draft<'a> {
    /// The right answer to `ask`.
    pub(super) fn new(ask: &Ask, fields: &'a [Field]) -> Self {
        let items = ask.rows.iter().map(|seen| {
            let tag = seen.tag.iter().map(|tag| ("tag".to_owned(), Value::from(tag.as_str())));
            let object = tag.chain(expected_answer(&seen.row, fields)).collect();
            Item {
                id: seen.id.clone(),
                content: Content {
                    object,
                    row: seen.row.clone(),
                    row_text: seen.row_text(),
                },
            }
        });
        Self {
            shape: ask.shape,
            fields,
            items: items.collect(),
            trailing_comma: false,
            duplicate_keys: false,
            cut_after: None,
        }
    }

    /// Applies the changes and gives the text and the reason why it ends.
    pub(super) fn finish(mut self, mutations: &[Mutation]) -> (String, Finish) {
        for mutation in mutations {
            self.change_items(mutation);
        }
        let mut text = self.text();
        let mut finish = if self.cut_after.is_some() {
            Finish::Length
        } else {
            Finish::Stop
        };
        for mutation in mutations {
            match mutation {
                Mutation::Text(other) => text.clone_from(other),
                Mutation::Fences => text = format!("```json\n{text}\n```"),
                Mutation::Prose => text = format!("Here are the answers:\n\n{text}\n\nI hope that they are of use."),
                Mutation::Think => text = format!("<think>Perhaps {{\"r0\": {{\"draft\": 1}}}} first.</think>\n{text}"),
                Mutation::Finish(reason) => finish = Finish::Other(reason.clone()),
                _ => {}
            }
        }
        (text, finish)
    }

    fn change_items(&mut self, mutation: &Mutation) {
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
                self.each(text, |object| {
                    object.extend(choices().map(|field| (field.name.clone(), Value::from(OUTSIDE_VALUE))));
                });
            }
            Mutation::SetField {
                row_contains,
                field,
                value,
            } => self.each(row_contains, |object| {
                object.insert(field.clone(), value.clone());
            }),
            Mutation::RemoveField { row_contains, field } => self.each(row_contains, |object| {
                object.shift_remove(field);
            }),
            Mutation::CutAfter(items) => self.cut_after = Some(*items),
            Mutation::TrailingComma => self.trailing_comma = true,
            Mutation::DuplicateKeys => self.duplicate_keys = true,
            Mutation::Text(_) | Mutation::Fences | Mutation::Prose | Mutation::Think | Mutation::Finish(_) => {}
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
        let content = Content {
            object,
            row: Value::Null,
            row_text: String::new(),
        };
        self.items.push(Item {
            id: id.to_owned(),
            content,
        });
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

    fn each(&mut self, row_contains: &str, change: impl Fn(&mut Map<String, Value>)) {
        for item in self
            .items
            .iter_mut()
            .filter(|item| item.content.row_text.contains(row_contains))
        {
            change(&mut item.content.object);
        }
    }

    fn text(&self) -> String {
        let (open, close) = match self.shape {
            Shape::Keyed => ('{', '}'),
            Shape::Array => ('[', ']'),
        };
        let mut pieces: Vec<String> = self.items.iter().map(|item| self.item_text(item)).collect();
        if let Some(complete) = self.cut_after {
            pieces.truncate(complete + 1);
            if let Some(last) = pieces.get_mut(complete) {
                *last = last.chars().take(last.chars().count() / 2).collect();
            }
            return format!("{open}{}", pieces.join(","));
        }
        let comma = if self.trailing_comma && !pieces.is_empty() {
            ","
        } else {
            ""
        };
        format!("{open}{}{comma}{close}", pieces.join(","))
    }

    fn item_text(&self, item: &Item) -> String {
        let id = Value::from(item.id.as_str());
        let other = if self.duplicate_keys {
            other_answer(&item.content.row, self.fields)
        } else {
            Map::new()
        };
        let fields = item
            .content
            .object
            .iter()
            .chain(&other)
            .map(|(name, value)| (name.as_str(), value));
        let member = |(name, value): (&str, &Value)| format!("{}:{value}", Value::from(name));
        match self.shape {
            Shape::Keyed => format!("{id}:{{{}}}", fields.map(member).collect::<Vec<_>>().join(",")),
            Shape::Array => {
                let members = std::iter::once(("id", &id)).chain(fields).map(member);
                format!("{{{}}}", members.collect::<Vec<_>>().join(","))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::RowSeen;
    use serde_json::json;

    const FIELDS: fn() -> Vec<Field> = crate::field::default_fields;

    fn ask(shape: Shape) -> Ask {
        let row = |index: usize| RowSeen {
            id: format!("r{index}"),
            tag: Some(format!("t{index}")),
            row: json!({"Topic": format!("topic {index}")}),
            rejected: None,
        };
        Ask {
            shape,
            rows: (0..4).map(row).collect(),
            ..Ask::default()
        }
    }

    fn text(shape: Shape, mutations: &[Mutation]) -> (String, Finish) {
        Draft::new(&ask(shape), &FIELDS()).finish(mutations)
    }

    /// What stands where: the id and the number of the row that the tag and the values belong to.
    fn layout(shape: Shape, mutations: &[Mutation]) -> Vec<String> {
        let (text, _) = text(shape, mutations);
        let value: Value = serde_json::from_str(&text).unwrap();
        let items: Vec<(String, Value)> = match value {
            Value::Object(map) => map.into_iter().collect(),
            Value::Array(items) => items
                .into_iter()
                .map(|item| (item["id"].as_str().unwrap().to_owned(), item))
                .collect(),
            other => panic!("{other}"),
        };
        let rows = ask(shape).rows;
        let owner = |item: &Value| {
            let right = |seen: &RowSeen| expected_answer(&seen.row, &FIELDS())["tldr"] == item["tldr"];
            rows.iter()
                .position(right)
                .map_or("?".to_owned(), |row| row.to_string())
        };
        items
            .into_iter()
            .map(|(id, item)| format!("{id} {} {}", item["tag"].as_str().unwrap_or("-"), owner(&item)))
            .collect()
    }

    #[test]
    fn items_move_as_asked() {
        let cases: [(&str, Mutation, &[&str]); 8] = [
            ("drop item", Mutation::DropItem(1), &["r0 t0 0", "r2 t2 2", "r3 t3 3"]),
            (
                "drop rows",
                Mutation::drop_rows("topic 2"),
                &["r0 t0 0", "r1 t1 1", "r3 t3 3"],
            ),
            ("renumber", Mutation::Renumber(1), &["r0 t0 0", "r1 t2 2", "r2 t3 3"]),
            (
                "swap",
                Mutation::Swap(0, 2),
                &["r0 t2 2", "r1 t1 1", "r2 t0 0", "r3 t3 3"],
            ),
            (
                "swap unseen",
                Mutation::SwapKeepingTags(0, 2),
                &["r0 t0 2", "r1 t1 1", "r2 t2 0", "r3 t3 3"],
            ),
            (
                "shuffle",
                Mutation::Shuffle,
                &["r3 t3 3", "r2 t2 2", "r1 t1 1", "r0 t0 0"],
            ),
            (
                "unknown",
                Mutation::AddUnknown("zz".to_owned()),
                &["r0 t0 0", "r1 t1 1", "r2 t2 2", "r3 t3 3", "zz - ?"],
            ),
            (
                "out of range",
                Mutation::Swap(0, 9),
                &["r0 t0 0", "r1 t1 1", "r2 t2 2", "r3 t3 3"],
            ),
        ];
        for (name, mutation, want) in cases {
            for shape in [Shape::Keyed, Shape::Array] {
                assert_eq!(layout(shape, std::slice::from_ref(&mutation)), want, "{name} {shape:?}");
            }
        }
        let repeated = layout(
            Shape::Array,
            &[Mutation::Repeat {
                item: 0,
                different: false,
            }],
        );
        assert_eq!(repeated[..2], ["r0 t0 0", "r0 t0 0"]);
        let different = layout(
            Shape::Array,
            &[Mutation::Repeat {
                item: 0,
                different: true,
            }],
        );
        assert_eq!(different[..2], ["r0 t0 0", "r0 t0 ?"]);
    }

    #[test]
    fn fields_change_only_in_the_rows_named() {
        let cases = [
            (
                "enum",
                Mutation::WrongEnum("topic 1".to_owned()),
                "challenge",
                Some(json!(OUTSIDE_VALUE)),
            ),
            (
                "words",
                Mutation::words("topic 1", "tldr", 3),
                "tldr",
                Some(json!("word word word")),
            ),
            ("empty", Mutation::empty("topic 1", "tldr"), "tldr", Some(json!(""))),
            ("null", Mutation::null("topic 1", "tldr"), "tldr", Some(Value::Null)),
            ("missing", Mutation::missing("topic 1", "tldr"), "tldr", None),
            (
                "extra",
                Mutation::extra("topic 1", "more"),
                "more",
                Some(json!("nobody asked for this")),
            ),
            ("tag", Mutation::set("topic 1", "tag", "bad"), "tag", Some(json!("bad"))),
        ];
        let (right, _) = text(Shape::Keyed, &[]);
        let right: Value = serde_json::from_str(&right).unwrap();
        for (name, mutation, field, want) in cases {
            let (changed, finish) = text(Shape::Keyed, &[mutation]);
            let changed: Value = serde_json::from_str(&changed).unwrap();
            assert_eq!(changed["r1"].get(field), want.as_ref(), "{name}");
            assert_eq!(changed["r0"], right["r0"], "{name}");
            assert_eq!(finish, Finish::Stop, "{name}");
        }
    }

    #[test]
    fn the_text_as_a_whole_can_be_wrong() {
        let (right, _) = text(Shape::Keyed, &[]);
        let cases = [
            ("fences", vec![Mutation::Fences], format!("```json\n{right}\n```")),
            (
                "refusal",
                vec![Mutation::refusal()],
                "I cannot help with that.".to_owned(),
            ),
            ("empty", vec![Mutation::empty_text()], String::new()),
            (
                "comma",
                vec![Mutation::TrailingComma],
                format!("{},}}", right.strip_suffix('}').unwrap()),
            ),
        ];
        for (name, mutations, want) in cases {
            assert_eq!(text(Shape::Keyed, &mutations).0, want, "{name}");
        }
        assert!(text(Shape::Keyed, &[Mutation::Prose]).0.contains(&right));
        let (thought, _) = text(Shape::Keyed, &[Mutation::Fences, Mutation::Think]);
        assert!(thought.starts_with("<think>") && thought.ends_with("```"), "{thought}");
        let (doubled, _) = text(Shape::Keyed, &[Mutation::DuplicateKeys]);
        assert_eq!(doubled.matches("\"tldr\":").count(), 8);
        assert!(serde_json::from_str::<Value>(&text(Shape::Keyed, &[Mutation::invalid_json()]).0).is_err());
    }

    #[test]
    fn a_cut_keeps_whole_items_and_half_of_the_next() {
        for (shape, ends) in [(Shape::Keyed, 2), (Shape::Array, 2)] {
            let (cut, finish) = text(shape, &[Mutation::CutAfter(2)]);
            assert_eq!(finish, Finish::Length);
            assert_eq!(cut.matches('}').count(), ends, "{shape:?}");
            assert!(
                cut.contains("\"t1\"") && cut.contains("r2") && !cut.contains("\"t3\""),
                "{cut}"
            );
        }
        let (whole, finish) = text(
            Shape::Keyed,
            &[Mutation::CutAfter(9), Mutation::Finish("OTHER".to_owned())],
        );
        assert_eq!(whole.matches('}').count(), 4, "all items, no end");
        assert_eq!(finish, Finish::Other("OTHER".to_owned()));
    }
}
