//! Tests of places, by setting.

use super::*;

fn manifest(kind: &str, properties: &Value) -> Manifest {
    let schema = json!({"type": "object", "properties": properties});
    let text = format!(
        "rowsmith-manifest 1\nname: x\nkind: {kind}\nversion: 1.0.0\nabout: x\nabi: 1\napi-version: 0.3.0\n\
         capabilities: \nentry: none\nconfig-schema: {schema}\nrowsmith-manifest-end\n"
    );
    Manifest::parse(text.as_bytes()).unwrap()
}

#[test]
fn names_formats_and_defaults_make_a_place() {
    use PlaceKind::{File, Service};
    for (name, schema, expected) in [
        ("path", json!({"type": "string"}), Some(File)),
        ("output_file", json!({"type": "string"}), Some(File)),
        ("answers", json!({"type": "string", "format": "path"}), Some(File)),
        ("base-url", json!({"type": "string"}), Some(Service)),
        ("home", json!({"type": "string", "format": "uri"}), Some(Service)),
        ("file", json!({"type": "string", "default": "redis://localhost"}), Some(Service)),
        ("store", json!({"type": "string", "default": "data/answers"}), Some(File)),
        ("store", json!({"type": "string", "default": "compact"}), None),
        ("output", json!({"type": "string"}), None),
        ("file_format", json!({"type": "string", "default": "csv"}), None),
        ("path", json!({"type": "string", "enum": ["a"]}), None),
        ("path", json!({"type": "object"}), None),
        ("path", json!({"type": "string", "format": "secret"}), None),
        ("file", json!({"type": "string", "format": "command"}), None),
        ("title", json!({"type": "string", "default": "a/b"}), None),
    ] {
        assert_eq!(place_kind(name, &schema), expected, "{name} {schema}");
    }
}

#[test]
fn files_of_caches_and_exporters_move_into_the_folder_of_the_check() {
    let string = |default: &str| json!({"type": "string", "default": default});
    let variant = json!({"properties": {"kind": {"const": "file"}, "file": string("deep/rows.db")}});
    let other = json!({"properties": {"kind": {"const": "none"}}});
    let properties = json!({
        "file": string(".rowsmith/answers.json"),
        "log_dir": string("../"),
        "title_path": {"type": "string"},
        "index": {"type": "object", "properties": {"file": string("index.db")}, "default": {}},
        "split": {"type": "object", "oneOf": [variant, other], "default": {"kind": "file", "file": "given.db"}},
        "other": {"type": "object", "properties": {"file": string("other.db")}},
    });
    let manifest_of = |kind| manifest(kind, &properties);
    let mut config = json!({});
    move_defaults(&manifest_of("cache"), &mut config);
    let expected = json!({
        "file": "{dir}/answers.json", "log_dir": "{dir}/place", "index": {"file": "{dir}/index.db"},
        "split": {"kind": "file", "file": "{dir}/given.db"},
    });
    assert_eq!(config, expected);
    assert_eq!(default_places(&manifest_of("cache"), &config), []);

    let given =
        json!({"file": "mine.json", "log_dir": "{dir}/logs", "index": {"file": "a"}, "split": {"kind": "none"}});
    let mut config = given.clone();
    move_defaults(&manifest_of("exporter"), &mut config);
    assert_eq!(config, given);

    let mut config = json!({});
    move_defaults(&manifest_of("scraper"), &mut config);
    assert_eq!(config, json!({}));
    let names: Vec<String> = default_places(&manifest_of("scraper"), &config).iter().map(Place::name).collect();
    assert_eq!(names, ["file", "log_dir", "index.file", "split.file"]);
}

#[test]
fn services_by_default_are_reported() {
    let properties = json!({
        "url": {"type": "string", "default": "redis://localhost"},
        "base_url": {"type": "string", "default": "https://example.org"},
        "host": {"type": "string"},
    });
    let names = |kind, config: Value| {
        let places = default_places(&manifest(kind, &properties), &config);
        places.iter().map(Place::name).collect::<Vec<_>>()
    };
    assert_eq!(names("cache", json!({})), ["url", "base_url"]);
    assert_eq!(names("exporter", json!({"url": "redis://test"})), ["base_url"]);
    assert_eq!(names("scraper", json!({})), ["url"]);
    assert_eq!(names("provider", json!({})), Vec::<String>::new());
}

#[test]
fn places_of_a_run_are_removed_or_reported() {
    let properties = json!({
        "file": {"type": "string"}, "url": {"type": "string"}, "size": {"type": "integer"},
        "inner": {"type": "object", "properties": {"dir": {"type": "string"}}},
    });
    let mut config = json!({"file": "a", "url": "u", "size": 1, "inner": {"dir": "b"}});
    let services = without_places_of_run(&manifest("cache", &properties), &mut config);
    assert_eq!(services.iter().map(Place::name).collect::<Vec<_>>(), ["url"]);
    assert_eq!(config, json!({"url": "u", "size": 1, "inner": {}}));
    let mut config = json!({"file": "a"});
    assert_eq!(without_places_of_run(&manifest("scraper", &properties), &mut config), []);
    assert_eq!(config, json!({"file": "a"}));
}
