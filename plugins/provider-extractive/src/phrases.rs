//! Key phrases of a row: sequences of content words that occur often, early, or in the title.

use crate::reading::Reading;
use crate::words::words;
use std::collections::HashSet;

/// Maximum words of a phrase.
const MAX_WORDS: usize = 3;

/// Candidates that are collected per row.
const MAX_CANDIDATES: usize = 200;

/// Score of the title, which is always a key phrase.
const TITLE_BONUS: u32 = 20;

struct Candidate<'t> {
    words: Vec<&'t str>,
    stems: Vec<u64>,
    score: u32,
}

/// Returns up to `max_phrases` phrases, best first. Each word occurs in one of them only.
pub(crate) fn phrases(reading: &Reading<'_>, max_phrases: usize) -> Vec<String> {
    let mut candidates = candidates(reading);
    // The sort is stable: of equal phrases the earlier one is first.
    candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.score));
    let mut used = HashSet::new();
    let mut phrases = Vec::new();
    for candidate in candidates {
        if phrases.len() >= max_phrases {
            break;
        }
        if candidate.stems.iter().all(|stem| !used.contains(stem)) {
            used.extend(candidate.stems);
            phrases.push(candidate.words.join(" "));
        }
    }
    phrases
}

fn candidates<'t>(reading: &Reading<'t>) -> Vec<Candidate<'t>> {
    let mut candidates = Vec::new();
    add(reading.fields.title.split_whitespace(), TITLE_BONUS, reading, &mut candidates);
    for sentence in &reading.sentences {
        add(sentence.tokens.iter().copied(), 0, reading, &mut candidates);
    }
    for text in [&reading.fields.context].into_iter().chain(&reading.fields.others) {
        add(text.split_whitespace(), 0, reading, &mut candidates);
    }
    candidates
}

/// Adds the phrases of one text. A phrase continues across white space, but ends at punctuation.
fn add<'t>(
    tokens: impl Iterator<Item = &'t str>,
    bonus: u32,
    reading: &Reading<'_>,
    candidates: &mut Vec<Candidate<'t>>,
) {
    let mut run = Vec::new();
    for token in tokens {
        if candidates.len() >= MAX_CANDIDATES {
            return;
        }
        if !token.starts_with(char::is_alphanumeric) {
            close(&mut run, bonus, reading, candidates);
        }
        for word in words(token) {
            if word.breaks || !word.is_content() || run.len() == MAX_WORDS {
                close(&mut run, bonus, reading, candidates);
            }
            if word.is_content() {
                run.push((word.text, word.stem));
            }
        }
        if !token.ends_with(char::is_alphanumeric) {
            close(&mut run, bonus, reading, candidates);
        }
    }
    close(&mut run, bonus, reading, candidates);
}

fn close<'t>(run: &mut Vec<(&'t str, u64)>, bonus: u32, reading: &Reading<'_>, candidates: &mut Vec<Candidate<'t>>) {
    if run.is_empty() {
        return;
    }
    let (words, stems): (Vec<_>, Vec<_>) = run.drain(..).unzip();
    let score = stems.iter().map(|stem| {
        let titled = u32::from(reading.title_stems.contains(stem));
        reading.count(*stem).min(6) + 3 * titled
    });
    let score = bonus + score.sum::<u32>();
    candidates.push(Candidate { words, stems, score });
}

#[cfg(test)]
mod tests {
    use super::phrases;
    use crate::plain::blocks;
    use crate::reading::{Fields, Reading};
    use rowsmith_plugin_api::prelude::json;

    #[test]
    fn important_phrases_are_first() {
        let row = json!({
            "Topic": "Dark Frames",
            "Text": "Dark frames record thermal noise. Subtract dark frames from light frames, and thermal noise is gone.",
        });
        let fields = Fields::of_row(row.as_object().expect("an object"));
        let blocks = blocks(&fields.prose);
        assert_eq!(phrases(&Reading::new(&fields, &blocks), 2), ["Dark Frames", "thermal noise"]);
    }
}
