//! Rows of valid files, and errors of invalid ones.

mod conformance;
mod dialects;

use proptest::prelude::{ProptestConfig, any, prop_assert_eq, proptest};
use rowsmith_exporter_csv::CsvExporter;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::row::ChunkBuilder;
use rowsmith_plugin_testkit::{FakeHost, block_on, file_scraper, scrape_file, scrape_rows};
use rowsmith_scraper_csv::CsvScraper;
use std::fs;
use std::path::Path;

fn scraper(path: &Path, options: &Value, host: &FakeHost) -> Result<CsvScraper> {
    file_scraper(path, options, host)
}

/// The rows and the result.
fn scrape(bytes: &[u8], options: &Value) -> (Vec<Value>, Result<()>) {
    scrape_file::<CsvScraper>("rows.csv", bytes, options)
}

#[test]
fn rows_are_read() {
    let ab = |a: &str, b: &str| json!({"a": a, "b": b});
    let cases: Vec<Readable> = vec![
        ("plain", b"a,b\n1,2\n", json!({}), vec![ab("1", "2")]),
        ("no last line end", b"a,b\n1,2", json!({}), vec![ab("1", "2")]),
        ("crlf", b"a,b\r\n1,2\r\n3,4\r\n", json!({}), vec![ab("1", "2"), ab("3", "4")]),
        ("byte order mark", b"\xef\xbb\xbf\"a\",b\n1,2\n", json!({}), vec![ab("1", "2")]),
        ("quotes", b"a,b\n\"x\n\"\"y\"\"\",\",\"\n", json!({}), vec![ab("x\n\"y\"", ",")]),
        ("quoted at the end", b"a,b\n1,\"x\ny\"", json!({}), vec![ab("1", "x\ny")]),
        ("NUL", b"a,b\n\0,x\0\n", json!({}), vec![ab("\0", "x\0")]),
        ("blank lines", b"\na,b\n\n1,2\n\n", json!({}), vec![ab("1", "2")]),
        ("empty cells", b"a,b\n,\n", json!({}), vec![ab("", "")]),
        ("empty as null", b"a,b\n,x\n", json!({"empty_as_null": true}), vec![json!({"a": null, "b": "x"})]),
        ("spaces stay", b"a,b\n 1 ,2\n", json!({}), vec![ab(" 1 ", "2")]),
        ("trim", b" a , b\n 1 ,2\n", json!({"trim": true}), vec![ab("1", "2")]),
        ("semicolon", b"a;b\n1,5;2\n", json!({"delimiter": ";"}), vec![ab("1,5", "2")]),
        ("tab", b"a\tb\n1\t2\n", json!({"delimiter": "\\t"}), vec![ab("1", "2")]),
        ("no header", b"1,2\n", json!({"has_header": false}), vec![json!({"column_1": "1", "column_2": "2"})]),
        ("columns", b"x,b,a\n0,2,1\n", json!({"columns": ["a", "b"]}), vec![ab("1", "2")]),
        ("rename", b"x,b\n1,2\n", json!({"rename": {"x": "a"}}), vec![ab("1", "2")]),
        ("swap", b"a,b\n1,2\n", json!({"rename": {"a": "b", "b": "a"}}), vec![json!({"b": "1", "a": "2"})]),
        ("pad", b"a,b\n1\n1,2,\n", json!({"ragged": "pad"}), vec![ab("1", ""), ab("1", "2")]),
        ("empty", b"", json!({}), vec![]),
        ("header only", b"a,b\n", json!({}), vec![]),
    ];
    all_are_read(cases);
}

#[test]
fn encodings_are_read() {
    let ab = |a: &str, b: &str| json!({"a": a, "b": b});
    all_are_read(vec![
        ("latin1", b"a,b\n\xe9,\x80\n", json!({"encoding": "latin1"}), vec![ab("é", "€")]),
        ("lossy", b"a,b\n\xe9,2\n", json!({"encoding": "utf-8-lossy"}), vec![ab("\u{fffd}", "2")]),
        ("shift_jis", b"a,b\n\x93\xfa,2\n", json!({"encoding": "shift_jis"}), vec![ab("日", "2")]),
        ("utf-16le", b"a\0,\0b\0\n\x001\0,\x002\0", json!({"encoding": "utf-16le"}), vec![ab("1", "2")]),
        ("utf-16", b"\xff\xfea\0,\0b\0\n\0\xe9\0,\x002\0", json!({"encoding": "utf-16"}), vec![ab("é", "2")]),
    ]);
}

/// A name, bytes, options, and the expected rows.
type Readable = (&'static str, &'static [u8], Value, Vec<Value>);

fn all_are_read(cases: Vec<Readable>) {
    for (name, bytes, options, expected) in cases {
        let (rows, result) = scrape(bytes, &options);
        assert_eq!(result, Ok(()), "{name}");
        assert_eq!(rows, expected, "{name}");
    }
}

#[test]
fn invalid_rows_are_errors_with_their_line() {
    let cases: Vec<(&str, &[u8], Value, usize, &str)> = vec![
        ("short row", b"a,b\n1,2\n3\n", json!({}), 1, "line 3 of"),
        ("long row", b"a,b\n1,2,3\n", json!({}), 0, "line 2 of"),
        ("long row, padding", b"a,b\n1\n1,2,3\n", json!({"ragged": "pad"}), 1, "line 3 of"),
        ("crlf", b"a,b\r\n1,2\r\n3\r\n", json!({}), 1, "line 3 of"),
        ("crlf, last", b"a,b\r\n1,2\r\n3", json!({}), 1, "line 3 of"),
        ("after blank lines", b"a,b\n\n\n1\n", json!({}), 0, "line 4 of"),
        ("after blank crlf lines", b"a,b\r\n\r\n\r\n1\r\n", json!({}), 0, "line 4 of"),
        ("after a long cell", b"a,b\n\"x\ny\",2\n3\n", json!({}), 1, "line 4 of"),
        ("a long cell itself", b"a,b\n1,2\n\"x\ny\"\n5,6\n", json!({}), 1, "line 3 of"),
        ("not UTF-8", b"a,b\n1,2\n1,\xff\n", json!({}), 1, "line 3 of"),
        ("half a character in each cell", b"a,b\n\xc3,\xa9\n", json!({}), 0, "is not UTF-8 in column 1"),
        ("not UTF-8 in the header", b"a,\xff\n", json!({}), 0, "line 1 of"),
        ("an open quote", b"a,b\n1,2\n3,\"x\n4,5\n", json!({}), 1, "line 3 of"),
        ("an open quote, no last line end", b"a,b\n3,\"x,5", json!({}), 0, "never closed"),
        ("same names", b"a,b,a\n", json!({}), 0, "columns 1 and 3 are both named `a`"),
        ("same names after trimming", b"a, a\n", json!({"trim": true}), 0, "columns 1 and 2"),
        ("no name", b"a,,c\n", json!({}), 0, "column 2 has no name"),
        (
            "half UTF-16",
            b"\xff\xfea\0\n",
            json!({"encoding": "utf-16"}),
            0,
            "line 1 is not valid UTF-16LE (byte offset 4)",
        ),
        ("half a character", b"a,b\n1,2\n\x93", json!({"encoding": "shift_jis"}), 0, "line 3 is not valid Shift_JIS"),
        ("unexpected UTF-16", b"\xff\xfea\0\n\0", json!({}), 0, "is UTF-16"),
        ("gzip", b"\x1f\x8b\x08\0", json!({}), 0, "is compressed"),
        ("xlsx", b"PK\x03\x04", json!({}), 0, "spreadsheet"),
    ];
    for (name, bytes, options, before, part) in cases {
        let (rows, result) = scrape(bytes, &options);
        let error = result.unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidData, "{name}: {error}");
        assert!(error.message.contains(part), "{name}: {error}");
        assert!(
            error.hint.is_some() && error.context("path").is_some() || name.starts_with("half "),
            "{name}: no hint"
        );
        assert_eq!(rows.len(), before, "{name}: rows before the error");
    }
}

#[test]
fn row_size_is_limited() {
    let mut bytes = b"a,b\n1,\"".to_vec();
    bytes.resize(3 << 20, b'x');
    let (_, result) = scrape(&bytes, &json!({"max_row_mib": 1}));
    assert_eq!(result.unwrap_err().kind, ErrorKind::TooLarge);
}

#[test]
fn config_errors_name_the_key() {
    let cases = [
        ("delimiter", json!({"delimiter": "ab"})),
        ("delimiter", json!({"delimiter": "é"})),
        ("columns", json!({"columns": []})),
        ("columns", json!({"columns": ["A2"]})),
        ("columns", json!({"columns": ["a", "a"]})),
        ("rename", json!({"rename": {"x": "y"}})),
        ("rename", json!({"rename": {"a": "b"}})),
        ("encoding", json!({"encoding": "utf-9"})),
        ("quote", json!({"quote": ","})),
        ("quote", json!({"quote": ""})),
        ("escape", json!({"escape": "ab"})),
        ("escape", json!({"escape": ","})),
        ("skip_lines", json!({"skip_lines": 9})),
        ("names", json!({"names": ["a", "b", "c"]})),
    ];
    for (key, options) in cases {
        let error = scrape(b"a,b\n1,2\n", &options).1.unwrap_err();
        assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some(key)), "{options}");
    }
}

#[test]
fn a_missing_file_suggests_near_names() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("topics.csv"), "").unwrap();
    let host = FakeHost::default();
    let cases = [("topic.csv", Some("`topics.csv`")), ("elsewhere.txt", None), ("no/rows.csv", Some("does not exist"))];
    for (name, hint) in cases {
        let error = scrape_rows(&scraper(&folder.path().join(name), &json!({}), &host).unwrap(), &host).unwrap_err();
        assert_eq!(error.kind, ErrorKind::NotFound, "{name}");
        assert_eq!(error.hint.is_some(), hint.is_some(), "{name}");
        assert!(error.hint.unwrap_or_default().contains(hint.unwrap_or_default()), "{name}");
    }
    let error = scrape_rows(&scraper(folder.path(), &json!({}), &host).unwrap(), &host).unwrap_err();
    assert!(error.message.contains("it is a folder"), "{error}");
}

#[test]
fn source_paths_name_the_file() {
    let host = FakeHost::default();
    let source_paths = |path: &str| scraper(Path::new(path), &json!({}), &host).unwrap().source_paths();
    assert_eq!(source_paths("a/rows.txt"), SourcePaths::file("a/rows.txt"));
    assert_eq!(source_paths("-"), SourcePaths::default());
}

#[test]
fn a_stopped_run_ends_the_reading() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    fs::write(&path, "a\n".repeat(2000)).unwrap();
    let host = FakeHost::default();
    host.cancel();
    let error = scrape_rows(&scraper(&path, &json!({}), &host).unwrap(), &host).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Cancelled);
    assert!(host.rows().len() < 1000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn files_of_the_exporter_round_trip(
        rows in proptest::collection::vec(proptest::collection::vec("[a,;\"\r\n '\t\u{0}é🦀=-]{0,6}", 3), 1..8),
        crlf: bool,
        bom: bool,
        tab: bool,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.csv");
        let delimiter = if tab { "\t" } else { "," };
        let rows: Vec<Value> = rows.into_iter().map(|row| json!({"a": row[0], "b,": row[1], "=c": row[2]})).collect();
        let config = json!({"path": path, "formula_guard": false, "crlf": crlf, "bom": bom, "delimiter": delimiter});
        let config = serde_json::from_value(config).unwrap();
        let mut exporter = CsvExporter::new(config, FakeHost::default().host()).unwrap();
        let mut builder = ChunkBuilder::new();
        for row in &rows {
            builder.push(row).unwrap();
        }
        block_on(async {
            exporter.begin(vec![]).await?;
            exporter.write(builder.take()).await?;
            exporter.finish(FinishMode::Complete).await
        }).unwrap();
        let host = FakeHost::default();
        scrape_rows(&scraper(&path, &json!({"delimiter": delimiter}), &host).unwrap(), &host).unwrap();
        prop_assert_eq!(host.rows(), rows);
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64), encoding in 0..5_usize, pad: bool) {
        let encoding = ["utf-8", "utf-8-lossy", "latin1", "utf-16", "gb18030"][encoding];
        let ragged = if pad { "pad" } else { "error" };
        drop(scrape(&bytes, &json!({"encoding": encoding, "ragged": ragged, "has_header": !pad})));
    }
}
