//! Finds the JSON in a model's text and scans it for items.

use super::scanner::read_at;
use serde_json::Value;
use std::borrow::Cow;

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

/// The items of a text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parsed<'a> {
    /// The items that are closed in the text.
    pub items: Vec<Item<'a>>,
    /// True if the text ends before its JSON does.
    pub cut_off: bool,
}

/// Parses a response; `None` when it holds no JSON rows.
pub fn parse(text: &str) -> Option<Parsed<'_>> {
    let text = after_thinking(text);
    let mut best: Option<Parsed<'_>> = None;
    let mut from = 0;
    // In prose the first bracket may not start the answer; the candidate with the most items does.
    for _ in 0..16 {
        let Some(start) = text.get(from..).and_then(|rest| rest.find(['{', '['])).map(|at| from + at) else {
            break;
        };
        let (parsed, consumed) = read_at(text, start);
        let found = parsed.items.len();
        if found > best.as_ref().map_or(0, |b| b.items.len()) {
            best = Some(parsed);
        }
        from = start + consumed.max(1);
    }
    best
}

/// Returns the text after a model's visible thinking.
fn after_thinking(text: &str) -> &str {
    let trimmed = text.trim_start_matches('\u{feff}').trim_start();
    match trimmed.strip_prefix("<think>") {
        Some(rest) => rest.split_once("</think>").map_or("", |(_, after)| after),
        None => trimmed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn ids(text: &str) -> (Vec<String>, bool) {
        let parsed = parse(text).unwrap_or_default();
        (parsed.items.iter().map(|item| item.id.as_deref().unwrap_or_default().to_owned()).collect(), parsed.cut_off)
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
        let parsed = parse(r#"{"tldr":"x","tags":["a","b"]}"#).unwrap();
        assert_eq!(parsed.items.len(), 1);
        assert_eq!(parsed.items[0].fields, Ok(vec![("tldr".into(), json!("x")), ("tags".into(), json!(["a", "b"]))]));
    }

    #[test]
    fn a_field_named_twice_makes_only_its_own_item_unreadable() {
        let parsed = parse(r#"{"r0":{"a":1,"a":2,"b":3},"r1":{"a":2}}"#).unwrap();
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
            assert_eq!(parse(&keyed).unwrap().items[1].fields, Err("its JSON is broken"));
            let first = format!(r#"{{"r0":{item},"r1":{{"t":"b"}}}}"#);
            assert_eq!(ids(&first), (["r0", "r1"].map(str::to_owned).to_vec(), false), "{first}");
            let array = format!(r#"[{{"id":"x","t":"a"}},{item},{{"id":"z","t":"c"}}]"#);
            assert_eq!(ids(&array), (["x", "", "z"].map(str::to_owned).to_vec(), false), "{array}");
            assert!(parse(item).unwrap().items[0].fields.is_err(), "{item}");
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
            let all = parse(whole).unwrap().items;
            let text: String = whole.chars().take(cut).collect();
            for item in parse(&text).unwrap_or_default().items {
                prop_assert!(all.contains(&item), "{item:?} is not in the whole text");
            }
        }
    }
}
