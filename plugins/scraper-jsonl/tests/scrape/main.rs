//! Rows of valid files, and errors of invalid ones.

mod conformance;

use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert_eq, proptest};
use rowsmith_exporter_jsonl::JsonlExporter;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::row::ChunkBuilder;
use rowsmith_plugin_testkit::{FakeHost, block_on, file_scraper, scrape_file, scrape_rows};
use rowsmith_scraper_jsonl::JsonlScraper;
use std::fs;
use std::path::Path;

fn scraper(path: &Path, options: &Value, host: &FakeHost) -> Result<JsonlScraper> {
    file_scraper(path, options, host)
}

/// The rows and the result.
fn scrape(bytes: &[u8], options: &Value) -> (Vec<Value>, Result<()>) {
    scrape_file::<JsonlScraper>("rows.jsonl", bytes, options)
}

#[test]
fn rows_are_read() {
    let two = || vec![json!({"a": 1}), json!({"a": "x", "b": [null]})];
    let skip = json!({"on_invalid": "skip"});
    let cases: Vec<(&str, &str, Value, Vec<Value>)> = vec![
        ("lines", "{\"a\":1}\n{\"a\":\"x\",\"b\":[null]}\n", json!({}), two()),
        ("no last line end, crlf", "{\"a\":1}\r\n{\"a\":\"x\",\"b\":[null]}", json!({}), two()),
        ("blank lines", "\n\n {\"a\":1} \n \t\n{\"a\":\"x\",\"b\":[null]}\n\n", json!({}), two()),
        ("byte order mark", "\u{feff}{\"a\":1}\n", json!({}), vec![json!({"a": 1})]),
        ("an array", "[{\"a\":1},{\"a\":\"x\",\"b\":[null]}]", json!({}), two()),
        ("a spread array", "\n[\n {\"a\": 1}\n ,\n {\"a\": \"x\",\n\"b\": [null]}\n]\n", json!({}), two()),
        ("brackets in strings", "[{\"a\":\"],}\\\"]\"},{}]", json!({}), vec![json!({"a": "],}\"]"}), json!({})]),
        ("an empty array", "[ ]", json!({}), vec![]),
        ("nothing", "", json!({}), vec![]),
        ("blanks only", " \n ", json!({}), vec![]),
        (
            "empty objects first",
            "{}\n{}\n{\"a\":1}\n{}",
            json!({}),
            vec![json!({}), json!({}), json!({"a": 1}), json!({})],
        ),
        ("a pointer", "{\"n\":2,\n\"d\":{\"rows\":[{\"a\":1}]}}", json!({"pointer": "/d/rows"}), vec![json!({"a": 1})]),
        (
            "skip lines",
            "1\n{\"a\":1,\"b\":}\n{\"a\":1}\n{\"c\":2,\n{\"a\":3}",
            skip.clone(),
            vec![json!({"a": 1}), json!({"a": 3})],
        ),
        (
            "skip elements",
            "[1, {\"a\":1}, \"x\", {\"b\":\"\\ud800\"}, {\"a\":3}]",
            skip.clone(),
            vec![json!({"a": 1}), json!({"a": 3})],
        ),
        ("skip with empty ones", "{}\n{\"a\":1e999}\n{\"a\":1}", skip, vec![json!({}), json!({"a": 1})]),
    ];
    for (name, text, options, expected) in cases {
        let (rows, result) = scrape(text.as_bytes(), &options);
        assert_eq!(result, Ok(()), "{name}");
        assert_eq!(rows, expected, "{name}");
    }
}

#[test]
fn invalid_rows_are_errors_with_their_position() {
    let pointer = |pointer: &str| json!({"pointer": pointer});
    let cases: Vec<(&str, &[u8], Value, usize, &str)> = vec![
        ("a number", b"{\"a\":1}\n2\n", json!({}), 1, "line 2, column 1 of"),
        ("an array", b"{\"a\":1}\n  []\n", json!({}), 1, "line 2, column 3 of"),
        ("broken", b"{\"a\":1}\n{\"a\":x}\n", json!({}), 1, "line 2, column 6 of"),
        ("two objects", b"{\"a\":1} {\"a\":2}\n", json!({}), 0, "line 1, column 9 of"),
        ("spread over lines", b"{\n\"a\": 1\n}\n", json!({}), 0, "EOF"),
        ("not UTF-8", b"{\"a\":1}\n{\"a\":\"\xff\"}\n", json!({}), 1, "line 2, column 7 of"),
        ("not UTF-8 in an array", b"[\n{\"a\":\n\"\xff\"}]", json!({}), 0, "line 3, column 2 of"),
        ("an element", b"[{\"a\":1},\n 2]", json!({}), 1, "line 2, column 2 of"),
        ("deep in an element", b"[\n{\"a\":1},\n{\"a\":\nx}]", json!({}), 1, "line 4, column 1 of"),
        ("no element", b"[{\"a\":1},,{}]", json!({}), 1, "an element of the array is missing"),
        ("a last comma", b"[{\"a\":1},]", json!({}), 1, "an element of the array is missing"),
        ("no comma", b"[{\"a\":1} {}]", json!({}), 0, "a second value follows"),
        ("cut off in an element", b"[{\"a\":1},{\"a\"", json!({}), 1, "not closed"),
        ("cut off between elements", b"[{\"a\":1},", json!({}), 1, "not closed"),
        ("more behind", b"[{\"a\":1}]\nx", json!({}), 1, "line 2, column 1 of"),
        ("only empty objects", b"{}\n{}\n", json!({}), 0, "no columns"),
        ("a broken document", b"{\"a\":\n[}", pointer("/a"), 0, "line 2, column 2 of"),
        ("an element of a document", b"{\"a\":\n  [{},\n1]}", pointer("/a"), 0, "line 3, column 1 of"),
        ("UTF-16", b"\xff\xfe{\0", json!({}), 0, "UTF-16"),
        ("gzip", b"\x1f\x8b\x08\0", json!({}), 0, "compressed"),
    ];
    for (name, bytes, options, before, part) in cases {
        let (rows, result) = scrape(bytes, &options);
        let error = result.unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidData, "{name}: {error}");
        assert!(error.message.contains(part), "{name}: {error}");
        assert!(error.context("path").is_some(), "{name}");
        assert_eq!(rows.len(), before, "{name}: rows before the error");
    }
    let (_, spread) = scrape(b"{\n\"a\": [{}]\n}\n", &json!({}));
    assert!(spread.unwrap_err().hint.unwrap().contains("pointer"));
}

#[test]
fn notations_of_other_programs_are_named_with_a_hint() {
    let cases: Vec<(&str, &[u8], &str)> = vec![
        ("NaN", b"{\"a\":1}\n{\"a\":NaN}\n", "line 2, column 6 of"),
        ("Infinity in a list", b"{\"a\":1}\n{\"a\":[1,-Infinity]}\n", "`-Infinity`"),
        ("NaN in an array", b"[{\"a\":1},\n {\"a\":{\"b\":NaN}}]", "line 2, column 12 of"),
        ("Python", b"{'a': True}\n", "single quote"),
        ("Python's words", b"{\"a\": None}\n", "`None`"),
        ("an unquoted name", b"{a: 1}\n", "`a`"),
        ("a trailing comma", b"{\"a\":1,}\n", "line 1, column 7 of"),
        ("lines with commas", b"{\"a\":1},\n{\"a\":2}\n", "a comma follows the object"),
        ("a trailing comma in an array", b"[{\"a\":1},]", "element of the array is missing"),
        ("comments", b"// rows\n{\"a\":1}\n", "comment"),
        ("joined objects", b"{\"a\":1}{\"a\":2}\n", "line 1, column 8 of"),
        ("joined files", b"{\"a\":1}\n\xef\xbb\xbf{\"a\":2}\n", "byte order mark"),
        ("UTF-16 without a mark", b"{\0\"\0a\0\"\0:\x001\0}\0\r\0\n\0", "UTF-16"),
        ("UTF-16, big-endian", b"\0{\0\"\0a\0\"\0:\x001\0}\0\n", "UTF-16"),
        ("UTF-32", b"\xff\xfe\0\0{\0\0\0", "UTF-32"),
    ];
    for (name, bytes, part) in cases {
        let error = scrape(bytes, &json!({})).1.unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidData, "{name}: {error}");
        assert!(error.message.contains(part), "{name}: {error}");
        assert!(error.hint.is_some(), "{name}: no hint");
    }
}

#[test]
fn config_errors_name_the_key() {
    let cases = [
        ("pointer", json!({"pointer": "data.items"}), "`/data/items`"),
        ("pointer", json!({"pointer": "$.data"}), "`/data`"),
        ("pointer", json!({"pointer": "/dota"}), "`data`"),
    ];
    for (key, options, hint) in cases {
        let error = scrape(b"{\"data\": []}", &options).1.unwrap_err();
        assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some(key)), "{options}");
        let hint = hint.trim_matches('`');
        assert!(error.hint.unwrap_or_default().contains(hint), "{options}");
    }
}

#[test]
fn row_size_is_limited() {
    for start in ["{\"a\":\"", "[{\"a\":\""] {
        let mut bytes = start.as_bytes().to_vec();
        bytes.resize(3 << 20, b'x');
        let (_, result) = scrape(&bytes, &json!({"max_row_mib": 1, "on_invalid": "skip"}));
        assert_eq!(result.unwrap_err().kind, ErrorKind::TooLarge);
    }
}

#[test]
fn a_missing_file_suggests_near_names() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("topics.jsonl"), "").unwrap();
    let host = FakeHost::default();
    let scraper = scraper(&folder.path().join("topic.jsonl"), &json!({}), &host).unwrap();
    let error = scrape_rows(&scraper, &host).unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(error.hint.unwrap().contains("`topics.jsonl`"));
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
    let path = folder.path().join("rows.jsonl");
    fs::write(&path, "{\"a\":1}\n".repeat(2000)).unwrap();
    let host = FakeHost::default();
    host.cancel();
    let error = scrape_rows(&scraper(&path, &json!({}), &host).unwrap(), &host).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Cancelled);
    assert!(host.rows().len() < 1000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn files_of_the_exporter_round_trip(rows in proptest::collection::vec(rows(), 1..8)) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.jsonl");
        let config = serde_json::from_value(json!({"path": path})).unwrap();
        let mut exporter = JsonlExporter::new(config, FakeHost::default().host()).unwrap();
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
        scrape_rows(&scraper(&path, &json!({}), &host).unwrap(), &host).unwrap();
        prop_assert_eq!(host.rows(), rows);
    }

    #[test]
    fn the_layout_of_an_array_does_not_matter(rows in proptest::collection::vec(rows(), 0..8), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&rows) } else { serde_json::to_string(&rows) }.unwrap();
        prop_assert_eq!(scrape(text.as_bytes(), &json!({})), (rows.clone(), Ok(())));
        let document = format!("{{\"x\": [1], \"rows\": {text}}}");
        prop_assert_eq!(scrape(document.as_bytes(), &json!({"pointer": "/rows"})), (rows, Ok(())));
    }

    #[test]
    fn no_bytes_panic(
        text in "[\\[\\]{}:,\" \nau1\\\\]{0,24}",
        bytes in proptest::collection::vec(any::<u8>(), 0..24),
        skip: bool,
    ) {
        let on_invalid = if skip { "skip" } else { "error" };
        for bytes in [text.as_bytes(), &bytes] {
            drop(scrape(bytes, &json!({"on_invalid": on_invalid})));
            drop(scrape(bytes, &json!({"pointer": "/a"})));
        }
    }
}

fn rows() -> impl Strategy<Value = Value> {
    let value = proptest::prop_oneof![
        any::<String>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
        Just(json!({"a": [1, "x,]}\""], "b": {}})),
    ];
    proptest::collection::btree_map("[abc\"\\\\]{1,2}", value, 1..4)
        .prop_map(|row| Value::Object(row.into_iter().collect()))
}
