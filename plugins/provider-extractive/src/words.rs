//! Splits text into words for comparisons, each with its stem.
//!
//! These are not the words of `max_words`, which are separated by white space.

use crate::stem::stem;

/// One word of a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Word<'t> {
    /// The word as written.
    pub(crate) text: &'t str,
    pub(crate) stem: u64,
    /// The word is a stop word.
    pub(crate) stop: bool,
    /// Punctuation precedes the word.
    pub(crate) breaks: bool,
}

impl Word<'_> {
    /// Returns whether the word carries meaning: no stop word, no number, no single letter.
    pub(crate) fn is_content(&self) -> bool {
        !self.stop && self.text.len() > 1 && self.text.chars().any(char::is_alphabetic)
    }
}

/// Returns the words of a text: sequences of letters, digits and inner apostrophes.
pub(crate) fn words(text: &str) -> impl Iterator<Item = Word<'_>> {
    let mut rest = text;
    let mut buffer = String::new();
    let mut first = true;
    std::iter::from_fn(move || {
        let start = rest.find(char::is_alphanumeric)?;
        let (gap, tail) = rest.split_at_checked(start)?;
        let end = word_end(tail);
        let (word, after) = tail.split_at_checked(end)?;
        let breaks = !first && gap.chars().any(|c| !c.is_whitespace() && c != '-');
        first = false;
        rest = after;
        let (stem, stop) = stem(word, &mut buffer);
        Some(Word { text: word, stem, stop, breaks })
    })
}

fn word_end(text: &str) -> usize {
    let mut end = 0;
    let mut apostrophe = false;
    for (at, c) in text.char_indices() {
        if c.is_alphanumeric() {
            end = at + c.len_utf8();
            apostrophe = false;
        } else if matches!(c, '\'' | '’') && !apostrophe {
            apostrophe = true;
        } else {
            break;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_are_split_and_breaks_marked() {
        let seen: Vec<_> = words("The Earth's \"edge\", half-lit: 5 × Ångström'").map(|w| (w.text, w.breaks)).collect();
        let expected = [
            ("The", false),
            ("Earth's", false),
            ("edge", true),
            ("half", true),
            ("lit", false),
            ("5", true),
            ("Ångström", true),
        ];
        assert_eq!(seen, expected);
    }
}
