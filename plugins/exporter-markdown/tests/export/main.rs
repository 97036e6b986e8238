//! Contents of the table.
#![expect(
    clippy::unwrap_used,
    reason = "a test may panic; the lint does not see that functions beside a test are part of it"
)]

mod conformance;

use proptest::prelude::{ProptestConfig, Strategy, prop_assert_eq, proptest};
use rowsmith_exporter_markdown::MarkdownExporter;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::{FakeHost, export_chunks, export_to_file};
use std::fs;
use tempfile::tempdir;

fn export(options: &Value, columns: &[&str], chunks: &[Vec<Value>]) -> String {
    String::from_utf8(export_to_file::<MarkdownExporter>(options, columns, chunks).unwrap()).unwrap()
}

#[test]
fn rows_become_an_aligned_table() {
    let rows =
        vec![json!({"Topic": "A | B", "n": 5, "x": null}), json!({"Topic": "two\nlines", "n": -12.5, "x": {"k": 1}})];
    let cases = [
        (
            "aligned",
            json!({}),
            vec![rows.clone()],
            "| Topic        |     n | x       |\n\
             | ------------ | ----: | ------- |\n\
             | A \\| B       |     5 |         |\n\
             | two<br>lines | -12.5 | {\"k\":1} |\n",
        ),
        (
            "short cells",
            json!({"max_chars": 3, "columns": ["Topic"]}),
            vec![rows.clone()],
            "| Topic |\n| ----- |\n| A …   |\n| tw…   |\n",
        ),
        (
            "a late column",
            json!({}),
            vec![vec![json!({"a": "x"})], vec![json!({"a": "longer", "b|": "y"})], vec![json!({"c": 1})]],
            "| a   | b\\| | c   |\n| --- | --- | --- |\n| x   |  |  |\n| longer | y   |  |\n|     |     | 1   |\n",
        ),
    ];
    for (name, options, chunks, text) in cases {
        assert_eq!(export(&options, &[], &chunks), text, "{name}");
    }
}

#[test]
fn without_rows_the_header_has_the_known_columns() {
    assert_eq!(export(&json!({}), &["a", "long name"], &[]), "| a   | long name |\n| --- | --------- |\n");
    assert_eq!(export(&json!({}), &[], &[]), "");
}

#[test]
fn a_limit_of_zero_characters_is_rejected() {
    let config = json!({"path": "x", "max_chars": 0});
    assert!(serde_json::from_value::<<MarkdownExporter as Exporter>::Config>(config).is_err());
}

#[test]
fn a_stopped_run_keeps_the_old_file() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("rows.md");
    fs::write(&path, "old").unwrap();
    export_chunks::<MarkdownExporter>(json!({"path": path}), &[], &[vec![json!({"a": 1})]], FinishMode::Partial)
        .unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    assert!(folder.path().join("rows.partial.md").exists());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_line_has_all_cells(chunks in proptest::collection::vec(proptest::collection::vec(rows(), 1..4), 1..4)) {
        let text = export(&json!({}), &[], &chunks);
        let bars: Vec<usize> = text.lines().map(|line| {
            line.replace("\\\\", "").replace("\\|", "").matches('|').count()
        }).collect();
        prop_assert_eq!(bars.len(), 2 + chunks.iter().map(Vec::len).sum::<usize>());
        prop_assert_eq!(bars.iter().min(), bars.iter().max());
    }
}

fn rows() -> impl Strategy<Value = Value> {
    proptest::collection::btree_map("[a-d]", proptest::arbitrary::any::<String>(), 1..4)
        .prop_map(|row| Value::Object(row.into_iter().map(|(name, text)| (name, json!(text))).collect()))
}

#[test]
fn rows_of_an_earlier_file_are_found() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("rows.md");
    let config = || serde_json::from_value(json!({"path": path})).unwrap();
    let exporter = MarkdownExporter::new(config(), FakeHost::default().host()).unwrap();
    assert_eq!(exporter.target().has_rows, None);
    for (text, expected) in [
        ("", Some(false)),
        ("| a |\n| --- |\n", Some(false)),
        ("| a |\n| --- |\n\n", Some(false)),
        ("| a |\n| --- |\n|  |\n", Some(true)),
    ] {
        fs::write(&path, text).unwrap();
        assert_eq!(exporter.target().has_rows, expected, "{text:?}");
    }
}
