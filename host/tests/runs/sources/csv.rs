//! CSV files of other programs: their dialects, encodings, headers and line ends.

use super::scene::{Outcome, Scene};

fn run(bytes: &[u8], options: &str) -> Outcome {
    Scene::of_file("csv", bytes, options).run()
}

/// Asserts that all rows are asked and exported, with these cells in a column.
#[track_caller]
fn reads(name: &str, end: &Outcome, column: &str, cells: &[&str]) {
    assert_eq!(end.code, 0, "{name}: {}", end.messages);
    assert_eq!(end.column(column), cells, "{name}");
    let mut asked: Vec<&str> = end.asked.iter().filter_map(|row| row[column].as_str()).collect();
    let mut expected: Vec<&str> = cells.iter().copied().filter(|cell| !cell.is_empty()).collect();
    asked.sort_unstable();
    expected.sort_unstable();
    assert_eq!(asked, expected, "{name}: asked");
}

/// Asserts that the file is refused with these words and no row is asked.
#[track_caller]
fn refuses(name: &str, end: &Outcome, words: &[&str]) {
    assert_eq!((end.code, end.asked.len()), (10, 0), "{name}: {}", end.messages);
    for word in words {
        assert!(end.messages.contains(word), "{name}: no {word} in {}", end.messages);
    }
}

#[test]
fn quotes_can_be_characters_like_any_other() {
    let tsv = b"id\ttitle\n1\t\"Heroes\n2\tTwo brothers\n3\tThree sisters\n4\tend of it\"\n5\tLast\n";
    let end = run(tsv, "delimiter = \"\\t\"\nquoting = false");
    reads("tsv", &end, "title", &["\"Heroes", "Two brothers", "Three sisters", "end of it\"", "Last"]);
    let inches = b"id,size\n1,\"19\" wide\n2,20\n";
    refuses("text after a quote", &run(inches, ""), &["line 2 of", "quoting = false"]);
    reads("inches", &run(inches, "quoting = false"), "size", &["\"19\" wide", "20"]);
    let single = b"id,text\n1,'a, b'\n2,'it''s'\n";
    reads("single quotes", &run(single, "quote = \"'\""), "text", &["a, b", "it's"]);
}

#[test]
fn escapes_are_read_or_named() {
    let bytes = b"\"id\",\"text\"\n\"1\",\"she said \\\"hello\\\" twice\"\n\"2\",\"a \\\"b\\\", c\"\n\"3\",\"plain\"\n";
    let end = run(bytes, "escape = \"\\\\\"");
    reads("escape", &end, "text", &["she said \"hello\" twice", "a \"b\", c", "plain"]);
    refuses("no escape", &run(bytes, ""), &["line 2 of", "escape"]);
    let unquoted = b"id,text\n1,a\\, b\n2,C:\\x\n";
    reads("unquoted", &run(unquoted, "escape = \"\\\\\""), "text", &["a, b", "C:\\x"]);
    let other = b"id,text\n1,\"say ^\"hi^\"\"\n";
    reads("another character", &run(other, "escape = \"^\""), "text", &["say \"hi\""]);
}

#[test]
fn header_faults_of_columns_that_are_not_chosen_do_not_matter() {
    let unnamed = b",name,price\n0,Lamp,10\n1,Chair,20\n";
    reads("unnamed", &run(unnamed, "columns = [\"name\"]"), "name", &["Lamp", "Chair"]);
    reads("named", &run(unnamed, "names = [\"id\"]"), "name", &["Lamp", "Chair"]);
    refuses("not chosen", &run(unnamed, ""), &["column 1", "names"]);
    let doubled = b"x,name,x\n0,Lamp,10\n";
    reads("doubled", &run(doubled, "columns = [\"name\"]"), "name", &["Lamp"]);
    refuses("doubled and chosen", &run(doubled, "columns = [\"x\"]"), &["columns 1 and 3"]);
    reads("delimiters at the end", &run(b"id,name,\n0,Lamp,\n", ""), "name", &["Lamp"]);
}

#[test]
fn empty_lines_of_one_column_are_rows() {
    let cells = ["good service", "", "slow delivery", "", "", "never again"];
    for line_end in ["\n", "\r\n", "\r"] {
        let text = format!("comment\n{}\n", cells.join("\n")).replace('\n', line_end);
        let end = run(text.as_bytes(), "");
        reads("empty lines", &end, "comment", &cells);
        assert_eq!(end.skipped, 3, "{line_end:?}");
    }
    let end = run(b"a,b\n1,2\n\n\n3\n4,5\n", "");
    assert_eq!(end.code, 10);
    assert!(end.messages.contains("line 5 of"), "{}", end.messages);
}

#[test]
fn utf16_without_a_mark_is_recognized() {
    for line_end in ["\r\n", "\n", "\r"] {
        let text = "name,text\nLamp,Warm light\nChair,Four legs\n".replace('\n', line_end);
        for (name, unit) in [("utf-16le", u16::to_le_bytes as fn(u16) -> [u8; 2]), ("utf-16be", u16::to_be_bytes)] {
            let bytes: Vec<u8> = text.encode_utf16().flat_map(unit).collect();
            refuses(name, &run(&bytes, ""), &["UTF-16", name]);
            refuses(name, &run(&bytes, "ragged = \"pad\""), &["UTF-16", name]);
            let chosen = Scene::of_file("csv", &bytes, "").input("input = [\"text\"]");
            refuses(name, &chosen.run(), &["UTF-16", name]);
            reads(name, &run(&bytes, "encoding = \"utf-16\""), "text", &["Warm light", "Four legs"]);
        }
    }
}

#[test]
fn legacy_encodings_are_read_by_name_and_never_as_wrong_text() {
    let shift_jis = b"\x95i\x96\xbc,\x90\xe0\x96\xbe\r\n\x93d\x8b\x85,\x92g\x82\xa9\x82\xa2\x8c\xf5\r\n";
    reads("shift_jis", &run(shift_jis, "encoding = \"shift_jis\""), "品名", &["電球"]);
    refuses("default", &run(shift_jis, ""), &["line 1 of", "shift_jis"]);
    for label in ["latin1", "windows-1252", "iso-8859-1"] {
        refuses(label, &run(shift_jis, &format!("encoding = \"{label}\"")), &["windows-1252", "shift_jis"]);
    }
    for (label, bytes, cell) in [
        ("gb18030", &b"id,text\n1,\xc4\xe3\xba\xc3\n"[..], "你好"),
        ("big5", b"id,text\n1,\xa7A\xa6n\n", "你好"),
        ("euc-kr", b"id,text\n1,\xc7\xd1\xb1\xdb\n", "한글"),
        ("koi8-r", b"id,text\n1,\xf0\xd2\xc9\xd7\xc5\xd4\n", "Привет"),
        ("windows-1251", b"id,text\n1,\xcf\xf0\xe8\xe2\xe5\xf2\n", "Привет"),
        ("windows-1252", b"id,text\n1,caf\xe9 \x80\n", "café €"),
    ] {
        reads(label, &run(bytes, &format!("encoding = \"{label}\"")), "text", &[cell]);
        let end = run(bytes, "");
        refuses(label, &end, &["is not UTF-8"]);
        assert!(!end.messages.contains("latin1"), "{label}: {}", end.messages);
    }
}

#[test]
fn wrong_delimiters_are_named_before_a_row_is_asked() {
    for (delimiter, shown) in [(";", ";"), ("|", "|"), ("\t", "\\t")] {
        let text = "id,text\n1,Warm light\n2,Four legs\n".replace(',', delimiter);
        let option = format!("delimiter = \"{shown}\"");
        refuses(delimiter, &run(text.as_bytes(), ""), &[&option]);
        reads(delimiter, &run(text.as_bytes(), &option), "text", &["Warm light", "Four legs"]);
        let excel = format!("sep={delimiter}\r\n{text}");
        reads("sep=", &run(excel.as_bytes(), ""), "text", &["Warm light", "Four legs"]);
    }
    let end = run(b"id;text\n1;a\n", "delimiter = \",\"");
    assert_eq!(end.code, 0);
    assert!(end.messages.contains("delimiter = \";\""), "{}", end.messages);
}

#[test]
fn lines_before_the_header_are_skipped_and_spaces_before_quotes_removed() {
    let titled = b"Report of May\n\nid,text\n1,Lamp\n";
    reads("skip_lines", &run(titled, "skip_lines = 2"), "text", &["Lamp"]);
    let spaced = b"id, \"text\"\n1, \"a, b\"\n";
    refuses("spaces", &run(spaced, ""), &["line 1 of", "trim = true"]);
    reads("trimmed", &run(spaced, "trim = true"), "text", &["a, b"]);
}
