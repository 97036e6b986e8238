//! Types of settings beyond words and numbers: variants, bounded numbers, durations, and lists of fixed length.

use rowsmith_plugin_api::schema::{ConfigSchema, PluginConfig, to_value};
use rowsmith_plugin_api::schema_json;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// Settings of a source.
#[derive(Debug, PartialEq, PluginConfig)]
struct Source {
    /// Division of the text.
    #[config(default = { kind = "fixed", rows = 5 })]
    split: Split,
    /// Share of the rows.
    #[config(default = 0.5, min = 0, max = 1.0)]
    share: f64,
    /// Pause between two pages.
    #[config(default = "1m 30s", min = "1s", max = "1h")]
    pause: Duration,
    #[config(default = (0.0, 1.0))]
    range: (f64, f64),
    #[config(default = [640, 480])]
    size: [u32; 2],
    #[config(min = "1ms")]
    patience: Option<Duration>,
    #[config(default = ["1s", "2s"])]
    steps: Vec<Duration>,
    #[config(default)]
    waits: BTreeMap<String, Option<Duration>>,
    #[config(default)]
    others: HashMap<String, (String, Duration)>,
    pair: Option<[Duration; 2]>,
    boxed: Box<Option<Duration>>,
}

/// Parts of a text.
#[derive(Debug, PartialEq, Default, PluginConfig)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Split {
    /// The text is not divided.
    #[default]
    Off,
    /// Parts of equal length.
    Fixed {
        /// Rows of a part.
        #[config(min = 1, max = 20)]
        rows: u32,
        #[config(default = "2s")]
        pause: Duration,
        #[serde(skip)]
        state: u8,
    },
    #[serde(rename = "by-word")]
    Words(Words),
    #[serde(skip)]
    #[expect(dead_code, reason = "no config names it")]
    Internal(u8),
}

#[derive(Debug, PartialEq, PluginConfig)]
struct Words {
    /// Words that begin a part.
    first: Vec<String>,
    #[config(flatten(inner = 3))]
    deep: Deep,
}

#[derive(Debug, PartialEq, PluginConfig)]
struct Deep {
    inner: u8,
}

const SPLIT: &str = schema_json!(Split);

fn read<T: ConfigSchema>(config: &Value) -> Result<T, String> {
    #[derive(Deserialize)]
    #[serde(transparent)]
    struct AsText<T>(T);
    let from_text = serde_json::from_str::<AsText<T>>(&config.to_string()).map(|text| text.0);
    let from_value = serde_json::from_value::<T>(config.clone());
    assert_eq!(from_text.is_ok(), from_value.is_ok());
    from_text.map_err(|error| error.to_string())
}

#[test]
fn a_variant_is_a_table_of_its_own() {
    let schema: Value = serde_json::from_str(SPLIT).unwrap();
    let pause = to_value(&Duration::SCHEMA);
    let table = |description: &str, properties: Value, required: Value| {
        let mut table = json!({"type": "object", "description": description, "additionalProperties": false});
        if description.is_empty() {
            table.as_object_mut().unwrap().shift_remove("description");
        }
        table["properties"] = properties;
        table["required"] = required;
        table
    };
    let tag = |name: &str| json!({"type": "string", "const": name});
    let mut default_pause = pause.clone();
    default_pause["default"] = json!("2s");
    let rows = json!({"type": "integer", "description": "Rows of a part.", "minimum": 1, "maximum": 20});
    let first = json!({"type": "array", "description": "Words that begin a part.", "items": {"type": "string"}});
    let expected = json!({
        "type": "object",
        "description": "Parts of a text.",
        "oneOf": [
            table("The text is not divided.", json!({"kind": tag("off")}), json!(["kind"])),
            table(
                "Parts of equal length.",
                json!({"kind": tag("fixed"), "rows": rows, "pause": default_pause}),
                json!(["kind", "rows"]),
            ),
            table(
                "",
                json!({
                    "kind": tag("by-word"), "first": first,
                    "inner": {"type": "integer", "minimum": 0, "default": 3},
                }),
                json!(["kind", "first"]),
            ),
        ],
    });
    assert_eq!(schema, expected);
    assert_eq!(to_value(&Split::SCHEMA), expected);
    assert_eq!(to_value(&Source::SCHEMA)["properties"]["split"]["default"], json!({"kind": "fixed", "rows": 5}));
    assert_eq!(to_value(&Source::SCHEMA)["properties"]["split"]["description"], "Division of the text.");
}

#[test]
fn lists_of_fixed_length_say_so() {
    let schema = to_value(&Source::SCHEMA);
    let number = json!({"type": "number"});
    assert_eq!(
        schema["properties"]["range"],
        json!({"type": "array", "items": [number, number], "minItems": 2, "maxItems": 2, "default": [0.0, 1.0]})
    );
    assert_eq!(
        schema["properties"]["size"],
        json!({
            "type": "array", "items": {"type": "integer", "minimum": 0}, "minItems": 2, "maxItems": 2,
            "default": [640, 480],
        })
    );
    assert_eq!(schema["properties"]["share"]["maximum"], json!(1.0));
}

#[test]
fn an_empty_table_has_the_defaults() {
    let secs = Duration::from_secs;
    let expected = Source {
        split: Split::Fixed { rows: 5, pause: secs(2), state: 0 },
        share: 0.5,
        pause: secs(90),
        range: (0.0, 1.0),
        size: [640, 480],
        patience: None,
        steps: vec![secs(1), secs(2)],
        waits: BTreeMap::new(),
        others: HashMap::new(),
        pair: None,
        boxed: Box::new(None),
    };
    assert_eq!(read::<Source>(&json!({})), Ok(expected));
}

#[test]
fn durations_have_units_at_every_depth() {
    let config = json!({
        "pause": "1500ms", "patience": "1.5h", "steps": ["1d", "1m30s"], "waits": {"a": "3s"},
        "others": {"b": ["text", "4s"]}, "pair": ["5s", "6s"], "boxed": "7s",
    });
    let source: Source = read(&config).unwrap();
    let secs = Duration::from_secs;
    assert_eq!((source.pause, source.patience), (Duration::from_millis(1_500), Some(secs(5_400))));
    assert_eq!(source.steps, [secs(86_400), secs(90)]);
    assert_eq!(source.waits.into_iter().next(), Some(("a".to_owned(), Some(secs(3)))));
    assert_eq!(source.others.into_values().next(), Some(("text".to_owned(), secs(4))));
    assert_eq!((source.pair, *source.boxed), (Some([secs(5), secs(6)]), Some(secs(7))));
}

#[test]
fn the_tag_may_stand_anywhere() {
    for text in [
        r#"{"kind": "by-word", "first": ["a"], "inner": 4}"#,
        r#"{"first": ["a"], "kind": "by-word", "inner": 4}"#,
        r#"{"first": ["a"], "inner": 4, "kind": "by-word"}"#,
    ] {
        let expected = Split::Words(Words { first: vec!["a".to_owned()], deep: Deep { inner: 4 } });
        assert_eq!(serde_json::from_str::<Split>(text).unwrap(), expected, "{text}");
    }
    assert_eq!(read::<Split>(&json!({"kind": "off"})), Ok(Split::Off));
}

#[test]
fn errors_of_variants_are_those_of_tables() {
    for (config, expected) in [
        (json!({"kind": "fixd", "rows": 1}), "unknown value `fixd` of `kind`; did you mean `fixed`?"),
        (json!({"kind": "x"}), "unknown value `x` of `kind`, expected one of: `off`, `fixed`, `by-word`"),
        (json!({"kind": "Internal"}), "unknown value `Internal` of `kind`"),
        (json!({"kind": 1}), "`kind` is no text, expected one of: `off`"),
        (json!({"rows": 1}), "missing key `kind`, one of: `off`, `fixed`, `by-word`"),
        (json!({"kind": "fixed"}), "missing key `rows`"),
        (json!({"kind": "fixed", "row": 1}), "unknown key `row`; did you mean `rows`?"),
        (json!({"kind": "fixed", "rows": "many"}), "`rows`: invalid type: string \"many\", expected u32"),
        (json!({"kind": "fixed", "rows": 1, "state": 1}), "unknown key `state`"),
        (
            json!({"kind": "fixed", "rows": 1, "pause": 3}),
            "`pause`: invalid type: integer `3`, expected a duration such as",
        ),
        (
            json!({"kind": "fixed", "rows": 1, "pause": "3"}),
            "`pause`: invalid value: string \"3\", expected a duration",
        ),
        (json!({"kind": "off", "rows": 1}), "unknown key `rows`"),
        (json!("off"), "invalid type: string \"off\", expected a table with the key `kind`"),
    ] {
        let error = read::<Split>(&config).unwrap_err();
        assert!(error.starts_with(expected), "{config}: {error}");
        let error = read::<Source>(&json!({ "split": config })).unwrap_err();
        assert!(error.starts_with(&format!("`split`: {expected}")), "{config}: {error}");
    }
    let twice = serde_json::from_str::<Split>(r#"{"kind": "off", "kind": "off"}"#).unwrap_err();
    assert!(twice.to_string().starts_with("duplicate key `kind`"), "{twice}");
}

#[test]
fn bounds_are_checked() {
    for (config, expected) in [
        (json!({"share": 1.5}), "`share` must be at most 1.0"),
        (json!({"share": -0.5}), "`share` must be at least 0"),
        (json!({"pause": "999ms"}), "`pause` must be at least 1s"),
        (json!({"pause": "1h 1ns"}), "`pause` must be at most 1h"),
        (json!({"patience": "1us"}), "`patience` must be at least 1ms"),
        (json!({"split": {"kind": "fixed", "rows": 0}}), "`split`: `rows` must be at least 1"),
        (json!({"split": {"kind": "fixed", "rows": 21}}), "`split`: `rows` must be at most 20"),
    ] {
        let error = read::<Source>(&config).unwrap_err();
        assert!(error.starts_with(expected), "{config}: {error}");
    }
    assert!(read::<Source>(&json!({"share": 1, "pause": "1s"})).is_ok());
}

#[test]
fn lists_of_another_length_are_refused() {
    for (key, value, expected) in [
        ("range", json!([0.5]), "`range`: invalid length 1, expected a tuple of size 2"),
        ("range", json!([0.5, 1, 2]), "`range`: "),
        ("range", json!([0.5, "a"]), "`range`: invalid type: string"),
        ("size", json!([1]), "`size`: invalid length 1, expected a list of 2 items"),
        ("size", json!([1, 2, 3]), "`size`: "),
        ("size", json!([1, -2]), "`size`: invalid value: integer `-2`"),
        ("pair", json!(["1s", "2"]), "`pair`: invalid value: string \"2\", expected a duration"),
        ("steps", json!(["1s", 2]), "`steps`: invalid type: integer `2`, expected a duration"),
    ] {
        let error = read::<Source>(&json!({ key: value })).unwrap_err();
        assert!(error.starts_with(expected), "{key} {value}: {error}");
    }
}
