//! Tests of the check, by schema and value.

use serde_json::{Value, json};

use super::check_schema;

fn schema() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["path", "plugin"],
        "properties": {
            "path": {"type": "string", "minLength": 1, "description": "where it goes"},
            "plugin": {"type": "string", "pattern": "^[a-z]+$"},
            "rows": {"type": ["integer", "null"], "minimum": 1, "maximum": 20, "default": 20},
            "share": {"type": "number", "minimum": 0.5},
            "fallback": {"enum": ["repack", "individual", "none"]},
            "header": {"type": "boolean"},
            "columns": {"type": "array", "items": {"type": "string"}, "minItems": 1},
            "key": {"format": "secret", "type": ["string", "object"]},
            "limits": {"type": "object", "additionalProperties": {"type": "integer"}},
            "rule": {"$ref": "#/definitions/rule"},
            "pause": {"type": "string", "format": "time-span", "formatMinimum": "1s", "formatMaximum": "1h"},
            "pair": {"type": "array", "items": [{"type": "number"}, {"$ref": "#/definitions/rule"}], "minItems": 2, "maxItems": 2},
            "split": {"type": "object", "oneOf": [
                {
                    "type": "object", "additionalProperties": false, "required": ["kind"],
                    "properties": {"kind": {"type": "string", "const": "off"}},
                },
                {
                    "type": "object", "additionalProperties": false, "required": ["kind", "rows"],
                    "properties": {"kind": {"type": "string", "const": "fixed"}, "rows": {"type": "integer", "maximum": 20}},
                },
            ]},
            "sheet": {"anyOf": [{"type": "string"}, {"type": "integer"}, {"$ref": "#/definitions/rule"}]},
        },
        "definitions": {
            "rule": {
                "type": "object",
                "additionalProperties": false,
                "properties": {"max": {"type": "integer"}, "items": {"$ref": "#/definitions/rule"}},
            },
        },
    })
}

fn found(value: &Value, schema: &Value) -> Vec<String> {
    check_schema(value, schema)
        .into_iter()
        .map(|problem| {
            let kind = format!("{:?}", problem.kind);
            let name = kind.split(' ').next().unwrap_or_default().to_owned();
            format!("{name} {}", problem.pointer)
        })
        .collect()
}

#[test]
fn every_kind_of_violation_is_found() {
    let cases: Vec<(&str, Value, Vec<&str>)> = vec![
        ("nothing", json!({}), vec![]),
        ("unknown key", json!({"colums": []}), vec!["UnknownKey /colums"]),
        ("wrong type", json!({"header": "yes"}), vec!["WrongType /header"]),
        ("a float is no integer", json!({"rows": 2.0}), vec!["WrongType /rows"]),
        ("an integer is a number", json!({"share": 2}), vec![]),
        ("too small", json!({"rows": 0}), vec!["OutOfRange /rows"]),
        ("too large", json!({"rows": 21}), vec!["OutOfRange /rows"]),
        ("fraction too small", json!({"share": 0.4}), vec!["OutOfRange /share"]),
        ("not allowed", json!({"fallback": "repak"}), vec!["NotInEnum /fallback"]),
        ("enum of another type", json!({"fallback": 3}), vec!["NotInEnum /fallback"]),
        ("element", json!({"columns": ["a", 1, true]}), vec!["WrongType /columns/1", "WrongType /columns/2"]),
        ("no element", json!({"columns": []}), vec!["OutOfRange /columns"]),
        ("free keys", json!({"limits": {"a": 1, "b/c": "x"}}), vec!["WrongType /limits/b~1c"]),
        ("reference", json!({"rule": {"items": {"items": {"mx": 1}}}}), vec!["UnknownKey /rule/items/items/mx"]),
        ("one alternative fits", json!({"sheet": 3}), vec![]),
        ("no alternative has the type", json!({"sheet": [true]}), vec!["WrongType /sheet"]),
        ("one alternative comes close", json!({"sheet": {"max": "x"}}), vec!["WrongType /sheet/max"]),
        ("duration", json!({"pause": "1m 30s"}), vec![]),
        ("duration without a unit", json!({"pause": "90"}), vec!["OutOfRange /pause"]),
        ("duration as a number", json!({"pause": 90}), vec!["WrongType /pause"]),
        ("too short", json!({"pause": "999ms"}), vec!["OutOfRange /pause"]),
        ("too long", json!({"pause": "1h 1ns"}), vec!["OutOfRange /pause"]),
        ("pair", json!({"pair": [1, {"max": 1}]}), vec![]),
        ("items of a pair", json!({"pair": ["a", {"max": "b"}]}), vec!["WrongType /pair/0", "WrongType /pair/1/max"]),
        ("too short a pair", json!({"pair": [1]}), vec!["OutOfRange /pair"]),
        ("too long a pair", json!({"pair": [1, {}, 3]}), vec!["OutOfRange /pair"]),
        ("variant", json!({"split": {"rows": 3, "kind": "fixed"}}), vec![]),
        ("no variant", json!({"split": {"rows": 3}}), vec!["MissingTag /split"]),
        ("misspelt tag", json!({"split": {"knd": "fixed", "rows": 3}}), vec!["UnknownKey /split/knd"]),
        ("unknown variant", json!({"split": {"kind": "fixd", "rowz": 3}}), vec!["NotInEnum /split/kind"]),
        ("variant of another type", json!({"split": {"kind": 1}}), vec!["WrongType /split/kind"]),
        ("no table", json!({"split": "off"}), vec!["WrongType /split"]),
        (
            "keys of a variant",
            json!({"split": {"kind": "fixed", "rows": 21, "col": 1}}),
            vec!["OutOfRange /split/rows", "UnknownKey /split/col"],
        ),
        ("missing key of a variant", json!({"split": {"kind": "fixed"}}), vec!["MissingKey /split"]),
        ("misspelt key of a variant", json!({"split": {"kind": "fixed", "row": 3}}), vec!["UnknownKey /split/row"]),
        ("key of another variant", json!({"split": {"kind": "off", "rows": 3}}), vec!["KeyOfOtherVariant /split/rows"]),
        ("secret by variable", json!({"key": {"env": "KEY"}}), vec![]),
        ("secret by file", json!({"key": {"file": "key.txt"}}), vec![]),
        ("secret as text", json!({"key": "text"}), vec![]),
        ("secret from both", json!({"key": {"env": "A", "file": "b"}}), vec!["NotASecret /key"]),
        ("secret from nothing", json!({"key": {}}), vec!["NotASecret /key"]),
        ("secret misspelt", json!({"key": {"enf": "A"}}), vec!["UnknownKey /key/enf"]),
        ("secret of another type", json!({"key": 5}), vec!["NotASecret /key"]),
        ("variable of another type", json!({"key": {"env": 5}}), vec!["WrongType /key/env"]),
        ("variable without a name", json!({"key": {"env": ""}}), vec!["OutOfRange /key/env"]),
    ];
    for (name, mut value, wanted) in cases {
        let table = value.as_object_mut().unwrap();
        table.insert("path".to_owned(), json!("out.csv"));
        table.insert("plugin".to_owned(), json!("csv"));
        assert_eq!(found(&value, &schema()), wanted, "{name}");
    }
}

#[test]
fn all_violations_are_found_at_once() {
    let value = json!({"paht": "x", "plugin": "CSV!", "rows": "many", "key": 1, "columns": [1]});
    let wanted =
        ["UnknownKey /paht", "OutOfRange /plugin", "WrongType /rows", "NotASecret /key", "WrongType /columns/0"];
    // `path` is missing because it is misspelt, which is one problem.
    assert_eq!(found(&value, &schema()), wanted);
    assert_eq!(found(&json!({"x": 1}), &schema()), ["UnknownKey /x", "MissingKey ", "MissingKey "]);
    assert_eq!(found(&json!("text"), &schema()), ["WrongType "]);
}

#[test]
fn an_invalid_schema_is_reported_and_does_not_hang() {
    let cases = [
        ("circle", json!({"$ref": "#/definitions/a", "definitions": {"a": {"$ref": "#/definitions/a"}}})),
        ("nowhere", json!({"$ref": "#/definitions/b"})),
        ("elsewhere", json!({"$ref": "https://example.org/schema.json"})),
        ("pattern", json!({"pattern": "("})),
    ];
    for (name, schema) in cases {
        assert_eq!(found(&json!("text"), &schema), ["BadSchema "], "{name}");
    }
    for anything in [json!(true), json!(null), json!({"type": 3, "enum": "x", "items": 1, "required": "y"})] {
        assert_eq!(found(&json!({"a": [1]}), &anything), Vec::<String>::new());
    }
}
