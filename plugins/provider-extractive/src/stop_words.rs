//! English stop words.

/// Returns whether a lower-case word is a stop word.
pub(crate) fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.binary_search(&word).is_ok()
}

/// Sorted for the binary search; a test checks it.
const STOP_WORDS: &[&str] = &[
    "a", "about", "above", "across", "after", "again", "against", "all", "almost", "along", "already", "also",
    "although", "always", "am", "among", "an", "and", "another", "any", "are", "around", "as", "at", "away", "back",
    "be", "became", "because", "become", "becomes", "been", "before", "behind", "being", "below", "between", "both",
    "but", "by", "can", "cannot", "come", "comes", "could", "did", "do", "does", "down", "during", "each", "either",
    "else", "enough", "even", "ever", "every", "few", "for", "from", "further", "gets", "give", "gives", "go", "goes",
    "had", "has", "have", "he", "her", "here", "him", "his", "how", "however", "i", "if", "in", "into", "is", "it",
    "its", "itself", "just", "last", "less", "let", "like", "made", "make", "makes", "many", "may", "me", "might",
    "more", "most", "much", "must", "my", "near", "nearly", "need", "needs", "neither", "never", "no", "nor", "not",
    "nothing", "now", "of", "off", "often", "on", "once", "one", "only", "onto", "or", "other", "others", "our", "out",
    "over", "own", "per", "perhaps", "quite", "rather", "s", "same", "see", "seen", "several", "shall", "she",
    "should", "since", "so", "some", "soon", "still", "such", "t", "take", "takes", "than", "that", "the", "their",
    "them", "then", "there", "these", "they", "this", "those", "though", "through", "thus", "to", "together", "too",
    "toward", "towards", "two", "under", "unless", "until", "up", "upon", "us", "usually", "very", "was", "we", "well",
    "were", "what", "when", "where", "whether", "which", "while", "who", "whole", "whose", "why", "will", "with",
    "within", "without", "would", "yet", "you", "your",
];

#[cfg(test)]
mod tests {
    use super::{STOP_WORDS, is_stop_word};

    #[test]
    fn the_list_is_sorted() {
        assert!(STOP_WORDS.is_sorted());
        assert!(is_stop_word("the") && is_stop_word("your") && !is_stop_word("telescope"));
    }
}
