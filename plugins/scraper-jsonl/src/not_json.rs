//! Names what other programs write and JSON does not have, in a text that the parser rejects.
//!
//! The scan goes through the text outside of strings and stops at the first part that is not JSON. It is not a parser:
//! it only explains errors.

use rowsmith_plugin_api::prelude::serde_json;

/// A part of a text that is not JSON.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// Offset in the text.
    pub(crate) at: usize,
    /// The problem, for a sentence about the position.
    pub(crate) problem: String,
    /// The next step for the user.
    pub(crate) hint: &'static str,
}

const NOT_A_NUMBER: &str = "JSON has no such numbers: write `null`; in Python, pandas `to_json` does, and \
                            `json.dumps(…, allow_nan=False)` reports them";
const PYTHON: &str = "this is Python's notation: write the objects with `json.dumps`";
const JAVASCRIPT: &str = "this is JavaScript's notation: write the objects with `JSON.stringify`";
const QUOTES: &str = "names and strings need double quotes: write the objects with a JSON library, for example Python's \
                      `json.dumps` instead of `str`";
const COMMENT: &str = "JSON has no comments; remove it";
const LAST_COMMA: &str = "JSON has no comma after the last value; remove it";
const LINE_COMMA: &str = "remove the comma at the end of the line, or put the objects into `[` and `]`";
const TWO_VALUES: &str =
    "write each object on a line of its own, or put the objects into `[` and `]` with commas between";
const SHELL: &str = "this is the notation of a shell: export the data as JSON, for example with `mongoexport`";
const NUMBER: &str =
    "JSON numbers begin with a digit or `-`, have no leading zeros, and digits on both sides of a point";
const MARK: &str = "files with byte order marks were joined: remove all marks but the first";
const SEPARATOR: &str = "this is a JSON text sequence (RFC 7464): remove the record separators";
const CONTROL: &str =
    "inside strings, write line ends as `\\n`, tabs as `\\t`, and other control characters as `\\u00..`";

/// Finds the first part of `text` that is not JSON. `None` if the scan finds no such part.
pub(crate) fn find(text: &str) -> Option<Finding> {
    Scan { text, at: 0, depth: 0, is_complete: false }.run()
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    /// True after a complete value outside of all objects and arrays.
    is_complete: bool,
}

impl Scan<'_> {
    fn run(mut self) -> Option<Finding> {
        while let Some(letter) = self.rest().chars().next() {
            if let Some(finding) = self.step(letter) {
                return Some(finding);
            }
        }
        None
    }

    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn finding(&self, problem: impl Into<String>, hint: &'static str) -> Finding {
        Finding { at: self.at, problem: problem.into(), hint }
    }

    /// Passes one token.
    fn step(&mut self, letter: char) -> Option<Finding> {
        if letter.is_ascii_whitespace() {
            self.at += 1;
            return None;
        }
        if let Some(finding) = self.foreign_letter(letter) {
            return Some(finding);
        }
        if self.is_complete {
            return match letter {
                ',' => Some(self.finding("a comma follows the object", LINE_COMMA)),
                _ => Some(self.finding("a second value follows the first", TWO_VALUES)),
            };
        }
        match letter {
            '"' => return self.string(),
            '{' | '[' => self.depth += 1,
            '}' | ']' => {
                self.depth = self.depth.saturating_sub(1);
                self.is_complete = self.depth == 0;
            }
            ',' if self.rest().get(1..).unwrap_or_default().trim_start().starts_with(['}', ']']) => {
                return Some(self.finding("a comma follows the last value", LAST_COMMA));
            }
            ',' | ':' => {}
            _ => return self.word(),
        }
        self.at += 1;
        None
    }

    /// Letters that JSON does not have outside of strings.
    fn foreign_letter(&self, letter: char) -> Option<Finding> {
        match letter {
            '\'' => Some(self.finding("a single quote is not JSON", QUOTES)),
            '`' => Some(self.finding("a backtick is not JSON", JAVASCRIPT)),
            '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' => {
                Some(self.finding(format!("the quotation mark `{letter}` is not JSON"), QUOTES))
            }
            '#' => Some(self.finding("a comment is not JSON", COMMENT)),
            '/' if self.rest().starts_with("//") || self.rest().starts_with("/*") => {
                Some(self.finding("a comment is not JSON", COMMENT))
            }
            '\u{feff}' => Some(self.finding("a byte order mark stands inside the file", MARK)),
            '\u{1e}' => Some(self.finding("a record separator (U+001E) is not JSON", SEPARATOR)),
            _ => None,
        }
    }

    /// Passes a string.
    fn string(&mut self) -> Option<Finding> {
        let mut is_escaped = false;
        for (offset, byte) in self.rest().bytes().enumerate().skip(1) {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' => is_escaped = true,
                b'"' => {
                    self.at += offset + 1;
                    self.is_complete = self.depth == 0;
                    return None;
                }
                0..0x20 => {
                    self.at += offset;
                    return Some(
                        self.finding(format!("the control character U+{byte:04X} stands inside a string"), CONTROL),
                    );
                }
                _ => {}
            }
        }
        self.at = self.text.len();
        None
    }

    /// Passes a number or a word up to the next delimiter.
    fn word(&mut self) -> Option<Finding> {
        let is_end = |letter: char| {
            letter.is_whitespace() || matches!(letter, ',' | ':' | '{' | '}' | '[' | ']' | '(' | '"' | '\'')
        };
        let rest = self.rest();
        let length = rest.find(is_end).unwrap_or(rest.len());
        let (word, after) = rest.split_at(length);
        if let Some((problem, hint)) = explain(word, after.trim_start()) {
            return Some(self.finding(problem, hint));
        }
        self.at += length.max(1);
        self.is_complete = self.depth == 0;
        None
    }
}

/// Explains a word that is not JSON; `after` is the text after it.
fn explain(word: &str, after: &str) -> Option<(String, &'static str)> {
    let plain = word.trim_start_matches(['+', '-']).to_ascii_lowercase();
    let shown: String = word.chars().take(40).collect();
    let is_not = |hint| Some((format!("`{shown}` is not JSON"), hint));
    if after.starts_with(':') {
        return Some((format!("the name `{shown}` has no quotes"), QUOTES));
    }
    match plain.as_str() {
        _ if matches!(word, "true" | "false" | "null") => None,
        "nan" | "infinity" | "inf" | "nat" => is_not(NOT_A_NUMBER),
        "none" | "true" | "false" => is_not(PYTHON),
        "undefined" => is_not(JAVASCRIPT),
        "null" | "nil" | "na" | "<na>" => is_not("write `null`"),
        _ if after.starts_with('(') => is_not(SHELL),
        _ if after.starts_with(['\'', '"']) => is_not(PYTHON),
        _ if plain.starts_with(|first: char| first.is_ascii_digit() || first == '.') => {
            (!is_number(word)).then(|| (format!("`{shown}` is not a number of JSON"), NUMBER))
        }
        _ => is_not(QUOTES),
    }
}

/// Returns whether the parser accepts the form of a number; its size is checked elsewhere.
fn is_number(word: &str) -> bool {
    serde_json::from_str::<&serde_json::value::RawValue>(word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{prop_assert_eq, proptest};
    use rowsmith_plugin_api::prelude::json;

    #[test]
    fn other_notations_are_found() {
        let cases = [
            ("NaN", r#"{"a": NaN}"#, 6, "NaN"),
            ("negative infinity", r#"{"a": -Infinity}"#, 6, "-Infinity"),
            ("nested", r#"{"a": {"b": [1, Infinity]}}"#, 16, "Infinity"),
            ("of other libraries", r#"{"a": [nan, -inf]}"#, 7, "nan"),
            ("None", r#"{"a": None}"#, 6, "None"),
            ("True", r#"{"a": True}"#, 6, "True"),
            ("undefined", r#"{"a": undefined}"#, 6, "undefined"),
            ("single quotes", "{'a': 1}", 1, "single quote"),
            ("bytes", "{\"a\": b'x'}", 6, "`b`"),
            ("typographic quotes", "{“a”: 1}", 1, "quotation mark"),
            ("no quotes", "{a: 1}", 1, "`a`"),
            ("trailing comma", r#"{"a": 1, }"#, 7, "comma"),
            ("trailing comma in a list", r#"{"a": [1,]}"#, 8, "comma"),
            ("comma after the object", r#"{"a": 1},"#, 8, "comma"),
            ("two objects", r#"{"a": 1}{"a": 2}"#, 8, "second value"),
            ("line comment", "{\"a\": 1} // x", 9, "comment"),
            ("block comment", "/* x */ {}", 0, "comment"),
            ("hash", "# x", 0, "comment"),
            ("a mark", "\u{feff}{}", 0, "byte order mark"),
            ("a text sequence", "\u{1e}{}", 0, "record separator"),
            ("a shell", r#"{"_id": ObjectId("5")}"#, 8, "ObjectId"),
            ("hexadecimal", r#"{"a": 0x1F}"#, 6, "0x1F"),
            ("leading zero", r#"{"a": 007}"#, 6, "007"),
            ("no leading digit", r#"{"a": .5}"#, 6, ".5"),
            ("plus", r#"{"a": +5}"#, 6, "+5"),
            ("a tab", "{\"a\": \"x\ty\"}", 8, "U+0009"),
            ("behind strings", r#"{"NaN 'x' //": "\"None", "b": NaN}"#, 30, "NaN"),
        ];
        for (name, text, at, part) in cases {
            let finding = find(text).unwrap_or_else(|| panic!("{name}: nothing found"));
            assert_eq!(finding.at, at, "{name}: {}", finding.problem);
            assert!(finding.problem.contains(part), "{name}: {}", finding.problem);
        }
    }

    #[test]
    fn json_has_no_findings() {
        for text in [
            r#"{"a": [1, -2.5e+3, true, false, null, "it's // # NaN, }"], "b": {}}"#,
            r#"{"a": "\\"}"#,
            "{}",
            "12",
            "{\"a\":",
            "{\"a\": \"unclosed",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[\\[\\]{}:,\"'`/#+\\-.0-9a-zN\u{feff}é\\\\ \n]{0,32}") {
            find(&text);
        }

        #[test]
        fn valid_json_has_no_findings(text in "[a-z\"\\\\é\n'/,}]{0,12}", number: f64) {
            let json = json!({"text": text, "number": number, "list": [text]}).to_string();
            prop_assert_eq!(find(&json), None);
        }
    }
}
