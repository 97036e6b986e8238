//! Writes the items as text.
//!
//! No JSON writer is used, because some changes repeat keys or cut the text off.

use super::draft::{Draft, Item};
use crate::expected::other_answer;
use crate::prompt::Shape;
use serde_json::{Map, Value};

impl Draft<'_> {
    /// Returns the text of the answer.
    pub(super) fn text(&self) -> String {
        let (open, close) = match self.shape {
            Shape::Keyed => ('{', '}'),
            Shape::Array => ('[', ']'),
        };
        let mut pieces: Vec<String> = self.items.iter().map(|item| self.item_text(item)).collect();
        if let Some(complete) = self.cut_after {
            pieces.truncate(complete.saturating_add(1));
            if let Some(last) = pieces.get_mut(complete) {
                *last = last.chars().take(last.chars().count() / 2).collect();
            }
            return format!("{open}{}", pieces.join(","));
        }
        let comma = if self.trailing_comma && !pieces.is_empty() { "," } else { "" };
        format!("{open}{}{comma}{close}", pieces.join(","))
    }

    fn item_text(&self, item: &Item) -> String {
        let id = Value::from(item.id.as_str());
        let other = if self.duplicate_keys { other_answer(&item.content.row, self.fields) } else { Map::new() };
        let fields = item.content.object.iter().chain(&other).map(|(name, value)| (name.as_str(), value));
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
