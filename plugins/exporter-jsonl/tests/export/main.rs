//! Contents of the file.
#![expect(
    clippy::unwrap_used,
    reason = "a test may panic; the lint does not see that functions beside a test are part of it"
)]

mod conformance;

use proptest::prelude::{Just, ProptestConfig, Strategy, prop_assert_eq, proptest};
use rowsmith_exporter_jsonl::JsonlExporter;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::{FakeHost, block_on, export_chunks, export_to_file};
use std::fs;

fn export(options: &Value, columns: &[&str], chunks: &[Vec<Value>]) -> String {
    String::from_utf8(export_to_file::<JsonlExporter>(options, columns, chunks).unwrap()).unwrap()
}

#[test]
fn each_row_is_one_line() {
    let rows = vec![json!({"a": "é\n\"", "n": 1.50, "z": null}), json!({"b": {"k": [1, true]}, "a": ""})];
    let all = "{\"a\":\"é\\n\\\"\",\"n\":1.5,\"z\":null}\n{\"a\":\"\",\"b\":{\"k\":[1,true]}}\n";
    let cases = [
        ("all", json!({}), all),
        (
            "columns",
            json!({"columns": ["b", "never", "a"]}),
            "{\"a\":\"é\\n\\\"\"}\n{\"b\":{\"k\":[1,true]},\"a\":\"\"}\n",
        ),
    ];
    for (name, options, text) in cases {
        assert_eq!(export(&options, &["a"], std::slice::from_ref(&rows)), text, "{name}");
    }
}

#[test]
fn numbers_keep_their_digits() {
    let row: Value = serde_json::from_str("{\"n\": 12345678901234567890}").unwrap();
    assert_eq!(export(&json!({}), &[], &[vec![row]]), "{\"n\":12345678901234567890}\n");
}

#[test]
fn without_rows_the_file_is_empty() {
    assert_eq!(export(&json!({}), &["a"], &[]), "");
}

#[test]
fn a_stopped_run_keeps_the_old_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.jsonl");
    fs::write(&path, "old").unwrap();
    export_chunks::<JsonlExporter>(json!({"path": path}), &[], &[vec![json!({"a": 1})]], FinishMode::Partial).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    assert_eq!(fs::read_to_string(folder.path().join("rows.partial.jsonl")).unwrap(), "{\"a\":1}\n");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn serde_reads_the_same_rows(chunks in values()) {
        let text = export(&json!({}), &[], &chunks);
        let read: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        prop_assert_eq!(read, chunks.concat());
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
    let path = folder.path().join("rows.jsonl");
    let config = || serde_json::from_value(json!({"path": path})).unwrap();
    let exporter = JsonlExporter::new(config(), FakeHost::default().host()).unwrap();
    assert_eq!(exporter.target().has_rows, None);
    for (text, expected) in
        [("", Some(false)), ("\n \n", Some(false)), ("{}\n", Some(true)), ("{\"a\": 1}", Some(true))]
    {
        fs::write(&path, text).unwrap();
        assert_eq!(exporter.target().has_rows, expected, "{text:?}");
    }
}

#[test]
fn rows_are_appended_behind_the_last_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.jsonl");
    for (earlier, expected) in
        [("", "{\"b\":2}\n"), ("{\"a\":1}\n", "{\"a\":1}\n{\"b\":2}\n"), ("{\"a\":1}", "{\"a\":1}\n{\"b\":2}\n")]
    {
        fs::write(&path, earlier).unwrap();
        export_chunks::<JsonlExporter>(
            json!({"path": path, "if_exists": "append"}),
            &[],
            &[vec![json!({"b": 2})]],
            FinishMode::Complete,
        )
        .unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), expected);
    }
    fs::write(&path, "{\"a\":").unwrap();
    let config = serde_json::from_value(json!({"path": path, "if_exists": "append"})).unwrap();
    let mut exporter = JsonlExporter::new(config, FakeHost::default().host()).unwrap();
    let error = block_on(exporter.begin(Vec::new())).unwrap_err();
    assert_eq!((error.kind, error.context("path")), (ErrorKind::InvalidData, path.to_str()));
    assert_eq!(fs::read_to_string(&path).unwrap(), "{\"a\":");
}
