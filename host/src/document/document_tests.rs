//! Tests of parsing: values, positions, and refused texts.

use proptest::prelude::{Strategy as _, any, prop_oneof, proptest};
use serde_json::json;

use super::Document;
use crate::document::interpolate;

const TEXT: &str = "\u{feff}title = \"zebra first\"
[scraper]
plugin = \"csv\"
config.a.\"b/c\" = { since = 2024-05-01T10:00:00Z, sizes = [1, 0x1F, 2.5] }
[[exporters]]
plugin = \"csv\"
[exporters.config]
path = \"out.csv\"
[[exporters]]
plugin = 'json'
";

fn document() -> Document {
    Document::parse("rowsmith.toml", TEXT).unwrap()
}

#[test]
fn values_keep_their_order() {
    let wanted = json!({
        "title": "zebra first",
        "scraper": {"plugin": "csv", "config": {"a": {"b/c": {"since": "2024-05-01T10:00:00Z", "sizes": [1, 31, 2.5]}}}},
        "exporters": [{"plugin": "csv", "config": {"path": "out.csv"}}, {"plugin": "json"}],
    });
    assert_eq!(document().value, wanted);
    let keys: Vec<_> = document().value.as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["title", "scraper", "exporters"]);
}

#[test]
fn keys_and_values_have_positions() {
    let document = document();
    let cases = [
        ("/title", Some("title"), Some("\"zebra first\"")),
        ("/scraper", Some("scraper"), Some("[scraper]")),
        ("/scraper/config/a/b~1c/since", Some("since"), Some("2024-05-01T10:00:00Z")),
        ("/scraper/config/a/b~1c/sizes/1", None, Some("0x1F")),
        ("/exporters/0/config", Some("config"), Some("[exporters.config]")),
        ("/exporters/1", None, Some("[[exporters]]")),
        ("/exporters/1/plugin", Some("plugin"), Some("'json'")),
        ("/missing", None, None),
    ];
    for (pointer, key, value) in cases {
        assert_eq!(document.spans.key(pointer).map(|span| document.source(&span)), key, "key of {pointer}");
        assert_eq!(document.spans.value(pointer).map(|span| document.source(&span)), value, "value of {pointer}");
    }
    let closest = document.spans.closest("/exporters/1/config/path").unwrap();
    assert_eq!(document.source(&closest), "[[exporters]]");
    assert_eq!(closest.start, document.text.rfind("[[exporters]]").unwrap());
    assert_eq!(document.spans.closest("/missing"), None);
}

#[test]
fn every_line_that_is_not_toml_is_reported() {
    let cases = [
        ("several", "a = \nb = 1\nc = bare word\n[d\n", vec![1, 3, 4]),
        ("a key and a table twice", "e = 1\ne = 2\n[t]\n[t]\n", vec![2, 4]),
        ("an array that is never closed", "a = [1,\n  2\n", vec![2]),
    ];
    for (name, text, wanted) in cases {
        let problems = Document::parse("f", text).unwrap_err();
        let line = |at: usize| text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
        let lines: Vec<usize> =
            problems.iter().map(|problem| line(problem.primary.as_ref().unwrap().span.start)).collect();
        assert_eq!(lines, wanted, "{name}: {problems:#?}");
        assert!(problems.iter().all(|problem| problem.code == "RS1006"), "{name}");
    }
    assert_eq!(Document::parse("f", "a = \n".repeat(1000)).unwrap_err().len(), 10);
}

#[test]
fn values_that_a_config_cannot_hold_are_refused() {
    for text in ["a = nan", "a = -inf", "a = 1e999", "a = 99999999999999999999"] {
        let problems = Document::parse("f", text).unwrap_err();
        assert_eq!((problems.len(), problems[0].code), (1, "RS1006"), "{text}");
        assert_eq!(problems[0].primary.as_ref().unwrap().span, 4..text.len(), "{text}");
    }
    assert_eq!(Document::parse("f", "a = 18446744073709551615").unwrap().value, json!({"a": u64::MAX}));
}

#[test]
fn deep_nesting_is_an_error_instead_of_a_stack_overflow() {
    let key = ["a"; 79].join(".");
    let inline = format!("{key} = {}1{}", format!("{{{key} = ").repeat(79), "}".repeat(79));
    let arrays = format!("a = {}{}", "[".repeat(100_000), "]".repeat(100_000));
    for text in [inline, arrays, format!("{} = 1", vec!["a"; 100_000].join("."))] {
        assert!(Document::parse("f", text).is_err());
    }
}

proptest! {
    #[test]
    fn never_panics(text in prop_oneof![
        any::<String>(),
        "[a-c\\[\\]{}=.,\"'#\n \\\\0-9x_:TZ-]{0,60}",
        "\\[?[ab]\\]? = \"[$a-c{}:?\\\\-]{0,12}\"\n",
        "([ab.]{1,4} = (1|\"\\$\\{A\\}\"|\\[\\{x=1\\}\\]|nan|2020-01-01)\n|\\[\\[?[ab.]{1,3}\\]?\\]\n){0,8}"
            .prop_map(|text| format!("\u{feff}{text}")),
    ]) {
        match Document::parse("f", text.clone()) {
            Ok(mut document) => {
                let problems = interpolate(&mut document, &|name| (name == "A").then(|| "${A}".to_owned()), &|_| false);
                document.render(&problems, true);
            }
            Err(problems) => {
                assert!(!problems.is_empty());
                crate::diagnostic::render("f", &text, &problems, false);
            }
        }
    }
}
