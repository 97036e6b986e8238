//! Schemas of config types: their JSON text as constants, and their agreement with the values that are read.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use rowsmith_plugin_api::schema::{
    ConfigSchema, Field, ObjectSchema, PluginConfig, Schema, json_len, to_value, write_json,
};
use rowsmith_plugin_api::schema_json;
use serde::Deserialize;
use serde_json::{Map, Value, json};

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("the schema is JSON")
}

/// Reading of rows.
///
/// The file is read
/// once.
#[derive(PluginConfig)]
#[expect(dead_code, reason = "only the schema is looked at")]
struct Reader {
    /// The file to read.
    path: PathBuf,
    /// At most this many rows.
    #[config(min = 1, max = 20)]
    max_rows: Option<u32>,
    #[config(default)]
    checks: Checks,
    /// The "root" address:
    /// C:\data — naïve 🦀
    #[config(format = "uri")]
    base_url: String,
    #[serde(rename = "type")]
    kind: Kind,
    #[serde(skip)]
    state: Vec<u8>,
    r#in: bool,
}

/// The selected part.
#[derive(PluginConfig, Default)]
#[serde(rename_all = "kebab-case")]
#[expect(dead_code, reason = "only the schema is looked at")]
struct Checks {
    #[config(default)]
    strict: bool,
    #[config(default = 0.5)]
    max_ratio: f64,
}

#[derive(Deserialize, ConfigSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Plain,
    #[serde(rename = "gz")]
    Gzip,
    #[serde(skip)]
    #[expect(dead_code, reason = "only the schema is looked at")]
    Internal(u8),
    ZStandard,
}

#[derive(PluginConfig)]
#[expect(dead_code, reason = "only the schema is looked at")]
struct Collections {
    many: Vec<Checks>,
    named: BTreeMap<String, Checks>,
    counts: HashMap<String, NonZeroU32>,
    nested: Vec<Vec<i64>>,
    boxed: Box<Option<f32>>,
    free: Value,
    table: Map<String, Value>,
    nothing: (),
}

#[derive(PluginConfig)]
struct Unit;

type Alias = Option<u8>;

#[derive(PluginConfig)]
#[serde(rename_all = "camelCase")]
struct Optional {
    through_an_alias: Alias,
    boxed: Box<Option<u8>>,
    always_there: u8,
}

const READER: &str = schema_json!(Reader);
const CHECKS: &str = schema_json!(Checks);
const KIND: &str = schema_json!(Kind);
const COLLECTIONS: &str = schema_json!(Collections);
const UNIT: &str = schema_json!(Unit);
const OPTIONAL: &str = schema_json!(Optional);
/// The form of a link section.
static SECTION: [u8; READER.len()] = write_json(&Reader::SCHEMA);

fn checks(description: &str) -> Value {
    json!({
        "type": "object",
        "description": description,
        "additionalProperties": false,
        "properties": {"strict": {"type": "boolean"}, "max-ratio": {"type": "number", "default": 0.5}},
        "required": [],
    })
}

#[test]
fn a_struct_is_an_object_with_described_properties() {
    let expected = json!({
        "type": "object",
        "description": "Reading of rows.\n\nThe file is read once.",
        "additionalProperties": false,
        "properties": {
            "path": {"type": "string", "description": "The file to read.", "format": "path"},
            "max_rows": {"type": "integer", "description": "At most this many rows.", "minimum": 1, "maximum": 20},
            "checks": checks("The selected part."),
            "base_url": {"type": "string", "description": "The \"root\" address: C:\\data — naïve 🦀", "format": "uri"},
            "type": {"type": "string", "enum": ["plain", "gz", "z_standard"]},
            "in": {"type": "boolean"},
        },
        "required": ["path", "base_url", "type", "in"],
    });
    assert_eq!(parsed(READER), expected);
}

#[test]
fn each_type_has_its_shape() {
    for (name, text, expected) in [
        ("defaults and rename_all", CHECKS, checks("The selected part.")),
        ("enum", KIND, json!({"type": "string", "enum": ["plain", "gz", "z_standard"]})),
        (
            "unit struct",
            UNIT,
            json!({"type": "object", "additionalProperties": false, "properties": {}, "required": []}),
        ),
    ] {
        assert_eq!(parsed(text), expected, "{name}");
    }
}

#[test]
fn collections_nest() {
    let properties = &parsed(COLLECTIONS)["properties"];
    let checks = checks("The selected part.");
    for (name, expected) in [
        ("many", json!({"type": "array", "items": checks})),
        ("named", json!({"type": "object", "additionalProperties": checks})),
        ("counts", json!({"type": "object", "additionalProperties": {"type": "integer", "minimum": 1}})),
        ("nested", json!({"type": "array", "items": {"type": "array", "items": {"type": "integer"}}})),
        ("boxed", json!({"type": "number"})),
        ("free", json!({})),
        ("table", json!({"type": "object", "additionalProperties": {}})),
        ("nothing", parsed(UNIT)),
    ] {
        assert_eq!(properties[name], expected, "{name}");
    }
    assert_eq!(
        parsed(COLLECTIONS)["required"],
        json!(["many", "named", "counts", "nested", "free", "table", "nothing"]),
    );
}

#[test]
fn options_are_not_required_whatever_their_name() {
    assert_eq!(parsed(OPTIONAL)["required"], json!(["alwaysThere"]));
    let read: Optional = serde_json::from_value(json!({"alwaysThere": 1})).unwrap();
    assert_eq!((read.through_an_alias, *read.boxed, read.always_there), (None, None, 1));
    assert!(serde_json::from_value::<Optional>(json!({"throughAnAlias": 1})).is_err());
}

#[test]
fn the_schema_has_the_keys_that_are_read() {
    let config = json!({
        "path": "rows.csv", "max_rows": 3, "checks": {"strict": true, "max-ratio": 0.1},
        "base_url": "https://example.org", "type": "z_standard", "in": true,
    });
    let named: Vec<String> = parsed(READER)["properties"].as_object().unwrap().keys().cloned().collect();
    let given: Vec<String> = config.as_object().unwrap().keys().cloned().collect();
    assert_eq!(named, given);
    serde_json::from_value::<Reader>(config).unwrap();
}

#[test]
fn schemas_written_by_hand_render_too() {
    const CHOICES: Schema = Schema::OneOf(&[Schema::String { format: Some("secret") }, Schema::Boolean, Schema::Any]);
    const OBJECT: Schema = Schema::Object(&ObjectSchema {
        description: "line\u{1}\n\"quoted\"",
        fields: &[Field {
            name: "a \"b\"",
            description: "either",
            required: true,
            default: Some("true"),
            schema: CHOICES,
        }],
    });
    const LEN: usize = json_len(&OBJECT);
    const BYTES: [u8; LEN] = write_json(&OBJECT);
    let expected = concat!(
        r#"{"type":"object","description":"line\u0001\n\"quoted\"","additionalProperties":false,"properties":{"a \"b\"":"#,
        r#"{"description":"either","anyOf":[{"type":"string","format":"secret"},{"type":"boolean"},{}],"default":true}},"#,
        r#""required":["a \"b\""]}"#,
    );
    assert_eq!(std::str::from_utf8(&BYTES).unwrap(), expected);
    assert_eq!(to_value(&OBJECT), parsed(expected));
}

#[test]
fn constant_and_value_agree() {
    assert_eq!(to_value(&Reader::SCHEMA), parsed(READER));
    assert_eq!(to_value(&Collections::SCHEMA), parsed(COLLECTIONS));
    assert_eq!(SECTION.as_slice(), READER.as_bytes());
}

#[test]
fn bounds_only_become_tighter() {
    for (name, schema, expected) in [
        ("unsigned keeps zero", u8::SCHEMA.with_minimum("-5"), json!({"type": "integer", "minimum": 0})),
        ("unsigned from two", u8::SCHEMA.with_minimum("2"), json!({"type": "integer", "minimum": 2})),
        (
            "signed",
            i8::SCHEMA.with_minimum("-5").with_maximum("-1"),
            json!({"type": "integer", "minimum": -5, "maximum": -1}),
        ),
        ("twice", i8::SCHEMA.with_maximum("1").with_maximum("9"), json!({"type": "integer", "maximum": 1})),
        (
            "numbers",
            f64::SCHEMA.with_minimum("0.5").with_minimum("-1").with_maximum("1e1").with_maximum("9.5"),
            json!({"type": "number", "minimum": 0.5, "maximum": 9.5}),
        ),
        ("format", String::SCHEMA.with_format("uri"), json!({"type": "string", "format": "uri"})),
    ] {
        assert_eq!(to_value(&schema), expected, "{name}");
    }
    let span = to_value(&Duration::SCHEMA.with_minimum("\"1s\"").with_minimum("\"1ms\"").with_maximum("\"1h\""));
    assert_eq!((&span["format"], &span["type"]), (&json!("time-span"), &json!("string")));
    assert_eq!((&span["formatMinimum"], &span["formatMaximum"]), (&json!("1s"), &json!("1h")));
}

/// The compiler limits the evaluation of constants; a schema far larger than real ones stays below the limit.
#[test]
fn large_schemas_evaluate() {
    const TEXT: &str =
        "0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 01234567";
    const WORDS: Schema = Schema::Enum(&[TEXT; 200]);
    const LEN: usize = json_len(&WORDS);
    static BYTES: [u8; LEN] = write_json(&WORDS);
    assert_eq!(serde_json::from_slice::<Value>(&BYTES).unwrap(), to_value(&WORDS));
}
