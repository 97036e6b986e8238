//! Tests of the check of defaults, by schema and value.

use super::*;
use crate::schema::shape::{ObjectSchema, VariantSchema};

const BOUNDED: Schema = Schema::Integer { minimum: Some(-1), maximum: Some(20) };
const SHARE: Schema = Schema::Number { minimum: Some("0.0"), maximum: Some("2") };
const PAUSE: Schema = Schema::Duration { minimum: Some("1s"), maximum: Some("1h") };
const NAMES: Schema = Schema::Enum(&["one", "two"]);
const TEXT: Schema = Schema::String { format: None };
const PAIR: Schema = Schema::Tuple(&[SHARE, TEXT]);
const FIELDS: &[Field] = &[field("rows", true, BOUNDED), field("pause", false, PAUSE)];
const TABLE: Schema = Schema::Object(&ObjectSchema { description: "", fields: FIELDS });
const TAGGED: Schema = Schema::Tagged(&TaggedSchema {
    description: "",
    tag: "kind",
    variants: &[
        VariantSchema { name: "off", description: "", fields: &[] },
        VariantSchema { name: "fixed", description: "", fields: FIELDS },
    ],
});

const fn field(name: &'static str, required: bool, schema: Schema) -> Field {
    Field { name, description: "", required, default: None, schema }
}

#[test]
fn scalars_are_checked_against_kind_bounds_and_names() {
    for (schema, json, expected) in [
        (Schema::Any, "null", true),
        (Schema::Boolean, "true", true),
        (Schema::Boolean, "\"true\"", false),
        (BOUNDED, "20", true),
        (BOUNDED, "-1", true),
        (BOUNDED, "21", false),
        (BOUNDED, "-2", false),
        (BOUNDED, "1.0", false),
        (BOUNDED, "-", false),
        (BOUNDED, "\"1\"", false),
        (SHARE, "0", true),
        (SHARE, "2.0", true),
        (SHARE, "2.0000000000000000001", false),
        (SHARE, "-0.1", false),
        (SHARE, "true", false),
        (PAUSE, "\"1m 30s\"", true),
        (PAUSE, "\"3600s\"", true),
        (PAUSE, "\"999ms\"", false),
        (PAUSE, "\"1h 1ns\"", false),
        (PAUSE, "\"30\"", false),
        (PAUSE, "30", false),
        (TEXT, "\"\"", true),
        (TEXT, "1", false),
        (NAMES, "\"two\"", true),
        (NAMES, "\"three\"", false),
        (NAMES, "\"", false),
        (Schema::OneOf(&[TEXT, BOUNDED]), "3", true),
        (Schema::OneOf(&[TEXT, BOUNDED]), "true", false),
    ] {
        assert_eq!(fits(&schema, json.as_bytes()), expected, "{schema:?} {json}");
    }
}

#[test]
fn items_and_members_are_checked() {
    for (schema, json, expected) in [
        (Schema::Array(&TEXT), "[]", true),
        (Schema::Array(&TEXT), "[\"a\", \"b\"]", true),
        (Schema::Array(&TEXT), "[\"a\",1]", false),
        (Schema::Array(&TEXT), "{}", false),
        (Schema::FixedArray { items: &BOUNDED, length: 2 }, "[1,20]", true),
        (Schema::FixedArray { items: &BOUNDED, length: 2 }, "[1,21]", false),
        (Schema::FixedArray { items: &BOUNDED, length: 2 }, "[1]", false),
        (Schema::FixedArray { items: &BOUNDED, length: 2 }, "[1,2,3]", false),
        (PAIR, "[0.5,\"a\"]", true),
        (PAIR, "[\"a\",0.5]", false),
        (PAIR, "[0.5]", false),
        (PAIR, "[0.5,\"a\",1]", false),
        (Schema::Map(&BOUNDED), "{}", true),
        (Schema::Map(&BOUNDED), "{\"a\":1}", true),
        (Schema::Map(&BOUNDED), "{\"a\":21}", false),
        (TABLE, "{\"rows\":3,\"pause\":\"2s\"}", true),
        (TABLE, "{\"rows\":3}", true),
        (TABLE, "{\"rows\":21}", false),
        (TABLE, "{\"pause\":\"2s\"}", false),
        (TABLE, "{\"rows\":3,\"colour\":1}", false),
        (TABLE, "[]", false),
        (TAGGED, "{\"kind\":\"off\"}", true),
        (TAGGED, "{\"rows\":3,\"kind\":\"fixed\"}", true),
        (TAGGED, "{\"kind\":\"off\",\"rows\":3}", false),
        (TAGGED, "{\"kind\":\"fixed\"}", false),
        (TAGGED, "{\"kind\":\"fixd\",\"rows\":3}", false),
        (TAGGED, "{\"kind\":1,\"rows\":3}", false),
        (TAGGED, "{\"rows\":3}", false),
        (TAGGED, "\"off\"", false),
    ] {
        assert_eq!(fits(&schema, json.as_bytes()), expected, "{schema:?} {json}");
    }
}
