//! Contents of the file, as bytes and through a CSV parser.
#![expect(
    clippy::unwrap_used,
    reason = "a test may panic; the lint does not see that functions beside a test are part of it"
)]

mod conformance;

use proptest::prelude::{ProptestConfig, Strategy, prop_assert_eq, proptest};
use rowsmith_exporter_csv::CsvExporter;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::{FakeHost, export_chunks, export_to_file};
use std::fs;
use std::path::Path;

fn exporter(path: &Path, options: &Value) -> Result<CsvExporter> {
    let mut config = options.clone();
    config["path"] = json!(path);
    CsvExporter::new(serde_json::from_value(config)?, FakeHost::default().host())
}

fn export(options: &Value, columns: &[&str], chunks: &[Vec<Value>]) -> Vec<u8> {
    export_to_file::<CsvExporter>(options, columns, chunks).unwrap()
}

#[test]
fn cells_are_written_by_their_kind() {
    let cases = [
        ("text", json!("plain é"), "plain é"),
        ("quotes and delimiter", json!("a \"b\", c"), "\"a \"\"b\"\", c\""),
        ("a line feed", json!("a\nb"), "\"a\nb\""),
        ("a number below zero", json!(-5), "-5"),
        ("an exact number", json!(0.1), "0.1"),
        ("true", json!(true), "true"),
        ("null", json!(null), "\"\""),
        ("empty", json!(""), "\"\""),
        ("nested", json!({"a": [1, "b"]}), r#""{""a"":[1,""b""]}""#),
        ("a formula", json!("=1+1"), "'=1+1"),
        ("plus", json!("+1"), "'+1"),
        ("minus in text", json!("-1"), "'-1"),
        ("at", json!("@x"), "'@x"),
        ("tab", json!("\tx"), "'\tx"),
        ("carriage return", json!("\rx"), "\"'\rx\""),
        ("line feed", json!("\nx"), "\"'\nx\""),
        ("NUL", json!("\0x"), "'\0x"),
        ("inside is harmless", json!("a=1"), "a=1"),
        ("after a space", json!(" =1+1"), "' =1+1"),
        ("after a no-break space", json!("\u{a0}=1+1"), "'\u{a0}=1+1"),
        ("after spaces of all kinds", json!("\u{2003}\u{3000}\u{202f} +1"), "'\u{2003}\u{3000}\u{202f} +1"),
        ("after a byte order mark", json!("\u{feff}=1"), "'\u{feff}=1"),
        ("after invisible characters", json!("\u{200b}\u{2060}\u{ad}@x"), "'\u{200b}\u{2060}\u{ad}@x"),
        ("after a control", json!("\u{b}=1"), "'\u{b}=1"),
        ("after a space and a tab", json!(" \t-1"), "' \t-1"),
        ("full width equals", json!("\u{ff1d}1"), "'\u{ff1d}1"),
        ("full width plus", json!("\u{ff0b}1"), "'\u{ff0b}1"),
        ("full width minus", json!(" \u{ff0d}1"), "' \u{ff0d}1"),
        ("full width at", json!("\u{ff20}x"), "'\u{ff20}x"),
        ("small plus", json!("\u{fe62}1"), "'\u{fe62}1"),
        ("the sign of mathematics", json!("\u{2212}1"), "'\u{2212}1"),
        ("a space alone", json!(" a"), " a"),
        ("a quote", json!("'a"), "'a"),
    ];
    for (name, value, text) in cases {
        let bytes = export(&json!({}), &[], &[vec![json!({"c": value})]]);
        assert_eq!(String::from_utf8(bytes).unwrap(), format!("c\n{text}\n"), "{name}");
    }
}

#[test]
fn options_change_the_file() {
    let row = json!({"a": "=x", "=b": ";"});
    let cases = [
        ("defaults", json!({}), "a,'=b\n'=x,;\n"),
        ("no guard", json!({"formula_guard": false}), "a,=b\n=x,;\n"),
        ("semicolon", json!({"delimiter": ";"}), "a;'=b\n'=x;\";\"\n"),
        ("tab", json!({"delimiter": "\t"}), "a\t'=b\n'=x\t;\n"),
        ("crlf and bom", json!({"crlf": true, "bom": true}), "\u{feff}a,'=b\r\n'=x,;\r\n"),
        ("columns", json!({"columns": ["none", "a"]}), "none,a\n,'=x\n"),
    ];
    for (name, options, text) in cases {
        let bytes = export(&options, &[], &[vec![row.clone()]]);
        assert_eq!(String::from_utf8(bytes).unwrap(), text, "{name}");
    }
}

#[test]
fn without_rows_the_header_has_the_known_columns() {
    assert_eq!(export(&json!({}), &["a", "b"], &[]), b"a,b\n");
    assert_eq!(export(&json!({}), &[], &[]), b"");
}

#[test]
fn a_late_column_is_added_to_every_line() {
    let chunks = [vec![json!({"a": "x\r\n\"y\""})], vec![json!({"a": "", "b": "2"})]];
    assert_eq!(export(&json!({}), &["a"], &chunks), b"a,b\n\"x\r\n\"\"y\"\"\",\n,2\n");
    assert_eq!(export(&json!({"crlf": true}), &["a"], &chunks), b"a,b\r\n\"x\r\n\"\"y\"\"\",\r\n,2\r\n");
}

#[test]
fn config_errors_name_their_key() {
    let cases = [
        ("delimiter", json!({"delimiter": ";;"})),
        ("delimiter", json!({"delimiter": "\""})),
        ("columns", json!({"columns": []})),
    ];
    for (key, options) in cases {
        let error = exporter(Path::new("x"), &options).err().unwrap();
        assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some(key)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_csv_parser_reads_the_same_text(
        chunks in proptest::collection::vec(proptest::collection::vec(texts(), 1..4), 1..4),
        crlf: bool,
    ) {
        let width = chunks.iter().flatten().map(Vec::len).max().unwrap_or(1);
        let rows: Vec<Vec<Value>> = chunks.iter().map(|rows| rows.iter().map(|row| {
            Value::Object(row.iter().enumerate().map(|(at, text)| (format!("c{at}"), json!(text))).collect())
        }).collect()).collect();
        let bytes = export(&json!({"formula_guard": false, "crlf": crlf}), &[], &rows);
        let mut reader = csv::Reader::from_reader(bytes.as_slice());
        prop_assert_eq!(reader.headers().unwrap().len(), width);
        let read: Vec<Vec<String>> = reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect();
        let written: Vec<Vec<String>> = chunks.into_iter().flatten().map(|mut row| {
            row.resize(width, String::new());
            row
        }).collect();
        prop_assert_eq!(read, written);
    }
}

fn texts() -> impl Strategy<Value = Vec<String>> {
    proptest::collection::vec("[a-c\",;\r\n '\t\u{0}=é-]{0,6}", 1..4)
}

#[test]
fn rows_of_an_earlier_file_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    let config = || serde_json::from_value(json!({"path": path})).unwrap();
    let exporter = CsvExporter::new(config(), FakeHost::default().host()).unwrap();
    assert_eq!(exporter.target().has_rows, None);
    for (text, expected) in [
        ("", Some(false)),
        ("a,b\n", Some(false)),
        ("\u{feff}a\r\n\r\n", Some(false)),
        ("\"a\nb\"\n", Some(false)),
        ("a\n1", Some(true)),
        ("a\n\"\"\n", Some(true)),
    ] {
        fs::write(&path, text).unwrap();
        assert_eq!(exporter.target().has_rows, expected, "{text:?}");
    }
}

/// Appends rows to a file with a text, and returns its new text.
fn appended(earlier: &str, options: &Value, rows: &[Value]) -> Result<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    fs::write(&path, earlier).unwrap();
    let mut options = options.clone();
    options["if_exists"] = json!("append");
    options["path"] = json!(path);
    export_chunks::<CsvExporter>(options, &[], &[rows.to_vec()], FinishMode::Complete)?;
    Ok(fs::read_to_string(&path).unwrap())
}

#[test]
fn rows_are_appended_in_the_style_of_the_file() {
    let row = &[json!({"b": "=2", "a": 1})];
    let none = json!({});
    let cases = [
        ("a,b\n8,9\n", &none, "a,b\n8,9\n1,'=2\n"),
        ("a,b\r\n8,9\r\n", &none, "a,b\r\n8,9\r\n1,'=2\r\n"),
        ("a,b\n8,9", &json!({"crlf": true}), "a,b\n8,9\n1,'=2\n"),
        ("b,c,a", &none, "b,c,a\n'=2,,1\n"),
        ("\u{feff}a;b\n", &json!({"delimiter": ";"}), "\u{feff}a;b\n1;'=2\n"),
        ("a\n8\n\n\"9\n\"\n", &none, "a,b\n8,\n\n\"9\n\",\n1,'=2\n"),
        ("\u{feff}a\r\n8", &none, "\u{feff}a,b\r\n8,\r\n1,'=2\r\n"),
        ("a", &none, "a,b\n1,'=2\n"),
        ("a,'=x\n", &none, "a,'=x,b\n1,,'=2\n"),
    ];
    for (earlier, options, expected) in cases {
        assert_eq!(appended(earlier, options, row).unwrap(), expected, "{earlier:?}");
    }
}

#[test]
fn files_that_cannot_be_continued_are_refused() {
    let row = &[json!({"a": 1, "b": 2})];
    for earlier in ["a;b\n1;2\n", "x,y\n", "\n", "a,a\n", "a,b\n\"open,1\n", "a,b\n1,2\" disk\n3,4\" disk\n"] {
        let error = appended(earlier, &json!({}), row).unwrap_err();
        assert_eq!(
            (error.kind, error.context("path").is_some()),
            (ErrorKind::InvalidData, true),
            "{earlier:?}: {error}"
        );
        assert!(error.hint.is_some(), "{earlier:?}");
    }
}
