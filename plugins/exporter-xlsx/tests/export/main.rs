//! Contents of the workbook, as XML and through a reader of another library.
#![expect(
    clippy::unwrap_used,
    reason = "a test may panic; the lint does not see that functions beside a test are part of it"
)]

mod conformance;
mod openpyxl;
mod reader;

use proptest::prelude::{ProptestConfig, any, prop_assert_eq, proptest};
use rowsmith_exporter_xlsx::XlsxExporter;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::{FakeHost, block_on, export_chunks, export_to_file};
use std::fs;
use std::io::{Cursor, Read};
use std::path::Path;

fn exporter(path: &Path, options: &Value) -> Result<XlsxExporter> {
    let mut config = options.clone();
    config["path"] = json!(path);
    XlsxExporter::new(serde_json::from_value(config)?, FakeHost::default().host())
}

fn export(options: &Value, chunks: &[Vec<Value>]) -> Result<Vec<u8>> {
    export_to_file::<XlsxExporter>(options, &[], chunks)
}

/// Returns a part of the archive.
fn part(bytes: &[u8], name: &str) -> String {
    let mut text = String::new();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
    text
}

fn sheet(bytes: &[u8]) -> String {
    part(bytes, "xl/worksheets/sheet1.xml")
}

#[test]
fn values_are_typed_and_text_is_text() {
    let rows = vec![
        json!({"v": "=HYPERLINK(\"http://x\")"}),
        json!({"v": "https://example.org"}),
        json!({"v": "a\u{1}_x0041_\r\n"}),
        json!({"v": 12.5}),
        json!({"v": 123_456_789_012_i64}),
        json!({"v": 9_007_199_254_740_993_i64}),
        json!({"v": true}),
        json!({"v": ["a", 1]}),
        json!({"v": {"k": 1}}),
    ];
    let bytes = export(&json!({}), &[rows]).unwrap();
    let xml = sheet(&bytes);
    for part in [
        r#"<c r="A2" t="inlineStr"><is><t>=HYPERLINK("http://x")</t></is></c>"#,
        r#"<c r="A3" t="inlineStr"><is><t>https://example.org</t></is></c>"#,
        "<is><t xml:space=\"preserve\">a_x0001__x005F_x0041__x000D_\n</t></is>",
        r#"<c r="A5"><v>12.5</v></c>"#,
        r#"<c r="A6" s="2"><v>123456789012</v></c>"#,
        "<is><t>9007199254740993</t></is>",
        r#"<c r="A8" t="b"><v>1</v></c>"#,
        "<is><t>a, 1</t></is>",
        r#"<is><t>{"k":1}</t></is>"#,
    ] {
        assert!(xml.contains(part), "{part}\n{xml}");
    }
    for element in ["<f>", "<f ", "<hyperlink"] {
        assert!(!xml.contains(element), "{element}");
    }
    assert!(part(&bytes, "xl/styles.xml").contains(r#"numFmtId="1""#), "long integers are shown in full");
}

#[test]
fn the_header_is_bold_frozen_and_as_wide_as_the_first_rows() {
    let rows = vec![json!({"id": 1, "a long name of a column": "x", "text": "y".repeat(30), "essay": "z".repeat(900)})];
    let plain = sheet(&export(&json!({}), std::slice::from_ref(&rows)).unwrap());
    assert!(plain.contains(r#"<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>"#), "{plain}");
    assert!(plain.contains(r#"<c r="A1" s="1" t="inlineStr">"#), "{plain}");
    let width = |column: usize| {
        let from = plain.find(&format!(r#"<col min="{column}" max="{column}" width=""#)).unwrap();
        plain.get(from..).unwrap().split('"').nth(5).unwrap().split('.').next().unwrap()
    };
    assert_eq!([width(1), width(2), width(3), width(4)], ["8", "24", "31", "60"]);
    assert!(!plain.contains("<autoFilter"));
    assert!(plain.contains(r#"<ignoredError sqref="A1:D2" numberStoredAsText="1"/>"#), "{plain}");

    let options = json!({"autofilter": true, "sheet": "Topics 2026", "list_separator": "; "});
    let bytes = export(&options, &[vec![json!({"a": ["x", "y"], "b": 1})]]).unwrap();
    assert!(sheet(&bytes).contains(r#"<autoFilter ref="A1:B2"/>"#));
    assert!(part(&bytes, "xl/workbook.xml").contains(r#"<sheet name="Topics 2026""#));
    assert_eq!(reader::read(&bytes).unwrap()[0]["a"], json!("x; y"));
}

#[test]
fn late_columns_are_in_the_header() {
    let chunks = [vec![json!({"a": 1})], vec![json!({"late": true, "a": null})]];
    let rows = reader::read(&export(&json!({}), &chunks).unwrap()).unwrap();
    assert_eq!(json!(rows), json!([{"a": 1.0, "late": null}, {"a": null, "late": true}]));
    let listed = export(&json!({"columns": ["late", "never"]}), &chunks).unwrap();
    assert_eq!(
        json!(reader::read(&listed).unwrap()),
        json!([{"late": null, "never": null}, {"late": true, "never": null}])
    );
}

#[test]
fn limits_of_the_format_name_row_and_column() {
    let long = json!({"id": 1, "notes": "x".repeat(32_768)});
    let error = export(&json!({}), &[vec![json!({"id": 0, "notes": "short"}), long.clone()]]).unwrap_err();
    assert_eq!(
        (error.kind, error.context("row"), error.context("column")),
        (ErrorKind::InvalidData, Some("2"), Some("notes"))
    );
    // A column that is not written has no limit.
    export(&json!({"columns": ["id"]}), &[vec![long]]).unwrap();
    let joined = json!({"list": vec!["12345678"; 4_000]});
    assert_eq!(export(&json!({}), &[vec![joined]]).unwrap_err().context("column"), Some("list"));
    let name = "n".repeat(40_000);
    assert_eq!(
        export(&json!({}), &[vec![json!({ name.clone(): 1 })]]).unwrap_err().context("column"),
        Some(name.as_str())
    );
    let folder = tempfile::tempdir().unwrap();
    let mut wide = exporter(&folder.path().join("rows.xlsx"), &json!({})).unwrap();
    let columns = (0..16_385).map(|number| format!("c{number}")).collect();
    block_on(wide.begin(columns)).unwrap();
    let error = block_on(wide.finish(FinishMode::Complete)).unwrap_err();
    assert_eq!((error.kind, error.context("column")), (ErrorKind::InvalidData, Some("c16384")));
}

#[test]
fn a_failed_export_leaves_the_earlier_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.xlsx");
    fs::write(&path, "earlier").unwrap();
    let rows = &[vec![json!({"a": "x".repeat(40_000)})]];
    export_chunks::<XlsxExporter>(json!({"path": path}), &[], rows, FinishMode::Complete).unwrap_err();
    assert_eq!(fs::read_to_string(&path).unwrap(), "earlier");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn rows_of_a_stopped_run_are_in_a_partial_workbook() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.xlsx");
    let rows = &[vec![json!({"a": 1})]];
    export_chunks::<XlsxExporter>(json!({"path": path}), &[], rows, FinishMode::Partial).unwrap();
    assert!(!path.exists());
    let partial = fs::read(folder.path().join("rows.partial.xlsx")).unwrap();
    assert_eq!(reader::read(&partial).unwrap().len(), 1);
}

#[test]
fn rows_of_an_earlier_file_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.xlsx");
    let exporter = exporter(&path, &json!({})).unwrap();
    assert_eq!(exporter.target().has_rows, None);
    for (chunks, expected) in
        [(&[][..], Some(false)), (&[vec![json!({"a": null})]], Some(false)), (&[vec![json!({"a": 1})]], Some(true))]
    {
        let config = json!({"path": path, "columns": ["a"]});
        export_chunks::<XlsxExporter>(config, &[], chunks, FinishMode::Complete).unwrap();
        assert_eq!(exporter.target().has_rows, expected, "{chunks:?}");
    }
    fs::write(&path, "not a workbook").unwrap();
    assert_eq!(exporter.target().has_rows, None);
}

#[test]
fn invalid_options_name_their_key() {
    for (options, key) in [
        (json!({"sheet": "a/b"}), "sheet"),
        (json!({"sheet": "x".repeat(32)}), "sheet"),
        (json!({"if_exists": "append"}), "if_exists"),
    ] {
        let error = exporter(Path::new("rows.xlsx"), &options).err().unwrap();
        assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some(key)), "{options}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_text_is_read_back(texts in proptest::collection::vec(any::<String>(), 1..8), part in "(_x[0-9A-F]{4}_|[\0-\u{20}=@_x]){0,6}") {
        let texts: Vec<String> = texts.into_iter().chain([part]).collect();
        let rows: Vec<Value> = texts.iter().map(|text| json!({"id": 1, "text": text})).collect();
        let read = reader::read(&export(&json!({}), &[rows]).unwrap()).unwrap();
        let read: Vec<&str> = read.iter().map(|row| row["text"].as_str().unwrap_or_default()).collect();
        prop_assert_eq!(read, texts);
    }
}
