//! Makes a sentence fit a limit without breaking a phrase.
//!
//! Several shorter forms are tried, from the sentence as it stands to a cut before a preposition; each has a cost that
//! tells how much of the sentence it gives up, and the cheapest one that fits is taken.

use crate::forms::{after_opening_clause, without_articles, without_lead, without_parentheses};
use crate::grammar::{AFTER_COMMA, CLAUSE, DANGLING, RELATIVE, WEAK, bare_word, listed};

/// What an answer may measure.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// In words between white space, as `max_words` counts them.
    pub(crate) words: usize,
    /// In characters, as `max_length` counts them.
    pub(crate) chars: usize,
}

impl Limits {
    fn hold(self, tokens: &[&str]) -> bool {
        tokens.len() <= self.words && length(tokens) <= self.chars
    }

    /// How many leading tokens fit.
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

/// A sentence that fits.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Short {
    pub(crate) text: String,
    /// 0 for the whole sentence.
    pub(crate) cost: f32,
}

/// Fewer words than this tell too little.
pub(crate) const MIN_WORDS: usize = 5;

/// A longer run of words is no sentence, and looking for its best end would take long.
const MAX_SENTENCE: usize = 300;

/// The best form of a sentence that fits the limits, or nothing when none reads well.
pub(crate) fn shorten(sentence: &[&str], limits: Limits) -> Option<Short> {
    let whole = without_lead(sentence);
    if limits.hold(whole) {
        return finish(whole, 0.0);
    }
    if whole.len() > MAX_SENTENCE {
        return None;
    }
    let mut best: Option<Short> = None;
    let mut offer = |short: Option<Short>| {
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
        if limits.hold(form) {
            offer(finish(form, cost));
        } else if !form.is_empty() {
            offer(cut(form, limits, cost));
        }
    }
    best
}

/// Ends a sentence at the last place before the limit where it may end.
fn cut(tokens: &[&str], limits: Limits, cost: f32) -> Option<Short> {
    let longest = limits.prefix(tokens);
    // Inside an opening clause the main thing has not been said yet.
    let opening = tokens.len() - after_opening_clause(tokens).len();
    let shortest = MIN_WORDS.max(if opening > 0 { opening + 3 } else { 0 });
    let strong = (shortest..=longest).rev().find(|at| is_strong(tokens, *at) && may_end(tokens, *at));
    if let Some(at) = strong {
        return finish(tokens.get(..at)?, cost + 0.15 + 0.2 * lost(at, tokens));
    }
    // A cut in the middle of a second clause leaves a stump.
    let last = (MIN_WORDS - 2..longest).find(|at| is_strong(tokens, *at)).unwrap_or(longest);
    let weak = (shortest..=last).rev().find(|at| is_weak(tokens, *at) && may_end(tokens, *at))?;
    finish(tokens.get(..weak)?, cost + 0.4 + 0.4 * lost(weak, tokens))
}

/// The share of a sentence that a cut after `at` tokens gives up.
#[expect(clippy::cast_precision_loss, reason = "a rounded share of a sentence is as good")]
fn lost(at: usize, tokens: &[&str]) -> f32 {
    1.0 - at as f32 / tokens.len().max(1) as f32
}

/// Whether a clause ends before the token at `at`.
fn is_strong(tokens: &[&str], at: usize) -> bool {
    let (Some((last, before)), Some(next)) = (tokens.get(..at).and_then(<[&str]>::split_last), tokens.get(at)) else {
        return false;
    };
    let word = bare_word(next);
    if last.ends_with([';', ':', '—', '–']) || matches!(*next, "—" | "–" | "-") || listed(CLAUSE, &word) {
        return true;
    }
    // With a comma further ahead, "and" is more likely to end a list than to begin a clause.
    let in_list = matches!(word.as_str(), "and" | "or") && before.iter().any(|token| token.ends_with(','));
    last.ends_with(',') && listed(AFTER_COMMA, &word) && !in_list
}

/// Whether a phrase ends before the token at `at`.
fn is_weak(tokens: &[&str], at: usize) -> bool {
    let Some((before, [next, ..])) = tokens.split_at_checked(at) else {
        return false;
    };
    // "from one night | to the next" is one phrase.
    let spans =
        next.eq_ignore_ascii_case("to") && before.iter().rev().take(4).any(|token| token.eq_ignore_ascii_case("from"));
    listed(WEAK, &bare_word(next)) && !spans
}

/// Whether the text may end after `at` tokens: no open bracket, no word that asks for another, no lone number.
fn may_end(tokens: &[&str], at: usize) -> bool {
    let Some((last, before)) = tokens.get(..at).and_then(<[&str]>::split_last) else {
        return false;
    };
    let word = bare_word(last);
    let number = word.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','));
    let asks = listed(DANGLING, &word) || ["est", "ly", "ed"].iter().any(|end| word.ends_with(end));
    let open = before.iter().chain([last]).fold(0_i32, |open, token| {
        open + i32::from(token.starts_with(['(', '['])) - i32::from(token.contains([')', ']']))
    });
    // "…, once" and "a lens that doubles" are stumps as well.
    let stump = before.last().is_some_and(|token| token.ends_with([',', ':']))
        || before.iter().rev().take(2).any(|token| listed(RELATIVE, &bare_word(token)));
    !word.is_empty() && !number && !asks && open <= 0 && !stump
}

/// Words with a capital first letter and without punctuation at the end.
fn finish(tokens: &[&str], cost: f32) -> Option<Short> {
    let text = tidy(&tokens.join(" "));
    let words = text.split_whitespace().count();
    if words == 0 {
        return None;
    }
    let missing = MIN_WORDS.saturating_sub(words);
    Some(Short { text, cost: if missing > 0 { cost + 0.5 } else { cost } })
}

/// Takes off what a summary does not end in, and capitalises it.
pub(crate) fn tidy(text: &str) -> String {
    let mut text = text.trim_end_matches(|c: char| c.is_whitespace() || ".,;:!?…-–—".contains(c)).to_owned();
    // A cut between quotation marks leaves one alone.
    if text.matches('"').count() % 2 == 1 {
        text.retain(|c| c != '"');
    }
    let mut chars = text.chars();
    let Some(first) = chars.next() else {
        return text;
    };
    // "iPhone" and "pH" stay as they are, and so does "ß", whose capital is two letters and might not fit.
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
    fn sentences_end_at_phrases() {
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
    fn nothing_is_longer_than_the_limit() {
        let text = "word ".repeat(30);
        let tokens: Vec<_> = text.split_whitespace().collect();
        assert_eq!(shorten(&tokens, Limits { words: 12, chars: 100 }), None);
    }
}
