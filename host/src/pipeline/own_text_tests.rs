//! Values that repeat the prompt, and values that only look like it.

use super::*;

const BODY: &str =
    r#"{"Topic":"REST","Text":"Returns all rows of a table as JSON, and the tag xzqk.","Note":"caf\u00e9 \ufffd"}"#;
const HOST: &str = "You are given rows of a table as JSON. For every row, fill these fields from the row alone. \
    Answer with one JSON object and nothing else. Leave out no row and add none.";
const INSTRUCTIONS: &str = "You rate topics for learners. Be brief!\n\nAnswer with one of:\n- The topic is hard\n- The topic is easy\n\
    Otherwise say \"no rating was possible\".";

fn own_text(rejected: Option<(&str, &str)>) -> OwnText {
    let mut summary =
        Rule::new(ValueType::String).with(Constraint::MaxWords(const { std::num::NonZeroUsize::new(12).unwrap() }));
    summary.description = "a crisp summary of the topic, or not rated".to_owned();
    let outputs = [OutputColumn { name: "tldr".into(), column: "TLDR".into(), rule: summary }];
    let rejected =
        rejected.map(|(code, message)| Arc::new(Rejection { code: code.to_owned(), message: message.to_owned() }));
    OwnText {
        prompt: Arc::new(PromptTexts::new(&[HOST], INSTRUCTIONS, &outputs)),
        tokens: ["wbcd", "xzqk", "k3f9a"].map(str::to_owned).to_vec(),
        positions: ["r0", "r1"].map(str::to_owned).to_vec(),
        rows: vec![RowText { body: BODY.into(), rejected }],
    }
}

#[test]
fn texts_of_the_prompt_are_no_values() {
    let own = own_text(Some(("tldr:max_words", "`tldr` has 13 words, at most 12 are allowed")));
    for text in [
        "You are given rows of a table as JSON.",
        "\"leave out no row and add none\"",
        "ANSWER WITH ONE JSON OBJECT, AND NOTHING ELSE!",
        "Leave out no row",
        "A kite. Answer with one JSON object and nothing else",
        "at most 12 words",
        "string; at most 12 words",
        "a crisp summary of the topic, or not rated",
        "You rate topics for learners.",
        "`tldr` has 13 words, at most 12 are allowed",
        "has 13 words, at most",
        "tldr:max_words",
        "rejected: tldr:max_words",
        "Max_Words",
        "max_words:50,",
        "max_words rejected",
        "rejected",
        "\"Rejected\".",
        "wbcd",
        "[wbcd]",
        "A kite (wbcd)",
        "k3f9a: a kite",
        "r0",
        "r1, r0",
        "a kite\u{0}",
        "a\u{85}kite",
        "caf\u{e9} \u{92}",
    ] {
        assert!(own.problem_of(0, text).is_some(), "{text}");
    }
}

#[test]
fn values_that_look_like_the_prompt_are_accepted() {
    let own = own_text(Some(("tldr:missing", "`tldr` is missing")));
    for text in [
        "A story about a red kite",
        "Answer",
        "string",
        "missing",
        "row",
        "id",
        "r2",
        "set r0 to five",
        "Returns all rows of a table as JSON",
        "the tag xzqk",
        "XZQK",
        "The topic is hard",
        "no rating was possible",
        "not rated",
        "one JSON object",
        "Answer with one click, for every topic there is",
        "caf\u{e9} \u{fffd}",
        "max_words",
        "nothing else and no row",
    ] {
        assert_eq!(own.problem_of(0, text), None, "{text}");
    }
    assert_eq!(own_text(None).problem_of(0, "tldr is missing"), None);
    assert_eq!(OwnText::default().problem_of(0, "r0 wbcd"), None);
}

#[test]
fn a_copied_sentence_is_recognized_wherever_it_is_cut() {
    let own = own_text(None);
    for sentence in HOST.split(". ") {
        let words: Vec<&str> = sentence.split(' ').collect();
        for start in 0..words.len() {
            for end in start + RUN..=words.len() {
                let piece = words[start..end].join(" ");
                let of_row = "returns all rows of a table as json".contains(&piece.to_lowercase());
                assert_eq!(own.problem_of(0, &piece).is_some(), !of_row, "{piece}");
            }
        }
    }
}
