//! Shorter forms of a sentence that still say the same, or nearly.

use crate::grammar::{AFTER_COMMA, CLAUSE, KEEP_ARTICLE, LEADS, OPENERS, bare_word, listed};
use crate::shorten::MIN_WORDS;

/// An opening clause ends within this many words.
const MAX_OPENING: usize = 14;

/// Without the word that leads over from the sentence before.
pub(crate) fn without_lead<'s, 't>(tokens: &'s [&'t str]) -> &'s [&'t str] {
    match tokens {
        [first, rest @ ..] if !rest.is_empty() && listed(LEADS, &bare_word(first)) => rest,
        _ => tokens,
    }
}

/// Without asides in round brackets.
pub(crate) fn without_parentheses<'t>(tokens: &[&'t str]) -> Vec<&'t str> {
    let mut kept = Vec::with_capacity(tokens.len());
    let mut open = false;
    for token in tokens {
        open |= token.starts_with('(');
        if !open {
            kept.push(*token);
        }
        open &= !token.contains(')');
    }
    // A bracket that is never closed would swallow the sentence.
    if open { tokens.to_vec() } else { kept }
}

/// Without articles, as in a headline.
pub(crate) fn without_articles<'t>(tokens: &[&'t str]) -> Vec<&'t str> {
    let article = |token: &str| ["a", "an", "the"].iter().any(|article| token.eq_ignore_ascii_case(article));
    let needed = |at: usize| tokens.get(at + 1).is_some_and(|next| listed(KEEP_ARTICLE, &bare_word(next)));
    let kept = tokens.iter().enumerate().filter(|(at, token)| !article(token) || needed(*at));
    kept.map(|(_, token)| *token).collect()
}

/// What follows the comma of an opening clause; all of it when there is none.
pub(crate) fn after_opening_clause<'s, 't>(tokens: &'s [&'t str]) -> &'s [&'t str] {
    if !tokens.first().is_some_and(|first| listed(OPENERS, &bare_word(first))) {
        return tokens;
    }
    let comma = tokens.windows(2).take(MAX_OPENING).position(|pair| {
        // A comma before one of these goes on with the opening clause.
        let next = pair.last().map(|next| bare_word(next)).unwrap_or_default();
        pair.first().is_some_and(|token| token.ends_with([',', ':']))
            && ![CLAUSE, AFTER_COMMA, OPENERS].iter().any(|words| listed(words, &next))
    });
    let rest = comma.and_then(|comma| tokens.get(comma + 1..)).filter(|rest| rest.len() >= MIN_WORDS);
    // A capital letter there is more likely a list of names than a main clause.
    rest.filter(|rest| rest.first().is_some_and(|first| !first.starts_with(char::is_uppercase))).unwrap_or(tokens)
}
