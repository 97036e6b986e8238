//! Files of other programs: dialects, encodings and headers that are read, or refused with the option that helps.

use super::{all_are_read, scrape};
use rowsmith_plugin_api::prelude::*;

fn ab(a: &str, b: &str) -> Value {
    json!({"a": a, "b": b})
}

#[test]
fn dialects_are_read() {
    let a = |values: &[&str]| values.iter().map(|value| json!({"a": value})).collect::<Vec<_>>();
    let quotes = vec![ab("1", "\"x"), ab("\"", "2")];
    all_are_read(vec![
        ("no quoting", b"a\tb\n1\t\"x\n\"\t2\n", json!({"delimiter": "\t", "quoting": false}), quotes),
        ("escape", b"a,b\n\"x \\\"y\\\"\",1\\,5\n", json!({"escape": "\\"}), vec![ab("x \"y\"", "1,5")]),
        ("single quotes", b"a,b\n'x,y',\"\n", json!({"quote": "'"}), vec![ab("x,y", "\"")]),
        ("trimmed quotes", b"a, \"b\" \n1, \"x, y\" \n", json!({"trim": true}), vec![ab("1", "x, y")]),
        ("a separator line", b"sep=;\r\na;b\r\n1;2\r\n", json!({}), vec![ab("1", "2")]),
        ("a separator line with a mark", b"\xef\xbb\xbfsep=\t\na\tb\n1\t2\n", json!({}), vec![ab("1", "2")]),
        ("a separator line and the option", b"sep=;\na;b\n1;2\n", json!({"delimiter": ";"}), vec![ab("1", "2")]),
        ("lines before", b"Title\n\na,b\n1,2\n", json!({"skip_lines": 2}), vec![ab("1", "2")]),
        ("lines and a separator line", b"x\rsep=|\ra|b\r1|2\r", json!({"skip_lines": 1}), vec![ab("1", "2")]),
        ("carriage returns", b"a,b\r1,2\r3,4\r", json!({}), vec![ab("1", "2"), ab("3", "4")]),
        ("a mark and quotes", b"\xef\xbb\xbf\"a\",\"b\"\r\n\"1\r\n\",2\r\n", json!({}), vec![ab("1\r\n", "2")]),
        ("one column", b"a\nx\n\n\ny\n\n", json!({}), a(&["x", "", "", "y", ""])),
        ("one column, crlf, empty first", b"a\r\n\r\nx", json!({}), a(&["", "x"])),
        ("one column, no header", b"\nx\n\n", json!({"has_header": false, "names": ["a"]}), a(&["", "x", ""])),
        ("one column, null", b"a\n\n", json!({"empty_as_null": true}), vec![json!({"a": null})]),
        ("bars by option", b"a|b\n1|2\n", json!({"delimiter": "|"}), vec![ab("1", "2")]),
        ("one column by option", b"a;b\n1;2\n", json!({"delimiter": ","}), vec![json!({"a;b": "1;2"})]),
    ]);
}

#[test]
fn header_faults_of_other_columns_do_not_matter() {
    let by_number = json!({"rename": {"column_1": "a"}, "columns": ["column_1", "b"]});
    let three = json!({"id": "0", "a": "1", "b": "2"});
    all_are_read(vec![
        ("no name", b",a,b\n0,1,2\n", json!({"columns": ["a", "b"]}), vec![ab("1", "2")]),
        ("doubled", b"x,x,a,b\n0,0,1,2\n", json!({"columns": ["a", "b"]}), vec![ab("1", "2")]),
        ("named", b",a,a\n0,1,2\n", json!({"names": ["id", "", "b"]}), vec![three]),
        ("named by number", b",b\n1,2\n", by_number, vec![ab("1", "2")]),
        ("delimiters at the end", b"a,b,\n1,2,\n3,4\n", json!({}), vec![ab("1", "2"), ab("3", "4")]),
        ("names without a header", b"1,2\n", json!({"has_header": false, "names": ["a", "b"]}), vec![ab("1", "2")]),
    ]);
}

#[test]
fn files_of_another_dialect_or_encoding_are_refused_before_the_first_row() {
    let late = format!("a,b\n{}\"x\"y,2\n", "1,2\n".repeat(300));
    let wide = |text: &str, unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    let (little, big) = (wide("a,b\r1,2\r", u16::to_le_bytes), wide("a,b\n1,2\n", u16::to_be_bytes));
    let quoted = b"\"a\",\"b\"\n\"she said \\\"hi\\\"\",2\n";
    let latin1 = json!({"encoding": "latin1"});
    let cases: Vec<(&str, &[u8], Value, &str, &str)> = vec![
        ("backslashes", quoted, json!({}), "line 2 of", "`escape = \"\\\\\"`"),
        ("text after a quote", late.as_bytes(), json!({}), "line 302 of", "`quoting = false`"),
        ("spaces before quotes", b"a,b\n1, \"x, y\"\n", json!({}), "line 2 of", "`trim = true`"),
        ("semicolons", b"a;b\n1,5;2\n", json!({}), "line 1 of", "`delimiter = \";\"`"),
        ("quoted, with semicolons", b"\"a\";\"b\"\n\"1\";\"2\"\n", json!({}), "line 1 of", "`delimiter = \";\"`"),
        ("tabs", b"a\tb\n1\t2, 3\n", json!({}), "`\\t`", "`delimiter = \"\\t\"`"),
        ("bars", b"a|b\r\n1|2\r\n", json!({}), "`|`", "`delimiter = \"|\"`"),
        ("UTF-16", &little, json!({}), "is UTF-16", "`encoding = \"utf-16le\"`"),
        ("UTF-16, big-endian", &big, json!({"ragged": "pad"}), "is UTF-16", "`encoding = \"utf-16be\"`"),
        ("UTF-16 as latin1", &little, latin1.clone(), "is UTF-16", "utf-16le"),
        ("the other byte order", &big, json!({"encoding": "utf-16le"}), "byte order", "utf-16be"),
        ("not UTF-16", b"a,b\n1,2\n", json!({"encoding": "utf-16"}), "not UTF-16", "`encoding`"),
        ("undefined in latin1", b"a,b\n1,2\n\x90,2\n", latin1, "line 3 has", "`encoding`"),
        ("a value without a name", b"a,b,\n1,2,3\n", json!({}), "column 3", "`names`"),
        ("delimiters at the end of rows", b"a,b\n1,2,\n", json!({}), "line 2 of", "`ragged = \"pad\"`"),
        ("a title", b"Title\na,b\n1,2\n", json!({}), "line 2 of", "`skip_lines`"),
        ("single quotes", b"a,b\n1,'x, y'\n", json!({}), "line 2 of", "`quote = \"'\"`"),
        ("Shift_JIS", b"\x95\x69\x96\xbc,\x90\xe0\x96\xbe\r\n", json!({}), "line 1 of", "`shift_jis`"),
    ];
    for (name, bytes, options, part, hint) in cases {
        let (rows, result) = scrape(bytes, &options);
        let error = result.unwrap_err();
        assert_eq!((error.kind, rows.len()), (ErrorKind::InvalidData, 0), "{name}: {error}");
        assert!(error.message.contains(part), "{name}: {error}");
        let found = error.hint.unwrap_or_default();
        assert!(found.contains(hint), "{name}: {found}");
    }
}

#[test]
fn lines_of_errors_are_those_of_an_editor() {
    let many = [&b"a,b\n"[..], &b"1,2\r\n".repeat(70_000), b"3\n"].concat();
    let cases: Vec<(&str, &[u8], Value, &str)> = vec![
        ("carriage returns", b"a,b\r1,2\r\r3\r", json!({}), "line 4 of"),
        ("skipped lines", b"x\r\ny\r\na,b\r\n3\r\n", json!({"skip_lines": 2}), "line 4 of"),
        ("a separator line", b"sep=,\na,b\n3\n", json!({}), "line 3 of"),
        ("line ends in cells", b"a,b\n\"x\r\ny\rz\",2\n3\n", json!({}), "line 5 of"),
        ("after many rows", &many, json!({}), "line 70002 of"),
    ];
    for (name, bytes, options, part) in cases {
        let error = scrape(bytes, &options).1.unwrap_err();
        assert!(error.message.contains(part), "{name}: {error}");
    }
}
