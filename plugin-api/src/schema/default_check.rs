//! Checks at compile time that a default matches the schema of its field.

use super::bounds::{integer, is_duration_within, is_integer_within, is_number_within};
use super::fields::same;
use super::members::Members;
use super::shape::{Field, Schema, TaggedSchema};
use crate::duration;

/// Returns whether JSON text is a value of the schema, with all items and members. Meanings of strings are not checked.
pub(super) const fn fits(schema: &Schema, json: &[u8]) -> bool {
    let json = json.trim_ascii();
    match schema {
        Schema::Any => true,
        Schema::Boolean => same(json, b"true") || same(json, b"false"),
        Schema::Integer { minimum, maximum } => match integer(json) {
            Some(value) => is_integer_within(value, *minimum, *maximum),
            None => false,
        },
        Schema::Number { minimum, maximum } => is_number_within(json, *minimum, *maximum),
        Schema::Duration { minimum, maximum } => match json {
            [b'"', text @ .., b'"'] => match duration::parse(text) {
                Some(value) => is_duration_within(value, *minimum, *maximum),
                None => false,
            },
            _ => false,
        },
        Schema::String { .. } => matches!(json, [b'"', .., b'"']),
        Schema::Enum(names) => is_name(names, json),
        Schema::Array(items) => fits_list(json, items, None),
        Schema::FixedArray { items, length } => fits_list(json, items, Some(*length)),
        Schema::Tuple(items) => fits_tuple(json, items),
        Schema::Map(values) => fits_map(json, values),
        Schema::Object(object) => fits_table(json, object.fields, None),
        Schema::Tagged(tagged) => fits_tagged(json, tagged),
        Schema::OneOf(choices) => fits_any(json, choices),
    }
}

const fn fits_any(json: &[u8], choices: &[Schema]) -> bool {
    let mut at = 0;
    while at < choices.len() {
        if fits(&choices[at], json) {
            return true;
        }
        at += 1;
    }
    false
}

const fn fits_list(json: &[u8], items: &Schema, length: Option<usize>) -> bool {
    let Some(mut rest) = Members::of_array(json) else { return false };
    let mut count = 0;
    while let Some((item, next)) = rest.next() {
        if !fits(items, item.value) {
            return false;
        }
        rest = next;
        count += 1;
    }
    match length {
        Some(length) => count == length,
        None => true,
    }
}

const fn fits_tuple(json: &[u8], items: &[Schema]) -> bool {
    let Some(mut rest) = Members::of_array(json) else { return false };
    let mut count = 0;
    while let Some((item, next)) = rest.next() {
        if count == items.len() || !fits(&items[count], item.value) {
            return false;
        }
        rest = next;
        count += 1;
    }
    count == items.len()
}

const fn fits_map(json: &[u8], values: &Schema) -> bool {
    let Some(mut rest) = Members::of_object(json) else { return false };
    while let Some((member, next)) = rest.next() {
        if !fits(values, member.value) {
            return false;
        }
        rest = next;
    }
    true
}

/// Returns whether the members of an object are those of a table. A tag was checked before.
const fn fits_table(json: &[u8], fields: &[Field], tag: Option<&str>) -> bool {
    let Some(mut rest) = Members::of_object(json) else { return false };
    while let Some((member, next)) = rest.next() {
        let mut at = 0;
        while at < fields.len() && !same(fields[at].name.as_bytes(), member.name) {
            at += 1;
        }
        let is_tag = match tag {
            Some(tag) => same(tag.as_bytes(), member.name),
            None => false,
        };
        if !is_tag && (at == fields.len() || !fits(&fields[at].schema, member.value)) {
            return false;
        }
        rest = next;
    }
    let mut at = 0;
    while at < fields.len() {
        if fields[at].required && member(json, fields[at].name).is_none() {
            return false;
        }
        at += 1;
    }
    true
}

const fn fits_tagged(json: &[u8], tagged: &TaggedSchema) -> bool {
    let Some([b'"', name @ .., b'"']) = member(json, tagged.tag) else { return false };
    let mut at = 0;
    while at < tagged.variants.len() {
        if same(tagged.variants[at].name.as_bytes(), name) {
            return fits_table(json, tagged.variants[at].fields, Some(tagged.tag));
        }
        at += 1;
    }
    false
}

/// Returns the value of a member of an object.
const fn member<'a>(json: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let Some(mut rest) = Members::of_object(json) else { return None };
    while let Some((member, next)) = rest.next() {
        if same(member.name, name.as_bytes()) {
            return Some(member.value);
        }
        rest = next;
    }
    None
}

/// Names of an enum are compared as they are written; a name with an escape in JSON does not match.
const fn is_name(names: &[&str], json: &[u8]) -> bool {
    let [b'"', name @ .., b'"'] = json else { return false };
    let mut at = 0;
    while at < names.len() {
        if same(names[at].as_bytes(), name) {
            return true;
        }
        at += 1;
    }
    false
}

#[cfg(test)]
#[path = "default_check_tests.rs"]
mod tests;
