//! Finds the JSON in a model's text and scans it for items.

use super::scanner::read_at;
use super::thinking::{final_answer, is_headed};
use serde_json::Value;
use std::borrow::Cow;
use std::ops::Range;

/// The fields of an item, in the order of the text.
pub type Fields<'a> = Vec<(Cow<'a, str>, Value)>;

/// One answered row.
#[derive(Debug, Clone, PartialEq)]
pub struct Item<'a> {
    /// The key or the `id` field, if there is one.
    pub id: Option<Cow<'a, str>>,
    /// The fields, or the reason why the item is invalid.
    pub fields: Result<Fields<'a>, &'static str>,
}

/// One JSON document of a text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Document<'a> {
    /// The items that are closed in the text; none if the text ends before the first one.
    pub items: Vec<Item<'a>>,
    /// True if the text ends before the document does.
    pub cut_off: bool,
}

/// Maximum brackets of a text that are scanned as the start of a document.
const MAX_STARTS: usize = 64;

/// Parses a response; `None` when it holds no JSON rows, or nothing but thinking.
pub fn parse(text: &str) -> Option<Vec<Document<'_>>> {
    rows(text, false)
}

/// Parses a response that the output cap cut off: complete JSON with words around it may be a draft as well.
pub fn parse_cut_off(text: &str) -> Option<Vec<Document<'_>>> {
    rows(text, true)
}

fn rows(text: &str, is_cut_off: bool) -> Option<Vec<Document<'_>>> {
    let text = final_answer(text)?;
    let scan = scan(text)?;
    let has_rows = scan.documents.iter().any(|document| !document.items.is_empty());
    let is_draft = scan.is_draft(text) || (is_cut_off && scan.is_unfinished_draft(text));
    (has_rows && !is_draft).then_some(scan.documents)
}

fn has_words(text: Option<&str>) -> bool {
    text.is_some_and(|text| text.contains(char::is_alphabetic))
}

/// The documents of a text, and the range from the first to the last.
struct Scan<'a> {
    documents: Vec<Document<'a>>,
    span: Range<usize>,
}

impl Scan<'_> {
    /// Returns whether the JSON is in the middle of headed thinking.
    fn is_draft(&self, text: &str) -> bool {
        is_headed(text) && has_words(text.get(self.span.end..))
    }

    /// Returns whether complete JSON may be a draft, if the text is cut off.
    fn is_unfinished_draft(&self, text: &str) -> bool {
        let is_complete = self.documents.last().is_some_and(|document| !document.cut_off);
        let is_surrounded = || {
            let before = text.get(..self.span.start).map(|before| before.trim_end().trim_end_matches("json"));
            has_words(before) && has_words(text.get(self.span.end..))
        };
        is_complete && (is_headed(text) || is_surrounded())
    }
}

/// Scans a text for JSON; `None` if it has too many brackets.
fn scan(text: &str) -> Option<Scan<'_>> {
    let mut documents = Vec::new();
    let mut span = 0..0;
    let mut from = 0;
    let mut starts = 0;
    while let Some(start) = text.get(from..).and_then(|rest| rest.find(['{', '['])).map(|at| from + at) {
        from = start + 1;
        if !may_start_document(text.get(start..).unwrap_or_default()) {
            continue;
        }
        starts += 1;
        if starts > MAX_STARTS {
            // The answer may be in the rest.
            return None;
        }
        let (document, consumed) = read_at(text, start);
        // A document that the end of the text cut off counts even without an item: it replaces the earlier ones.
        if !document.items.is_empty() || (document.cut_off && consumed > 1) {
            span = if documents.is_empty() { start } else { span.start }..start + consumed;
            documents.push(document);
        }
        from = start + consumed.max(1);
    }
    Some(Scan { documents, span })
}

/// Returns whether a bracket can be the start of an object or array of JSON; most brackets in prose cannot.
fn may_start_document(text: &str) -> bool {
    let inner = text.get(1..).unwrap_or_default().trim_start_matches(|c: char| c.is_whitespace() || c == ',');
    if text.starts_with('{') {
        return inner.starts_with(['"', '}']);
    }
    let literals = ["true", "false", "null"];
    inner.starts_with(|c: char| matches!(c, '{' | '[' | '"' | ']' | '-') || c.is_ascii_digit())
        || literals.iter().any(|literal| inner.starts_with(literal))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn only(text: &str) -> Option<Document<'_>> {
        let mut documents = parse(text)?;
        assert_eq!(documents.len(), 1, "{text}");
        documents.pop()
    }

    fn ids(text: &str) -> (Vec<String>, bool) {
        let parsed = only(text).unwrap_or_default();
        (parsed.items.iter().map(|item| item.id.as_deref().unwrap_or_default().to_owned()).collect(), parsed.cut_off)
    }

    #[test]
    fn drafts_in_thinking_are_no_answer() {
        let json = r#"{"r0":{"a":1}}"#;
        for (text, is_parsed, is_parsed_if_cut_off) in [
            (format!("## Thinking\nA first draft: {json}\nBut it is wrong, because"), false, false),
            (format!("**Thinking**: first try {json}"), true, false),
            (format!("Okay. First draft: {json}. Hmm, that is wrong"), true, false),
            (format!("```json\n{json}\n```\nEach text describes"), true, true),
            (format!("Here you are:\n```json\n{json}\n```"), true, true),
            (json.to_owned(), true, true),
            (json.replace('}', ""), false, false),
        ] {
            assert_eq!(parse(&text).is_some(), is_parsed, "{text}");
            assert_eq!(parse_cut_off(&text).is_some(), is_parsed_if_cut_off, "{text}");
        }
    }

    #[test]
    fn all_the_ways_in_which_models_wrap_json() {
        let keyed = r#"{"r0":{"a":1},"r1":{"a":2}}"#;
        let array = r#"[{"id":"x","a":1},{"id":"y","a":2}]"#;
        let cases = [
            ("keyed", keyed.to_owned(), vec!["r0", "r1"], false),
            ("array", array.to_owned(), vec!["x", "y"], false),
            ("fences", format!("```json\n{keyed}\n```"), vec!["r0", "r1"], false),
            ("prose", format!("Sure! Here you [are]:\n{array}\nAnything else?"), vec!["x", "y"], false),
            ("thinking", format!("<think>maybe {{\"r9\":{{\"a\":0}}}}</think>\n{keyed}"), vec!["r0", "r1"], false),
            ("unclosed thinking", format!("<think>{keyed}"), vec![], false),
            ("byte order mark", format!("\u{feff}{keyed}"), vec!["r0", "r1"], false),
            ("trailing comma", r#"{"r0":{"a":1},"r1":{"a":2},}"#.to_owned(), vec!["r0", "r1"], false),
            ("wrapped array", format!(r#"{{"rows":{array}}}"#), vec!["x", "y"], false),
            ("cut in an item", r#"{"r0":{"a":1},"r1":{"a":"ha"#.to_owned(), vec!["r0"], true),
            ("cut in an array", r#"[{"id":"x","a":1},{"id":"y","a"#.to_owned(), vec!["x"], true),
            ("cut between items", r#"{"r0":{"a":1},"#.to_owned(), vec!["r0"], true),
            ("a refusal", "I cannot help with that.".to_owned(), vec![], false),
            ("nothing", String::new(), vec![], false),
            ("a repeated key", r#"{"r0":{"a":1},"r0":{"a":2}}"#.to_owned(), vec!["r0", "r0"], false),
            ("numbers as ids", r#"[{"id":1,"a":1}]"#.to_owned(), vec!["1"], false),
        ];
        for (name, text, expected, cut) in cases {
            let (found, cut_off) = ids(&text);
            assert_eq!((found, cut_off), (expected.iter().map(|s| (*s).to_owned()).collect(), cut), "{name}");
        }
    }

    #[test]
    fn a_bare_object_is_the_answer_of_one_row() {
        let parsed = only(r#"{"tldr":"x","tags":["a","b"]}"#).unwrap();
        assert_eq!(parsed.items.len(), 1);
        assert_eq!(parsed.items[0].fields, Ok(vec![("tldr".into(), json!("x")), ("tags".into(), json!(["a", "b"]))]));
    }

    #[test]
    fn a_field_named_twice_makes_only_its_own_item_unreadable() {
        let parsed = only(r#"{"r0":{"a":1,"a":2,"b":3},"r1":{"a":2}}"#).unwrap();
        assert!(parsed.items[0].fields.is_err());
        assert!(parsed.items[1].fields.is_ok());
    }

    #[test]
    fn a_broken_item_costs_only_itself() {
        let broken =
            [r#"{"t":"\ud83d x"}"#, "{\"t\":\"a\tb\"}", r#"{"n":1e999}"#, r#"{"t":"\x"}"#, r#"{"t":{"u":[1,]}}"#];
        for item in broken {
            let keyed = format!(r#"{{"r0":{{"t":"a"}},"r1":{item},"r2":{{"t":"c"}}}}"#);
            assert_eq!(ids(&keyed), (["r0", "r1", "r2"].map(str::to_owned).to_vec(), false), "{keyed}");
            assert_eq!(only(&keyed).unwrap().items[1].fields, Err("its JSON is broken"));
            let first = format!(r#"{{"r0":{item},"r1":{{"t":"b"}}}}"#);
            assert_eq!(ids(&first), (["r0", "r1"].map(str::to_owned).to_vec(), false), "{first}");
            let array = format!(r#"[{{"id":"x","t":"a"}},{item},{{"id":"z","t":"c"}}]"#);
            assert_eq!(ids(&array), (["x", "", "z"].map(str::to_owned).to_vec(), false), "{array}");
            assert!(only(item).unwrap().items[0].fields.is_err(), "{item}");
        }
    }

    #[test]
    fn each_document_of_a_response_is_parsed() {
        let items = |text: &str| -> Vec<usize> {
            parse(text).unwrap_or_default().iter().map(|document| document.items.len()).collect()
        };
        let brackets = "see [the note] and {this} ".repeat(200);
        let starts = "{\"a\" ".repeat(80);
        for (name, text, expected) in [
            ("a draft and an answer", r#"{"r0":{"a":1}} no: {"r0":{"a":2},"r1":{"a":3}}"#.to_owned(), vec![1, 2]),
            ("one line per row", "{\"id\":\"x\",\"a\":1}\n{\"id\":\"y\",\"a\":2}".to_owned(), vec![1, 1]),
            ("a later one without a closed item", r#"{"r0":{"a":1}} then {"r0":{"a":"#.to_owned(), vec![1, 0]),
            ("a broken draft", r#"{"r0":{"a":1} oops {"r0":{"a":2},"r1":{"a":3}}"#.to_owned(), vec![1, 2]),
            ("brackets in prose", format!("{brackets}{{\"r0\":{{\"a\":1}}}}"), vec![1]),
            ("a bracket at the end", r#"{"r0":{"a":1}} [see"#.to_owned(), vec![1]),
            ("too many starts", format!("{starts}{{\"r0\":{{\"a\":1}}}}"), vec![]),
            ("only an unfinished start", r#"{"r0":{"a":"#.to_owned(), vec![]),
        ] {
            assert_eq!(items(&text), expected, "{name}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in r#"[\[\]{}",:a-c0-9 \\\n`<>/é]{0,80}"#) {
            drop(parse(&text));
        }

        #[test]
        fn a_cut_never_invents_an_item(cut in 0_usize..200) {
            let whole = r#"{"r0":{"t":"Balance technical debt"},"r1":{"t":"é"},"r2":{"t":"three","n":[1,{"k":2}]}}"#;
            let all = only(whole).unwrap().items;
            let text: String = whole.chars().take(cut).collect();
            for item in only(&text).unwrap_or_default().items {
                prop_assert!(all.contains(&item), "{item:?} is not in the whole text");
            }
        }
    }
}
