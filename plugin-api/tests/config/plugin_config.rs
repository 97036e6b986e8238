//! Tables derived with `PluginConfig`: their schema, and the configs that they accept and reject.

use rowsmith_plugin_api::output::{IfExists, OutputOptions};
use rowsmith_plugin_api::schema::{ConfigSchema, PluginConfig, to_value};
use rowsmith_plugin_api::schema_json;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::num::NonZeroU64;

/// Settings of a writer.
#[derive(Debug, PartialEq, PluginConfig)]
#[serde(rename_all = "kebab-case")]
struct Writer {
    /// Kind of the file.
    #[serde(rename = "type")]
    kind: Kind,
    #[config(flatten)]
    output: OutputOptions,
    /// Rows per block.
    #[config(default = 20, min = 1, max = 100)]
    block_rows: u32,
    #[config(flatten(timeout_secs = 60))]
    service: Service,
    #[config(default = ["a", "b"])]
    names: Vec<String>,
    #[config(default)]
    labels: BTreeMap<String, String>,
    ratio: Option<f64>,
    #[serde(skip)]
    state: Vec<u8>,
}

/// Options of a service.
#[derive(Debug, PartialEq, PluginConfig)]
struct Service {
    #[config(format = "uri", default = "https://example.org")]
    base_url: String,
    #[config(default = 30)]
    timeout_secs: NonZeroU64,
    #[config(flatten(burst = 3))]
    limits: Limits,
}

#[derive(Debug, PartialEq, PluginConfig)]
struct Limits {
    /// Calls at once.
    #[config(min = 1)]
    calls: u8,
    #[config(default = 1)]
    burst: u8,
    nested: Option<Nested>,
}

#[derive(Debug, PartialEq, PluginConfig)]
struct Nested {
    deep: bool,
}

#[derive(Debug, PartialEq, serde::Deserialize, ConfigSchema)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Plain,
    Packed,
}

#[derive(Debug, PartialEq, PluginConfig)]
struct Empty;

/// Keeps the defaults of `Service`, which overrides one of `Limits`.
#[derive(Debug, PartialEq, PluginConfig)]
struct Outer {
    #[config(flatten(burst = 9))]
    service: Service,
}

const WRITER: &str = schema_json!(Writer);

fn read<T: PluginConfig + serde::de::DeserializeOwned>(config: &Value) -> Result<T, String> {
    let from_text = serde_json::from_str(&config.to_string()).map_err(|error| error.to_string());
    let from_value = serde_json::from_value::<T>(config.clone());
    assert_eq!(from_text.is_ok(), from_value.is_ok());
    from_text
}

#[test]
fn flattened_keys_stand_in_the_outer_table_in_source_order() {
    let expected = json!({
        "type": "object",
        "description": "Settings of a writer.",
        "additionalProperties": false,
        "properties": {
            "type": {"type": "string", "description": "Kind of the file.", "enum": ["plain", "packed"]},
            "path": to_value(&OutputOptions::SCHEMA)["properties"]["path"],
            "columns": to_value(&OutputOptions::SCHEMA)["properties"]["columns"],
            "if_exists": to_value(&OutputOptions::SCHEMA)["properties"]["if_exists"],
            "block-rows": {"type": "integer", "description": "Rows per block.", "minimum": 1, "maximum": 100, "default": 20},
            "base_url": {"type": "string", "format": "uri", "default": "https://example.org"},
            "timeout_secs": {"type": "integer", "minimum": 1, "default": 60},
            "calls": {"type": "integer", "description": "Calls at once.", "minimum": 1},
            "burst": {"type": "integer", "minimum": 0, "default": 3},
            "nested": {
                "type": "object",
                "additionalProperties": false,
                "properties": {"deep": {"type": "boolean"}},
                "required": ["deep"],
            },
            "names": {"type": "array", "items": {"type": "string"}, "default": ["a", "b"]},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            "ratio": {"type": "number"},
        },
        "required": ["type", "path", "calls"],
    });
    let schema: Value = serde_json::from_str(WRITER).unwrap();
    assert_eq!(schema, expected);
    let keys = |value: &Value| value["properties"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&schema), keys(&expected));
    assert_eq!(expected["properties"]["path"]["type"], "string");
}

#[test]
fn keys_that_are_left_out_take_their_documented_defaults() {
    let writer: Writer = read(&json!({"path": "rows.csv", "type": "packed", "calls": 2})).unwrap();
    let limits = Limits { calls: 2, burst: 3, nested: None };
    let service =
        Service { base_url: "https://example.org".to_owned(), timeout_secs: NonZeroU64::new(60).unwrap(), limits };
    let expected = Writer {
        kind: Kind::Packed,
        output: OutputOptions::to("rows.csv"),
        block_rows: 20,
        service,
        names: vec!["a".to_owned(), "b".to_owned()],
        labels: BTreeMap::new(),
        ratio: None,
        state: Vec::new(),
    };
    assert_eq!(writer, expected);
}

#[test]
fn every_key_can_be_set() {
    let config = json!({
        "type": "plain", "path": "-", "columns": ["a"], "if_exists": "fail", "block-rows": 3,
        "base_url": "http://localhost", "timeout_secs": 1, "calls": 4, "burst": 5, "nested": {"deep": true},
        "names": [], "labels": {"k": "v"}, "ratio": 0.5,
    });
    let writer: Writer = read(&config).unwrap();
    assert_eq!(writer.output.if_exists, IfExists::Fail);
    assert_eq!(writer.output.columns.as_deref(), Some(["a".to_owned()].as_slice()));
    assert_eq!((writer.block_rows, writer.ratio, writer.names.len()), (3, Some(0.5), 0));
    assert_eq!(writer.service.limits, Limits { calls: 4, burst: 5, nested: Some(Nested { deep: true }) });
    assert_eq!(writer.service.timeout_secs.get(), 1);
}

#[test]
fn an_outer_default_wins_over_an_inner_one() {
    let outer: Outer = read(&json!({"calls": 1})).unwrap();
    assert_eq!((outer.service.limits.burst, outer.service.timeout_secs.get()), (9, 30));
    assert_eq!(to_value(&Outer::SCHEMA)["properties"]["burst"]["default"], 9);
}

#[test]
fn errors_name_the_key() {
    let good = json!({"path": "rows.csv", "type": "plain", "calls": 2});
    for (key, value, expected) in [
        ("pth", json!("x"), "unknown key `pth`; did you mean `path`?"),
        ("timeout_sec", json!(1), "unknown key `timeout_sec`; did you mean `timeout_secs`?"),
        ("output", json!({}), "unknown key `output`, expected one of: `type`, `path`,"),
        ("state", json!([]), "unknown key `state`"),
        ("block-rows", json!("many"), "`block-rows`: invalid type: string \"many\", expected u32"),
        ("calls", json!(300), "`calls`: invalid value: integer `300`, expected u8"),
        ("timeout_secs", json!(0), "`timeout_secs`: invalid value: integer `0`"),
        ("type", json!("gz"), "`type`: unknown variant `gz`"),
        ("nested", json!({"dep": true}), "`nested`: unknown key `dep`; did you mean `deep`?"),
        ("nested", json!({}), "`nested`: missing key `deep`"),
    ] {
        let mut config = good.clone();
        config[key] = value;
        let error = read::<Writer>(&config).unwrap_err();
        assert!(error.starts_with(expected), "{key}: {error}");
    }
}

#[test]
fn required_keys_of_flattened_tables_are_required() {
    let good = json!({"path": "rows.csv", "type": "plain", "calls": 2});
    for key in ["path", "type", "calls"] {
        let mut config = good.clone();
        config.as_object_mut().unwrap().remove(key);
        let error = read::<Writer>(&config).unwrap_err();
        assert!(error.starts_with(&format!("missing key `{key}`")), "{error}");
    }
}

#[test]
fn other_shapes_are_rejected() {
    assert!(serde_json::from_str::<Limits>(r#"{"calls": 1, "calls": 2}"#).unwrap_err().to_string().contains("`calls`"));
    for config in [json!([]), json!(null), json!("x")] {
        assert!(read::<Writer>(&config).unwrap_err().contains("expected a table"), "{config}");
    }
    assert_eq!(read::<Empty>(&json!({})), Ok(Empty));
    assert!(read::<Empty>(&json!({"a": 1})).is_err());
}
