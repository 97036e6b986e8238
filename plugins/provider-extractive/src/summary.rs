//! One sentence that stands for the row, within the limits of its column.

use crate::reading::Reading;
use crate::rules::Rule;
use crate::sentence::Sentence;
use crate::shorten::{Limits, Short, shorten, tidy};
use crate::words::words;

/// How long a summary may be when the rule does not say.
const DEFAULT_WORDS: usize = 40;

/// Sentences further back are not looked at: what matters comes early.
const MAX_SENTENCES: usize = 40;

/// First words that point to something in another sentence.
const POINTERS: &[&str] = &[
    "another", "both", "he", "here", "it", "its", "neither", "one", "others", "she", "some", "such", "that", "their",
    "there", "these", "they", "this", "those",
];

/// Words that do so anywhere near the beginning.
const PRONOUNS: &[&str] = &["it", "its", "that", "them", "these", "they", "this", "those"];

/// The summary of a row; empty only when the row or the limit is.
pub(crate) fn summary(rule: &Rule, reading: &Reading<'_>) -> String {
    let limits = Limits {
        words: rule.max_words.unwrap_or(DEFAULT_WORDS.max(rule.min_length.unwrap_or(0))),
        chars: rule.max_length.unwrap_or(usize::MAX),
    };
    let chosen = best(reading, limits).unwrap_or_else(|| forced(reading, limits));
    let wanted = rule.min_length.unwrap_or(0);
    if chosen.chars().count() < wanted { lengthened(&chosen, reading, limits, wanted) } else { chosen }
}

fn best(reading: &Reading<'_>, limits: Limits) -> Option<String> {
    let mut best: Option<(f32, Short)> = None;
    for (position, sentence) in reading.sentences.iter().take(MAX_SENTENCES).enumerate() {
        let score = score(sentence, position, reading);
        let better = |score: f32| best.as_ref().is_none_or(|(top, _)| score > *top);
        // Shortening is the costly part, and it never makes a sentence better.
        if !better(score) {
            continue;
        }
        if let Some(short) = shorten(&sentence.tokens, limits).filter(|short| better(score - short.cost)) {
            best = Some((score - short.cost, short));
        }
    }
    best.map(|(_, short)| short.text)
}

/// How much a sentence tells about the row.
#[expect(clippy::cast_precision_loss, reason = "counts of words are small, and a rounded score is as good")]
fn score(sentence: &Sentence<'_>, position: usize, reading: &Reading<'_>) -> f32 {
    let place = 1.0 / (1.0 + 0.5 * position as f32);
    let titled = reading.title_stems.iter().filter(|stem| sentence.stems.contains(stem)).count();
    let title = titled as f32 / reading.title_stems.len().max(1) as f32;
    let weight: u32 = sentence.stems.iter().map(|stem| reading.count(*stem).min(4)).sum();
    let weight = weight as f32 / sentence.stems.len().max(1) as f32 / 4.0;
    let mut score = place + 0.8 * title + 0.6 * weight;
    let first = sentence.tokens.first().copied().unwrap_or_default();
    let last = sentence.tokens.last().copied().unwrap_or_default();
    if points(first, POINTERS) {
        score -= 0.7;
    } else if sentence.tokens.iter().take(4).any(|token| points(token, PRONOUNS)) {
        score -= 0.35;
    }
    // A sentence that announces a list, a question, an item, or a sentence that the input breaks off in.
    let faults = [last.ends_with(':'), last.ends_with('?'), sentence.item, sentence.cut];
    score - 0.5 * faults.iter().filter(|fault| **fault).count() as f32
}

fn points(token: &str, pointers: &[&str]) -> bool {
    words(token).next().is_some_and(|word| pointers.iter().any(|pointer| word.text.eq_ignore_ascii_case(pointer)))
}

/// What is left when no sentence can be shortened well: the row's label, or the first words that fit.
fn forced(reading: &Reading<'_>, limits: Limits) -> String {
    let label = reading.label();
    let text = if label.is_empty() { reading.fields.prose.as_str() } else { label.as_str() };
    fit(text, limits)
}

/// The longest run of leading words that fits; of a single word that is too long, its beginning.
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

/// Adds further words of the row until the wished length is reached or the row is used up.
fn lengthened(summary: &str, reading: &Reading<'_>, limits: Limits, wanted: usize) -> String {
    let label = reading.label();
    let told: Vec<&str> = summary.split_whitespace().collect();
    let more = reading.sentences.iter().flat_map(|sentence| sentence.tokens.iter().copied());
    let more = label.split_whitespace().chain(more).chain(reading.texts().flat_map(str::split_whitespace));
    let mut tokens = told;
    let mut chars = summary.chars().count();
    for token in more {
        let longer = chars + 1 + token.chars().count();
        if chars >= wanted || tokens.len() >= limits.words || longer > limits.chars {
            break;
        }
        tokens.push(token);
        chars = longer;
    }
    let text = tokens.join(" ");
    let tidied = tidy(&text);
    if tidied.chars().count() < wanted { text } else { tidied }
}
