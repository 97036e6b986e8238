//! Concatenates and checks the keys of a table at compile time.

use super::default_check::fits;
use super::shape::{Field, Schema};
use super::text::Text;

/// Room for the message of a compile error; longer names are cut.
const MESSAGE_BYTES: usize = 200;

const EMPTY: Field = Field { name: "", description: "", required: false, default: None, schema: Schema::Any };

/// The field of a tag, for the check that no other key has its name.
pub const fn tag_field(name: &'static str) -> Field {
    Field { name, required: true, schema: Schema::String { format: None }, ..EMPTY }
}

/// The number of fields in all parts.
pub const fn fields_len(parts: &[&[Field]]) -> usize {
    let mut total = 0;
    let mut at = 0;
    while at < parts.len() {
        total += parts[at].len();
        at += 1;
    }
    total
}

/// The fields of all parts in order, with the given defaults (pairs of key and JSON text) in place of their own.
/// `N` is [`fields_len`] of the parts.
///
/// # Panics
/// If two fields have one name, if a default names no field, or if a default does not match its field. As this runs at
/// compile time, each of them is a compile error.
pub const fn concat_fields<const N: usize>(parts: &[&[Field]], defaults: &[(&str, &'static str)]) -> [Field; N] {
    let mut fields = [EMPTY; N];
    let mut filled = 0;
    let mut part = 0;
    while part < parts.len() {
        let mut at = 0;
        while at < parts[part].len() {
            fields[filled] = parts[part][at];
            filled += 1;
            at += 1;
        }
        part += 1;
    }
    let mut at = 0;
    while at < defaults.len() {
        let (name, json) = defaults[at];
        set_default(&mut fields, name, json);
        at += 1;
    }
    check(&fields);
    fields
}

const fn set_default(fields: &mut [Field], name: &str, json: &'static str) {
    let place = position(fields, name, 0);
    if place == fields.len() {
        fail(name, " is no key of a flattened table");
    }
    fields[place].default = Some(json);
    fields[place].required = false;
}

const fn check(fields: &[Field]) {
    let mut at = 0;
    while at < fields.len() {
        let field = &fields[at];
        if position(fields, field.name, at + 1) < fields.len() {
            fail(field.name, " is the name of two keys of this table");
        }
        if let Some(json) = field.default
            && !fits(&field.schema, json.as_bytes())
        {
            fail(field.name, " has a default that does not match its type or its bounds");
        }
        if field.schema.has_no_value() {
            fail(field.name, " has a minimum above its maximum");
        }
        at += 1;
    }
}

/// The index of the field of that name, from `start` on; the number of fields if there is none.
const fn position(fields: &[Field], name: &str, start: usize) -> usize {
    let mut at = start;
    while at < fields.len() {
        if same(fields[at].name.as_bytes(), name.as_bytes()) {
            return at;
        }
        at += 1;
    }
    at
}

pub(super) const fn same(left: &[u8], right: &[u8]) -> bool {
    if left.len() != right.len() {
        return false;
    }
    let mut at = 0;
    while at < left.len() {
        if left[at] != right[at] {
            return false;
        }
        at += 1;
    }
    true
}

const fn fail(name: &str, problem: &str) -> ! {
    let mut buffer = [b' '; MESSAGE_BYTES];
    let mut message = Text::new(&mut buffer);
    message.raw("`");
    message.raw(name);
    message.raw("`");
    message.raw(problem);
    match std::str::from_utf8(&buffer) {
        Ok(message) => panic!("{}", message.trim_ascii_end()),
        Err(_) => panic!("{}", problem),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn field(name: &'static str, default: Option<&'static str>) -> Field {
        let schema = Schema::Integer { minimum: Some(1), maximum: Some(20) };
        Field { name, description: "", required: default.is_none(), default, schema }
    }

    #[test]
    fn parts_keep_their_order() {
        let parts: &[&[Field]] = &[&[field("a", None)], &[], &[field("b", Some("2")), field("c", None)]];
        assert_eq!(fields_len(parts), 3);
        let fields: [Field; 3] = concat_fields(parts, &[("c", "3")]);
        assert_eq!(
            fields.map(|field| (field.name, field.default, field.required)),
            [("a", None, true), ("b", Some("2"), false), ("c", Some("3"), false),]
        );
    }

    #[test]
    #[should_panic(expected = "`a` is the name of two keys")]
    fn duplicate_names_fail() {
        let _: [Field; 2] = concat_fields(&[&[field("a", None)], &[field("a", None)]], &[]);
    }

    #[test]
    #[should_panic(expected = "`b` is no key of a flattened table")]
    fn a_default_for_an_unknown_key_fails() {
        let _: [Field; 1] = concat_fields(&[&[field("a", None)]], &[("b", "1")]);
    }

    #[test]
    #[should_panic(expected = "`a` has a default that does not match")]
    fn a_default_out_of_bounds_fails() {
        let _: [Field; 1] = concat_fields(&[&[field("a", Some("21"))]], &[]);
    }

    #[test]
    #[should_panic(expected = "`a` has a minimum above its maximum")]
    fn bounds_without_a_value_fail() {
        let schema = Schema::Duration { minimum: Some("1m"), maximum: Some("59s") };
        let _: [Field; 1] = concat_fields(&[&[Field { schema, ..field("a", None) }]], &[]);
    }
}
