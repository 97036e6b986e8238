//! Values that an exporter must be able to write.

use serde_json::{Value, json};

/// Values of every kind, each with a text that a text file must contain.
pub(super) fn searchable() -> Vec<(Value, &'static str)> {
    vec![
        (Value::Null, ""),
        (json!(true), "true"),
        (json!(false), "false"),
        (json!(0), "0"),
        (json!(-12.5), "-12.5"),
        (json!(9_007_199_254_740_993_i64), "9007199254740993"),
        (json!(""), ""),
        (json!("plain-word"), "plain-word"),
        (json!("naïve – 日本語 🦀"), "日本語 🦀"),
        (json!("e\u{301}galite\u{301}"), "galite\u{301}"),
        (json!("first-line\nsecond-line\r\nthird-line"), "third-line"),
        (json!("comma, \"quote\", tab\t, |pipe|, <tag>, back\\slash end-of-marks"), "end-of-marks"),
        (json!("\u{0}\u{1}\u{7f} after-controls"), "after-controls"),
        (json!("=1+formula-text"), "1+formula-text"),
        (json!(["list-item", 2]), "list-item"),
        (json!({"inner-key": {"deep": []}}), "inner-key"),
    ]
}

/// Texts that must be read back as the same texts: they look like values of other types, or like syntax.
pub(super) const EXACT: &[&str] = &[
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "'quoted",
    "007",
    "1.50",
    "1e5",
    "9007199254740993",
    "NaN",
    "true",
    "FALSE",
    "null",
    "2024-02-29",
    "12:30",
    "3/4",
    "50%",
    "https://example.com/a?b=c&d=\"e\"#f",
    "mailto:someone@example.com",
    "[1, 2]",
    "{\"a\": 1}",
    "<b>&amp;</b>",
    "_x0041_",
    "%41",
    "a\tb",
    "a\rb",
    "a\n\nb\n",
    " outer space ",
    "  ",
    "שלום عليكم",
    "\u{feff}mark",
    "zero\u{200b}width",
    "\u{fffd}\u{fffe}\u{ffff}",
];
