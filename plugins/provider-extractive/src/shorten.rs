//! Shortens a sentence to a limit at a phrase boundary.
//!
//! Several shorter forms are tried, from the unchanged sentence to a cut before a preposition. The cost of a form is its
//! loss of content; the form with the lowest cost within the limit wins.

use crate::forms::{MIN_WORDS, after_opening_clause, without_articles, without_lead, without_parentheses};
use crate::grammar::{AFTER_COMMA, CLAUSE, DANGLING, RELATIVE, WEAK, bare_word, listed};

/// Maximum length of an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Maximum words between white space, as `max_words` counts them.
    pub(crate) words: usize,
    /// Maximum characters, as `max_length` counts them.
    pub(crate) chars: usize,
}

impl Limits {
    fn allow(self, tokens: &[&str]) -> bool {
        tokens.len() <= self.words && length(tokens) <= self.chars
    }

    /// Returns the number of leading tokens within the limits.
    pub(crate) fn prefix(self, tokens: &[&str]) -> usize {
        let mut chars = 0;
        let mut count = 0;
        for token in tokens.iter().take(self.words) {
            chars += token.chars().count() + usize::from(count > 0);
            if chars > self.chars {
                break;
            }
            count += 1;
        }
        count
    }
}

fn length(tokens: &[&str]) -> usize {
    tokens.iter().map(|token| token.chars().count()).sum::<usize>() + tokens.len().saturating_sub(1)
}

/// A sentence within the limits.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ShortSentence {
    pub(crate) text: String,
    /// Loss of content; 0 for the whole sentence.
    pub(crate) cost: f32,
}

/// Maximum words of a sentence. A search in a longer text would take long.
const MAX_SENTENCE: usize = 300;

/// Returns the best form of a sentence within the limits; `None` when no form is readable.
pub(crate) fn shorten(sentence: &[&str], limits: Limits) -> Option<ShortSentence> {
    let whole = without_lead(sentence);
    if limits.allow(whole) {
        return finish(whole, 0.0);
    }
    if whole.len() > MAX_SENTENCE {
        return None;
    }
    let mut best: Option<ShortSentence> = None;
    let mut offer = |short: Option<ShortSentence>| {
        if let Some(short) = short
            && best.as_ref().is_none_or(|best| short.cost < best.cost)
        {
            best = Some(short);
        }
    };
    let bare = without_parentheses(whole);
    let telegram = without_articles(&bare);
    let rest = after_opening_clause(&bare);
    let rest_telegram = without_articles(rest);
    for (form, cost) in [(&bare[..], 0.05), (&telegram, 0.25), (rest, 0.2), (&rest_telegram, 0.45)] {
        if limits.allow(form) {
            offer(finish(form, cost));
        } else if !form.is_empty() {
            offer(cut(form, limits, cost));
        }
    }
    best
}

/// Cuts a sentence at the last possible end within the limit.
fn cut(tokens: &[&str], limits: Limits, cost: f32) -> Option<ShortSentence> {
    let longest = limits.prefix(tokens);
    // A cut inside an opening clause would remove the main clause.
    let opening = tokens.len() - after_opening_clause(tokens).len();
    let shortest = MIN_WORDS.max(if opening > 0 { opening + 3 } else { 0 });
    let strong = (shortest..=longest).rev().find(|at| is_strong(tokens, *at) && may_end(tokens, *at));
    if let Some(at) = strong {
        return finish(tokens.get(..at)?, cost + 0.15 + 0.2 * lost(at, tokens));
    }
    // A cut in the middle of a second clause leaves a fragment.
    let last = (MIN_WORDS - 2..longest).find(|at| is_strong(tokens, *at)).unwrap_or(longest);
    let weak = (shortest..=last).rev().find(|at| is_weak(tokens, *at) && may_end(tokens, *at))?;
    finish(tokens.get(..weak)?, cost + 0.4 + 0.4 * lost(weak, tokens))
}

/// Returns the share of a sentence that a cut after `at` tokens removes.
#[expect(clippy::cast_precision_loss, reason = "rounding does not matter for a share")]
fn lost(at: usize, tokens: &[&str]) -> f32 {
    1.0 - at as f32 / tokens.len().max(1) as f32
}

/// Returns whether a clause ends before the token at `at`.
fn is_strong(tokens: &[&str], at: usize) -> bool {
    let (Some((last, before)), Some(next)) = (tokens.get(..at).and_then(<[&str]>::split_last), tokens.get(at)) else {
        return false;
    };
    let word = bare_word(next);
    if last.ends_with([';', ':', '—', '–']) || matches!(*next, "—" | "–" | "-") || listed(CLAUSE, &word) {
        return true;
    }
    // After an earlier comma, "and" is more likely the end of a list than the start of a clause.
    let in_list = matches!(word.as_str(), "and" | "or") && before.iter().any(|token| token.ends_with(','));
    last.ends_with(',') && listed(AFTER_COMMA, &word) && !in_list
}

/// Returns whether a phrase ends before the token at `at`.
fn is_weak(tokens: &[&str], at: usize) -> bool {
    let Some((before, [next, ..])) = tokens.split_at_checked(at) else {
        return false;
    };
    // "from one night | to the next" is one phrase.
    let spans =
        next.eq_ignore_ascii_case("to") && before.iter().rev().take(4).any(|token| token.eq_ignore_ascii_case("from"));
    listed(WEAK, &bare_word(next)) && !spans
}

/// Returns whether the text can end after `at` tokens: no open bracket, no word that requires another, no bare number.
fn may_end(tokens: &[&str], at: usize) -> bool {
    let Some((last, before)) = tokens.get(..at).and_then(<[&str]>::split_last) else {
        return false;
    };
    let word = bare_word(last);
    let number = word.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','));
    let requires_more = listed(DANGLING, &word) || ["est", "ly", "ed"].iter().any(|end| word.ends_with(end));
    let open = before.iter().chain([last]).fold(0_i32, |open, token| {
        open + i32::from(token.starts_with(['(', '['])) - i32::from(token.contains([')', ']']))
    });
    // "…, once" and "a lens that doubles" are fragments too.
    let fragment = before.last().is_some_and(|token| token.ends_with([',', ':']))
        || before.iter().rev().take(2).any(|token| listed(RELATIVE, &bare_word(token)));
    !word.is_empty() && !number && !requires_more && open <= 0 && !fragment
}

/// Returns the tokens as text, with a capital first letter and without punctuation at the end.
fn finish(tokens: &[&str], cost: f32) -> Option<ShortSentence> {
    let text = headline(&tokens.join(" "));
    let words = text.split_whitespace().count();
    if words == 0 {
        return None;
    }
    let missing = MIN_WORDS.saturating_sub(words);
    Some(ShortSentence { text, cost: if missing > 0 { cost + 0.5 } else { cost } })
}

/// Removes punctuation from the end of a text, and capitalizes its first letter.
pub(crate) fn headline(text: &str) -> String {
    let mut text = text.trim_end_matches(|c: char| c.is_whitespace() || ".,;:!?…-–—".contains(c)).to_owned();
    // A cut between quotation marks leaves a single one.
    if text.matches('"').count() % 2 == 1 {
        text.retain(|c| c != '"');
    }
    let mut chars = text.chars();
    let Some(first) = chars.next() else {
        return text;
    };
    // "iPhone", "pH" and "ß" stay unchanged; the capital of "ß" is two letters and may exceed the limit.
    let mixed = chars.next().is_some_and(char::is_uppercase);
    if mixed || first.to_uppercase().len() != 1 {
        return text;
    }
    first.to_uppercase().chain(text.chars().skip(1)).collect()
}

#[cfg(test)]
mod tests {
    use super::{Limits, shorten};

    #[test]
    fn sentences_are_cut_at_phrases() {
        let cases = [
            ("fits", "The scale runs backwards.", "The scale runs backwards"),
            ("lead", "So, the scale runs backwards!", "The scale runs backwards"),
            (
                "clause",
                "Glass that faces the sky radiates heat, because space is very cold and very empty indeed.",
                "Glass that faces the sky radiates heat",
            ),
            (
                "articles",
                "A refractor gathers light with a lens at the front of a closed tube.",
                "Refractor gathers light with lens at front of closed tube",
            ),
            (
                "opening clause",
                "From middle northern latitudes in the two months of early spring, look low in the west after dusk.",
                "Look low in the west after dusk",
            ),
            (
                "parentheses",
                "Use a low southern horizon (northern in the southern hemisphere) instead of a bright street.",
                "Use a low southern horizon instead of a bright street",
            ),
        ];
        let limits = Limits { words: 12, chars: usize::MAX };
        for (name, sentence, expected) in cases {
            let tokens: Vec<_> = sentence.split_whitespace().collect();
            assert_eq!(shorten(&tokens, limits).map(|short| short.text).as_deref(), Some(expected), "{name}");
        }
    }

    #[test]
    fn unreadable_texts_are_not_shortened() {
        let text = "word ".repeat(30);
        let tokens: Vec<_> = text.split_whitespace().collect();
        assert_eq!(shorten(&tokens, Limits { words: 12, chars: 100 }), None);
    }
}
