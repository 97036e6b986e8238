//! Rows of all dialects, and a comparison with the crate `csv`.

use super::*;
use proptest::prelude::{any, prop_assert_eq, proptest};

const COMMA: Dialect = Dialect { delimiter: b',', quote: Some(b'"'), escape: None, trim: false };

/// The rows of a text; an empty line is a row without cells.
fn rows(text: &str, dialect: Dialect) -> Result<Vec<Vec<String>>, Fault> {
    let mut cells = Cells::default();
    let mut rest = text.as_bytes();
    let mut rows = Vec::new();
    loop {
        let length = match parse(rest, true, dialect, &mut cells) {
            Parsed::Row(length) => {
                let cell = |index| String::from_utf8_lossy(cells.get(rest, index)).into_owned();
                rows.push((0..cells.len()).map(cell).collect());
                length
            }
            Parsed::Empty(length) => {
                rows.push(Vec::new());
                length
            }
            Parsed::End => return Ok(rows),
            Parsed::Malformed(fault) => return Err(fault),
            Parsed::Incomplete => panic!("the text is complete: {text:?}"),
        };
        rest = &rest[length..];
    }
}

#[test]
fn dialects_are_read() {
    let escape = Dialect { escape: Some(b'\\'), ..COMMA };
    let trim = Dialect { trim: true, ..COMMA };
    let plain = Dialect { quote: None, ..COMMA };
    let single = Dialect { quote: Some(b'\''), ..COMMA };
    let cases: Vec<(&str, &str, Dialect, Vec<Vec<&str>>)> = vec![
        ("quotes", "a,\"b,\"\"c\"\"\r\nd\"\n", COMMA, vec![vec!["a", "b,\"c\"\r\nd"]]),
        ("quotes inside", "a\"b\",c\"\n", COMMA, vec![vec!["a\"b\"", "c\""]]),
        ("line ends", "a\rb\r\nc\n\n\rd", COMMA, vec![vec!["a"], vec!["b"], vec!["c"], vec![], vec![], vec!["d"]]),
        ("empty cells", ",\n\"\",\n,", COMMA, vec![vec!["", ""], vec!["", ""], vec!["", ""]]),
        ("quoted words after a space", "a, \"b\" c\n", COMMA, vec![vec!["a", " \"b\" c"]]),
        ("no quoting", "\"a,\"b\"\n", plain, vec![vec!["\"a", "\"b\""]]),
        ("single quotes", "'a,b','c''d',\"\n", single, vec![vec!["a,b", "c'd", "\""]]),
        ("escaped quotes", "\"a \\\"b\\\", c\",\\\\\n", escape, vec![vec!["a \"b\", c", "\\"]]),
        ("escaped delimiters", "a\\,b,c\\\nd\n", escape, vec![vec!["a,b", "c\nd"]]),
        ("escaped letters", "\"a\\n\",C:\\x,\\N\n", escape, vec![vec!["a\\n", "C:\\x", "\\N"]]),
        ("doubled with an escape", "\"a\"\"b\\\"\"\n", escape, vec![vec!["a\"b\""]]),
        ("an escape at the end", "a\\", escape, vec![vec!["a\\"]]),
        ("escapes without quotes", "a\\,\"b\n", Dialect { quote: None, ..escape }, vec![vec!["a,\"b"]]),
        ("spaces around quotes", "a , \"b, c\" ,\t\"d\"\n", trim, vec![vec!["a ", "b, c", "d"]]),
    ];
    for (name, text, dialect, expected) in cases {
        assert_eq!(rows(text, dialect).unwrap(), expected, "{name}");
    }
}

#[test]
fn malformed_rows_are_faults() {
    let trim = Dialect { trim: true, ..COMMA };
    let tab = Dialect { delimiter: b'\t', ..COMMA };
    let cases = [
        ("text after a quote", "a,\"b\"c\n", COMMA, FaultKind::TextAfterQuote, 5, 2),
        ("words after a quote", "\"b\" c\n", COMMA, FaultKind::TextAfterQuote, 3, 1),
        ("a backslash", "\"a \\\"b\\\"\"\n", COMMA, FaultKind::BackslashBeforeQuote, 5, 1),
        ("a space before", "a, \"b\"\n", COMMA, FaultKind::SpaceAroundQuotes, 3, 2),
        ("a space before, cut", "a, \"b, c\"\n", COMMA, FaultKind::SpaceAroundQuotes, 3, 2),
        ("a space after", "\"a\" ,b\n", COMMA, FaultKind::SpaceAroundQuotes, 3, 1),
        ("words after a trimmed quote", "a, \"b\" c\n", trim, FaultKind::TextAfterQuote, 6, 2),
        ("an open quote", "a\t\"b\n\tc\n", tab, FaultKind::OpenQuote, 2, 2),
    ];
    for (name, text, dialect, kind, at, column) in cases {
        assert_eq!(rows(text, dialect).unwrap_err(), Fault { kind, at, column }, "{name}");
    }
}

proptest! {
    #[test]
    fn rows_are_those_of_the_crate_csv(text in "[a,\"\r\n 'é]{0,40}", single: bool) {
        let quote = if single { b'\'' } else { b'"' };
        let dialect = Dialect { quote: Some(quote), ..COMMA };
        if let Ok(found) = rows(&text, dialect) {
            let mut reader = csv::ReaderBuilder::new()
                .has_headers(false).flexible(true).quote(quote).from_reader(text.as_bytes());
            let expected: Vec<Vec<String>> =
                reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
            let found: Vec<Vec<String>> = found.into_iter().filter(|row| !row.is_empty()).collect();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_row_is_complete_at_any_later_end(text in "[a,\"\r\n \\\\'é]{0,40}", escape: bool, trim: bool) {
        let dialect = Dialect { escape: escape.then_some(b'\\'), trim, ..COMMA };
        let mut cells = Cells::default();
        let whole = parse(text.as_bytes(), true, dialect, &mut cells);
        for end in 0..text.len() {
            let part = parse(&text.as_bytes()[..end], false, dialect, &mut cells);
            if part != Parsed::Incomplete {
                prop_assert_eq!(&part, &whole, "at {}", end);
            }
        }
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64), escape: bool, trim: bool, last: bool) {
        let dialect = Dialect { escape: escape.then_some(b'\\'), trim, ..COMMA };
        parse(&bytes, last, dialect, &mut Cells::default());
    }
}
