//! English function words, by the places at which they allow a sentence to be cut.

/// Words that connect a sentence with the one before it.
pub(crate) const LEADS: &[&str] = &[
    "also",
    "and",
    "but",
    "finally",
    "first",
    "hence",
    "however",
    "instead",
    "moreover",
    "next",
    "so",
    "still",
    "then",
    "therefore",
    "thus",
    "yet",
];

/// Words that start a subordinate clause; a sentence can end before them.
pub(crate) const CLAUSE: &[&str] = &[
    "although", "because", "but", "so", "since", "though", "unless", "until", "when", "whenever", "where", "whereas",
    "which", "while", "who", "whose",
];

/// Words that start a clause after a comma, in addition to [`CLAUSE`].
pub(crate) const AFTER_COMMA: &[&str] =
    &["and", "as", "for", "if", "nor", "not", "or", "then", "with", "without", "yet"];

/// Words that start an opening clause, which needs the clause after its comma.
pub(crate) const OPENERS: &[&str] = &[
    "about", "after", "although", "around", "as", "at", "because", "before", "between", "by", "during", "for", "from",
    "if", "in", "like", "of", "on", "once", "since", "though", "to", "under", "unless", "until", "when", "whenever",
    "where", "while", "with", "within", "without",
];

/// Words before which a phrase ends, although the statement may continue.
pub(crate) const WEAK: &[&str] = &[
    "after", "against", "along", "among", "around", "as", "at", "before", "behind", "below", "between", "by", "during",
    "for", "from", "if", "in", "inside", "into", "near", "on", "outside", "over", "since", "that", "through", "to",
    "towards", "under", "until", "with", "within", "without",
];

/// Words that cannot be last, because they require another word.
pub(crate) const DANGLING: &[&str] = &[
    "a", "about", "all", "almost", "also", "always", "an", "and", "another", "any", "are", "as", "at", "be", "been",
    "best", "between", "but", "by", "called", "can", "come", "comes", "could", "cut", "dozen", "each", "either",
    "even", "every", "few", "first", "for", "from", "get", "gets", "give", "gives", "go", "goes", "has", "have", "how",
    "hundred", "if", "in", "into", "is", "it", "its", "just", "less", "lie", "lies", "like", "look", "looks", "made",
    "make", "makes", "may", "million", "more", "most", "must", "neither", "never", "no", "not", "of", "often", "on",
    "once", "one", "only", "or", "our", "over", "quite", "rather", "run", "runs", "same", "say", "says", "should",
    "side", "so", "some", "stand", "stands", "such", "take", "takes", "than", "that", "the", "their", "these", "they",
    "this", "those", "through", "to", "too", "turn", "turns", "under", "until", "up", "very", "was", "were", "what",
    "when", "where", "which", "while", "who", "whose", "will", "with", "without", "would", "you", "your",
];

/// Words that start a subordinate clause of at least a few words.
pub(crate) const RELATIVE: &[&str] = &["how", "if", "that", "when", "where", "which", "while", "who", "whose"];

/// Words that keep their article: "twice a year", "the next".
pub(crate) const KEEP_ARTICLE: &[&str] = &[
    "day", "few", "first", "half", "hour", "last", "less", "little", "lot", "minute", "month", "more", "next", "one",
    "other", "others", "quarter", "same", "third", "way", "week", "whole", "year",
];

/// Returns a word in the form of the lists: in lower case, without punctuation.
pub(crate) fn bare_word(token: &str) -> String {
    token.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

/// Returns whether a list contains a word.
pub(crate) fn listed(words: &[&str], word: &str) -> bool {
    words.contains(&word)
}
