//! Contents of the file, which is always JSON.
#![expect(
    clippy::unwrap_used,
    reason = "a test may panic; the lint does not see that functions beside a test are part of it"
)]

mod conformance;

use proptest::prelude::{Just, ProptestConfig, Strategy, prop_assert_eq, proptest};
use rowsmith_exporter_json::JsonExporter;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::{FakeHost, export_chunks, export_to_file};
use std::fs;

fn export(options: &Value, columns: &[&str], chunks: &[Vec<Value>]) -> String {
    String::from_utf8(export_to_file::<JsonExporter>(options, columns, chunks).unwrap()).unwrap()
}

#[test]
fn rows_are_an_array() {
    let rows = vec![json!({"a": "x", "z": null}), json!({"b": {"k": [1], "e": []}})];
    let pretty = json!({"pretty": true});
    let cases = [
        (
            "compact",
            json!({}),
            vec![rows.clone()],
            "[\n{\"a\":\"x\",\"z\":null},\n{\"b\":{\"k\":[1],\"e\":[]}}\n]\n".to_owned(),
        ),
        ("pretty", pretty.clone(), vec![rows.clone()], format!("{}\n", serde_json::to_string_pretty(&rows).unwrap())),
        ("no rows", json!({}), vec![], "[]\n".to_owned()),
        ("no rows, pretty", pretty.clone(), vec![], "[]\n".to_owned()),
        ("nothing in a row", json!({"columns": ["x"], "pretty": true}), vec![rows], "[\n  {},\n  {}\n]\n".to_owned()),
    ];
    for (name, options, chunks, text) in cases {
        assert_eq!(export(&options, &[], &chunks), text, "{name}");
    }
}

#[test]
fn a_stopped_run_writes_valid_json_beside_the_old_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.json");
    fs::write(&path, "old").unwrap();
    for (chunks, text) in [(vec![vec![json!({"a": 1})]], "[\n{\"a\":1}\n]\n"), (vec![], "[]\n")] {
        export_chunks::<JsonExporter>(json!({"path": path}), &[], &chunks, FinishMode::Partial).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("rows.partial.json")).unwrap(), text);
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn serde_reads_the_same_rows(chunks in values(), pretty: bool) {
        let text = export(&json!({"pretty": pretty}), &[], &chunks);
        prop_assert_eq!(serde_json::from_str::<Vec<Value>>(&text).unwrap(), chunks.concat());
    }
}

fn values() -> impl Strategy<Value = Vec<Vec<Value>>> {
    let value = proptest::prop_oneof![
        proptest::arbitrary::any::<String>().prop_map(Value::from),
        proptest::num::i32::ANY.prop_map(|number| json!(f64::from(number) / 4.0)),
        proptest::num::i64::ANY.prop_map(Value::from),
        proptest::bool::ANY.prop_map(Value::from),
        Just(Value::Null),
        Just(json!([{"a": [1.50, "x"]}, {}])),
    ];
    let row = proptest::collection::btree_map("[abc\"]", value, 1..4);
    let row = row.prop_map(|row| Value::Object(row.into_iter().collect()));
    proptest::collection::vec(proptest::collection::vec(row, 1..4), 0..4)
}

#[test]
fn rows_of_an_earlier_file_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.json");
    let config = || serde_json::from_value(json!({"path": path})).unwrap();
    let exporter = JsonExporter::new(config(), FakeHost::default().host()).unwrap();
    assert_eq!(exporter.target().has_rows, None);
    for (text, expected) in [
        ("", Some(false)),
        ("[]\n", Some(false)),
        ("[ \n ]\n", Some(false)),
        ("[\n{}\n]\n", Some(true)),
        ("{}", Some(true)),
    ] {
        fs::write(&path, text).unwrap();
        assert_eq!(exporter.target().has_rows, expected, "{text:?}");
    }
}
