//! Shorter forms of a sentence with the same or nearly the same meaning.

use crate::grammar::{AFTER_COMMA, CLAUSE, KEEP_ARTICLE, LEADS, OPENERS, bare_word, listed};

/// Fewer words than this carry too little information.
pub(crate) const MIN_WORDS: usize = 5;

/// Maximum words of an opening clause.
const MAX_OPENING: usize = 14;

/// Removes the word that connects a sentence with the one before it.
pub(crate) fn without_lead<'s, 't>(tokens: &'s [&'t str]) -> &'s [&'t str] {
    match tokens {
        [first, rest @ ..] if !rest.is_empty() && listed(LEADS, &bare_word(first)) => rest,
        _ => tokens,
    }
}

/// Removes text in parentheses.
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
    // An unclosed parenthesis would remove the rest of the sentence.
    if open { tokens.to_vec() } else { kept }
}

/// Removes articles, as in a headline.
pub(crate) fn without_articles<'t>(tokens: &[&'t str]) -> Vec<&'t str> {
    let article = |token: &str| ["a", "an", "the"].iter().any(|article| token.eq_ignore_ascii_case(article));
    let needed = |at: usize| tokens.get(at + 1).is_some_and(|next| listed(KEEP_ARTICLE, &bare_word(next)));
    let kept = tokens.iter().enumerate().filter(|(at, token)| !article(token) || needed(*at));
    kept.map(|(_, token)| *token).collect()
}

/// Removes an opening clause, up to its comma.
pub(crate) fn after_opening_clause<'s, 't>(tokens: &'s [&'t str]) -> &'s [&'t str] {
    if !tokens.first().is_some_and(|first| listed(OPENERS, &bare_word(first))) {
        return tokens;
    }
    let comma = tokens.windows(2).take(MAX_OPENING).position(|pair| {
        // A comma before one of these continues the opening clause.
        let next = pair.last().map(|next| bare_word(next)).unwrap_or_default();
        pair.first().is_some_and(|token| token.ends_with([',', ':']))
            && ![CLAUSE, AFTER_COMMA, OPENERS].iter().any(|words| listed(words, &next))
    });
    let rest = comma.and_then(|comma| tokens.get(comma + 1..)).filter(|rest| rest.len() >= MIN_WORDS);
    // A capital letter at that position is more likely a list of names than a main clause.
    rest.filter(|rest| rest.first().is_some_and(|first| !first.starts_with(char::is_uppercase))).unwrap_or(tokens)
}
