//! Finds the final answer in a text that also holds a model's thinking. Pure.
//!
//! The text after the last mark that closes thinking counts, whatever precedes it: drafts are often valid JSON with
//! all ids and tags. A mark inside a string of the JSON is part of a value. To recognize it, only the text after the mark
//! is read, so that unbalanced quotes in the thinking have no effect.

use regex::Regex;
use std::sync::LazyLock;

/// Names of thinking in tags, such as `think`, `seed:think` and `inner_monologue`.
const NAME: &str = r"(?:[a-z]{0,12}[_:\-]?)(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflect(?:ion|ing)?|analysis|analyzing|scratch[_\-]?pad|monologue|drafts?|plan(?:ning)?|critique|deliberation|chain[_\-]of[_\-]thought)(?:[_\-](?:process|content|text|steps?))?";
/// Names of the part after the thinking.
const ANSWER: &str = r"(?:final[_\- ]?)?(?:answer|response|output|solution|result)";
/// The start of a heading: a number, signs and emoji.
const START: &str = r#"[^\p{L}\p{N}{}\[\]"\n]*(?:(?:step )?\d{1,2}[.):]+[^\p{L}\p{N}{}\[\]"\n]*)?"#;
/// The end of a heading, with the line below that some have.
const END: &str = r"[*_\s]*(?:[:：][*_\s]*|\n(?:[=\-]{2,}\n)?\s*)";
const OPEN: &str = r"(?:<|&lt;|◁|＜|⟨|【)\s*[|｜]?\s*";
const CLOSE: &str = r"\s*[|｜]?\s*(?:>|&gt;|▷|＞|⟩|】)";

static CLOSING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let end = r"(?:\\?/|end[_ ]?(?:of[_ ]?)?)";
    let begin = r"(?:begin|start)[_ ]?(?:of[_ ]?)?";
    mark(&[
        format!("{OPEN}{end}\\s*{NAME}{CLOSE}"),
        format!("{OPEN}{NAME}[_ ]end{CLOSE}"),
        format!("{OPEN}(?:{begin})?{ANSWER}{CLOSE}"),
        r"\[\s*(?:/\s*(?:think(?:ing)?|thoughts?|reason(?:ing)?)|begin (?:final )?(?:answer|response))\s*\]".to_owned(),
        // Channels of the harmony format.
        r"<\|channel\|>\s*final[^{}\[\]]{0,80}?<\|message\|>".to_owned(),
        r"<channel\|>".to_owned(),
        r"<unused95>".to_owned(),
        r"here is my response:".to_owned(),
        r"\.\.\.\s*done thinking\.?".to_owned(),
    ])
});

static OPENING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let begin = r"(?:begin|start)[_ ]?(?:of[_ ]?)?";
    mark(&[
        format!("{OPEN}(?:{begin})?{NAME}(?:\\s[^<>\\[\\]{{}}]{{0,80}})?{CLOSE}"),
        r"\[\s*(?:think(?:ing)?|(?-i:THOUGHTS?|REASON(?:ING)?))\s*\]".to_owned(),
        r"<\|channel\|?>\s*(?:analysis|commentary|thought)".to_owned(),
        r"<unused94>".to_owned(),
        r"here is my thought process:".to_owned(),
        // The harmony format without its special tokens.
        r"\A\s*(?-i:(?:analysis|commentary)[A-Z])".to_owned(),
    ])
});

/// Headings that announce the last version of an answer; they count directly before JSON.
static HEADING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let kind = "(?:answer|response|output|result|version|json|object|array|list|rows)s?";
    mark(&[
        format!(
            r"\b(?:final|corrected|correction|revised|updated|improved|fixed)(?: (?:json )?{kind})?[*_\s]*[:：][*_\s]*"
        ),
        format!(r"(?:\A|\n){START}(?:the )?final {kind}[*_#\s]*\n(?:[=\-]{{2,}}\n)?"),
        r"assistantfinal\s*".to_owned(),
    ])
});

/// A heading of thinking at the start of a response.
static THINKING_HEADING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let name = r"(?:thinking|thoughts?|reasoning|analysis|reflection|scratch ?pad|chain of thought|drafts?|plan|überlegung(?:en)?|gedanken(?:gang)?|analyse|razonamiento|pensamiento|análisis|raisonnement|réflexion|思考|推理|分析)";
    mark(&[format!(r"\A{START}(?:my |the )?{name}(?: process|过程)?{END}")])
});

/// The heading of the answer after such thinking.
static ANSWER_HEADING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let other = "(?:final )?json|(?:endgültige )?antwort|ergebnis|respuesta(?: final)?|resultado|réponse(?: finale)?|résultat|(?:最终)?(?:答案|回答|结果)";
    mark(&[format!(r"\n{START}(?:my |the )?(?:{ANSWER}|{other}){END}")])
});

/// Builds one expression; the tests cover that the constants are valid.
fn mark(alternatives: &[String]) -> Option<Regex> {
    Regex::new(&format!("(?i){}", alternatives.join("|"))).ok()
}

/// Returns the part of a response that can hold the answer; `None` if the thinking does not end.
pub(super) fn final_answer(text: &str) -> Option<&str> {
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let ends = ends_of(&CLOSING, text)
        .into_iter()
        .chain(ends_of(&HEADING, text).into_iter().filter(|(_, end)| starts_with_json(text, *end)));
    let mut ends: Vec<(usize, usize)> = ends.chain(end_of_headed_thinking(text)).collect();
    ends.sort_unstable();
    let start = outside_strings(text, &ends).next_back().map_or(0, |(_, end)| end);
    let answer = text.get(start..).unwrap_or_default();
    let openings = ends_of(&OPENING, answer);
    let thinks =
        openings.first().is_some_and(|(start, _)| *start == 0) || outside_strings(answer, &openings).next().is_some();
    (!thinks).then_some(answer)
}

/// Returns whether a text starts with a heading of thinking.
pub(super) fn is_headed(text: &str) -> bool {
    THINKING_HEADING.as_ref().is_some_and(|heading| heading.is_match(text))
}

/// Returns the heading of the only answer after a heading of thinking.
fn end_of_headed_thinking(text: &str) -> Option<(usize, usize)> {
    if !is_headed(text) {
        return None;
    }
    match ends_of(&ANSWER_HEADING, text)[..] {
        [(start, end)] if starts_with_json(text, end) => Some((start, end)),
        // Several answers may belong to several rows.
        _ => None,
    }
}

fn ends_of(marks: &LazyLock<Option<Regex>>, text: &str) -> Vec<(usize, usize)> {
    marks.iter().flat_map(|marks| marks.find_iter(text)).map(|found| (found.start(), found.end())).collect()
}

/// Returns whether JSON starts at a position, possibly in a code fence.
fn starts_with_json(text: &str, at: usize) -> bool {
    let rest = text.get(at..).unwrap_or_default().trim_start();
    let rest = rest
        .strip_prefix("```")
        .map_or(rest, |fenced| fenced.trim_start_matches(|c: char| c.is_ascii_alphabetic()).trim_start());
    rest.starts_with(['{', '['])
}

/// Selects the marks that are not inside a string of JSON, in order.
fn outside_strings<'a>(
    text: &'a str,
    marks: &'a [(usize, usize)],
) -> impl DoubleEndedIterator<Item = (usize, usize)> + use<'a> {
    let mut inside = vec![false; marks.len()];
    let mut quote_ends_string = false;
    let mut limit = text.len();
    for (at, (start, end)) in marks.iter().enumerate().rev() {
        if let Some(quote) = first_quote(text.get(*end..limit.max(*end)).unwrap_or_default()) {
            quote_ends_string = ends_a_string(text.get(end + quote + 1..).unwrap_or_default());
        }
        inside[at] = quote_ends_string;
        limit = *start;
    }
    marks.iter().copied().zip(inside).filter(|(_, inside)| !inside).map(|(mark, _)| mark)
}

/// Returns the position of the first quote that no backslash escapes.
fn first_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let found = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        found
    })
}

/// Returns whether the text after a quote continues as JSON does after the end of a string.
fn ends_a_string(rest: &str) -> bool {
    let rest = rest.trim_start();
    match rest.strip_prefix(',') {
        Some(next) => next.trim_start().starts_with(|c: char| matches!(c, '"' | '{' | '[' | '-') || c.is_ascii_digit()),
        None => rest.starts_with(['}', ']']),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ANSWER: &str = r#"{"r0":{"t":"kite"}}"#;
    const DRAFT: &str = r#"A try: {"r0":{"t":"DRAFT"}} but "no", "half"#;

    #[test]
    fn the_text_after_the_last_mark_counts() {
        for (before, after) in [
            ("<think>", "</think>"),
            ("", "</think>\n\n"),
            ("", "</Thinking> "),
            ("<think>a</think><think>", "</think>"),
            ("<thinking>", "</thinking>\n```json\n"),
            ("<reasoning>", "</reasoning>"),
            ("<reflection>", "</reflection>"),
            ("<antThinking>", "</antThinking>"),
            ("<seed:think>", "</seed:think>"),
            ("<longcat_think>", "</longcat_think>"),
            ("<inner_monologue>", "</inner_monologue>"),
            ("<scratchpad>", "</scratchpad>"),
            ("<draft>", "</draft>"),
            ("&lt;think&gt;", "&lt;/think&gt;"),
            ("[THINK]", "[/THINK]"),
            ("◁think▷", "◁/think▷"),
            ("<|begin_of_thought|>", "<|end_of_thought|>"),
            ("<|START_THINKING|>", "<|END_THINKING|><|START_RESPONSE|>"),
            ("<｜thinking｜>", "<｜/thinking｜>"),
            ("<unused94>thought\n", "<unused95>"),
            ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
            ("<|channel|>analysis<|message|>", "<|end|><|channel|>final <|constrain|>json<|message|>"),
            ("analysisWe need JSON. ", "assistantfinal"),
            ("<|channel>thought\n", "<channel|>"),
            ("Here is my thought process: ", "Here is my response: "),
            ("", "[BEGIN FINAL RESPONSE]\n"),
            ("", "<answer>"),
            ("", "<final_answer>\n"),
            ("", "\n\nFinal answer:\n"),
            ("", "\n**Final JSON:**\n"),
            ("", "\n## Final Answer\n\n"),
            ("", "\nCorrected:\n\n"),
            ("", "\nWait, here is the corrected version:\n```json\n"),
            ("", "\nRevised answer: "),
            ("**Thinking**: first ", "\n\n**Answer**: "),
            ("## Reasoning\n", "\n## Answer\n"),
            ("Thought process: ", "\nResponse:\n```json\n"),
            ("1. **Thought process**\n", "\n2. **Result**\n"),
            ("## Step 1: Analysis\n", "\n## Step 2: Final JSON\n"),
            ("**Thoughts**\n", "\n**JSON**\n"),
            ("Reasoning\n=========\n", "\nAnswer\n======\n"),
            ("🤔 **Thinking**\n", "\n---\n✅ **Answer**\n"),
            ("Thinking...\n", "\n...done thinking.\n\n"),
            ("## Razonamiento\n", "\n## Respuesta final\n"),
            ("## Überlegung\n", "\n## Antwort\n"),
            ("**思考**\n", "\n**答案**\n"),
            ("", "\n\nActually, correction:\n\n"),
        ] {
            let text = format!("{before}{DRAFT}{after}{ANSWER}");
            let found = final_answer(&text).map(|text| text.trim().trim_start_matches("```json").trim());
            assert_eq!(found, Some(ANSWER), "{text}");
        }
    }

    #[test]
    fn thinking_that_does_not_end_is_no_answer() {
        for before in [
            "<think>",
            "Sure. <thinking>\n",
            "<think>a</think> <think>",
            "<reasoning>",
            "<think effort=\"low\">",
            "[THINK]",
            "◁think▷",
            "<|begin_of_thought|>",
            "<|channel|>analysis<|message|>",
            "<|channel|>final<|message|>no<|channel|>commentary<|message|>",
            "analysisThe user wants",
            "<think>\"a\", \"b\"",
        ] {
            assert_eq!(final_answer(&format!("{before}{ANSWER}")), None, "{before}");
        }
    }

    #[test]
    fn marks_inside_values_are_part_of_them() {
        for text in [
            r#"{"r0":{"t":"closes with </think>"},"r1":{"t":"b"}}"#,
            r#"{"r0":{"t":"</think> says \"stop\" \\"},"r1":{"t":"<think> opens"}}"#,
            r#"[{"id":"x","t":["<thinking>", "[/THINK]", "◁/think▷"]}]"#,
            r#"{"t":"Final answer: {42}"}"#,
            r#"{"t":"a [draft] of <b>bold</b> and <plan/>"}"#,
            "Here you are, without [reasoning](x): {\"r0\":{\"t\":\"a\"}}",
        ] {
            assert_eq!(final_answer(text), Some(text));
        }
    }

    proptest! {
        #[test]
        fn text_before_the_last_mark_has_no_effect(
            before in r#"(\{"r0":\{"t":"d"\}\}|[\[\]{}",:a-c0-9 \\\n`<>/é]|<think>|</think>|final answer:){0,30}"#,
            mark in prop::sample::select(vec!["</think>", "</reasoning>", "[/THINK]", "<|end_of_thought|>", "<channel|>"]),
            after in prop::sample::select(vec![ANSWER, "\n```json\n{}\n```", "", "no", "see \"a\", \"b\"", "<think>"]),
        ) {
            let (with, without) = (format!("{before}{mark}{after}"), format!("{mark}{after}"));
            prop_assert_eq!(final_answer(&with), final_answer(&without));
        }
    }
}
