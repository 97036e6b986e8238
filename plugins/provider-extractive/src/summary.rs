//! Summary of a row in one sentence, within the limits of its column.

use crate::reading::Reading;
use crate::rules::Rule;
use crate::sentence::Sentence;
use crate::shorten::{Limits, ShortSentence, headline, shorten};
use crate::words::words;

/// Maximum words of a summary without a limit in the rule.
const DEFAULT_WORDS: usize = 40;

/// Sentences that are considered; important ones are early.
const MAX_SENTENCES: usize = 40;

/// First words that refer to another sentence.
const POINTERS: &[&str] = &[
    "another", "both", "he", "here", "it", "its", "neither", "one", "others", "she", "some", "such", "that", "their",
    "there", "these", "they", "this", "those",
];

/// Words that refer to another sentence anywhere near the start.
const PRONOUNS: &[&str] = &["it", "its", "that", "them", "these", "they", "this", "those"];

/// Returns the summary of a row; empty only for an empty row or a limit of 0.
pub(crate) fn summary(rule: &Rule, reading: &Reading<'_>) -> String {
    let limits = Limits {
        words: rule.max_words.unwrap_or(DEFAULT_WORDS.max(rule.min_length.unwrap_or(0))),
        chars: rule.max_length.unwrap_or(usize::MAX),
    };
    let chosen = best(reading, limits).unwrap_or_else(|| fallback(reading, limits));
    let min_chars = rule.min_length.unwrap_or(0);
    if chosen.chars().count() < min_chars { lengthened(&chosen, reading, limits, min_chars) } else { chosen }
}

fn best(reading: &Reading<'_>, limits: Limits) -> Option<String> {
    let mut best: Option<(f32, ShortSentence)> = None;
    for (position, sentence) in reading.sentences.iter().take(MAX_SENTENCES).enumerate() {
        let score = score(sentence, position, reading);
        let better = |score: f32| best.as_ref().is_none_or(|(top, _)| score > *top);
        // Shortening is expensive and never raises a score.
        if !better(score) {
            continue;
        }
        if let Some(short) = shorten(&sentence.tokens, limits).filter(|short| better(score - short.cost)) {
            best = Some((score - short.cost, short));
        }
    }
    best.map(|(_, short)| short.text)
}

/// Returns the score of a sentence as a summary of the row.
#[expect(clippy::cast_precision_loss, reason = "counts of words are small, and rounding does not matter")]
fn score(sentence: &Sentence<'_>, position: usize, reading: &Reading<'_>) -> f32 {
    let early = 1.0 / (1.0 + 0.5 * position as f32);
    let titled = reading.title_stems.iter().filter(|stem| sentence.stems.contains(stem)).count();
    let title = titled as f32 / reading.title_stems.len().max(1) as f32;
    let weight: u32 = sentence.stems.iter().map(|stem| reading.count(*stem).min(4)).sum();
    let weight = weight as f32 / sentence.stems.len().max(1) as f32 / 4.0;
    let mut score = early + 0.8 * title + 0.6 * weight;
    let first = sentence.tokens.first().copied().unwrap_or_default();
    let last = sentence.tokens.last().copied().unwrap_or_default();
    if refers(first, POINTERS) {
        score -= 0.7;
    } else if sentence.tokens.iter().take(4).any(|token| refers(token, PRONOUNS)) {
        score -= 0.35;
    }
    // An announcement of a list, a question, an item, or a sentence that is cut off.
    let faults = [last.ends_with(':'), last.ends_with('?'), sentence.item, sentence.cut];
    score - 0.5 * faults.iter().filter(|fault| **fault).count() as f32
}

fn refers(token: &str, pointers: &[&str]) -> bool {
    words(token).next().is_some_and(|word| pointers.iter().any(|pointer| word.text.eq_ignore_ascii_case(pointer)))
}

/// Returns the summary without a readable sentence: the row's label, or the first words within the limits.
fn fallback(reading: &Reading<'_>, limits: Limits) -> String {
    let label = reading.label();
    let text = if label.is_empty() { reading.fields.prose.as_str() } else { label.as_str() };
    fit(text, limits)
}

/// Returns the leading words within the limits; the start of a first word that is too long.
pub(crate) fn fit(text: &str, limits: Limits) -> String {
    let tokens: Vec<&str> = text.split_whitespace().take(limits.words).collect();
    let kept = limits.prefix(&tokens);
    if kept == 0 {
        return tokens.first().map(|token| token.chars().take(limits.chars).collect()).unwrap_or_default();
    }
    let text = tokens.get(..kept).unwrap_or_default().join(" ");
    let cut = kept < tokens.len();
    if cut && text.contains('(') && !text.contains(')') {
        let before = text.split('(').next().unwrap_or_default().trim_end();
        if !before.is_empty() {
            return before.to_owned();
        }
    }
    text
}

/// Adds further words of the row until the minimum length is reached or the row has no more words.
fn lengthened(summary: &str, reading: &Reading<'_>, limits: Limits, min_chars: usize) -> String {
    let label = reading.label();
    let mut tokens: Vec<&str> = summary.split_whitespace().collect();
    let more = reading.sentences.iter().flat_map(|sentence| sentence.tokens.iter().copied());
    let more = label.split_whitespace().chain(more).chain(reading.texts().flat_map(str::split_whitespace));
    let mut chars = summary.chars().count();
    for token in more {
        let longer = chars + 1 + token.chars().count();
        if chars >= min_chars || tokens.len() >= limits.words || longer > limits.chars {
            break;
        }
        tokens.push(token);
        chars = longer;
    }
    let text = tokens.join(" ");
    let trimmed = headline(&text);
    if trimmed.chars().count() < min_chars { text } else { trimmed }
}
