//! Splits blocks of plain text into sentences.

use crate::plain::Block;
use crate::words::words;

/// One sentence, split at white space.
#[derive(Debug)]
pub(crate) struct Sentence<'t> {
    pub(crate) tokens: Vec<&'t str>,
    /// Stems of its content words.
    pub(crate) stems: Vec<u64>,
    /// Stem of its first word, which is the verb of an instruction.
    pub(crate) first: u64,
    /// The sentence is an item of a list.
    pub(crate) item: bool,
    /// The text ends within the sentence.
    pub(crate) cut: bool,
}

/// Words with a full stop that does not end a sentence.
const ABBREVIATIONS: [&str; 16] =
    ["approx", "ca", "cf", "dr", "eg", "etc", "fig", "ie", "inc", "mr", "mrs", "ms", "no", "prof", "st", "vs"];

/// Start of a line that announces a list of links.
const ANNOUNCEMENT: [&str; 4] = ["Visit", "the", "following", "resources"];

/// Returns the sentences of all blocks, in order.
pub(crate) fn sentences(blocks: &[Block]) -> Vec<Sentence<'_>> {
    let mut sentences = Vec::new();
    for block in blocks {
        let mut tokens: Vec<&str> = Vec::new();
        let mut upcoming = block.text.split_whitespace().filter(|token| !is_address(token)).peekable();
        while let Some(token) = upcoming.next() {
            tokens.push(token);
            let ended = upcoming.peek().is_none_or(|next| ends_sentence(token) && opens_sentence(next));
            if ended {
                sentences.push(Sentence::new(std::mem::take(&mut tokens), block.item));
            }
        }
    }
    sentences.retain(|sentence| !sentence.tokens.starts_with(&ANNOUNCEMENT) && !sentence.stems.is_empty());
    sentences
}

impl<'t> Sentence<'t> {
    fn new(tokens: Vec<&'t str>, item: bool) -> Self {
        let mut first = 0;
        let mut stems = Vec::new();
        for (index, word) in tokens.iter().flat_map(|token| words(token)).enumerate() {
            if index == 0 {
                first = word.stem;
            }
            if word.is_content() {
                stems.push(word.stem);
            }
        }
        let end = tokens.last().copied().unwrap_or_default();
        let cut = !item && !end.trim_end_matches(CLOSING).ends_with(['.', '!', '?', ':']);
        Self { tokens, stems, first, item, cut }
    }
}

const CLOSING: [char; 7] = ['"', '\'', ')', ']', '”', '’', '»'];

fn is_address(token: &str) -> bool {
    let token = token.trim_start_matches(['(', '<', '"']);
    token.starts_with("https://") || token.starts_with("http://") || token.starts_with("www.")
}

fn ends_sentence(token: &str) -> bool {
    let token = token.trim_end_matches(CLOSING);
    if token.ends_with(['!', '?']) {
        return true;
    }
    let Some(word) = token.strip_suffix('.') else {
        return false;
    };
    let word = word.trim_start_matches(['(', '[', '"', '\'']);
    let initial = word.chars().count() == 1 && word.chars().all(char::is_uppercase);
    let dotted = word.contains('.') && word.chars().all(|c| c.is_alphabetic() || c == '.');
    !initial && !dotted && !ABBREVIATIONS.iter().any(|known| word.eq_ignore_ascii_case(known))
}

fn opens_sentence(token: &str) -> bool {
    token.chars().find(|c| !matches!(c, '"' | '\'' | '(' | '[' | '“' | '‘' | '«')).is_some_and(|c| !c.is_lowercase())
}

#[cfg(test)]
mod tests {
    use super::sentences;
    use crate::plain::blocks;

    #[test]
    fn text_is_split_at_the_ends_of_sentences() {
        let cases: [(&str, &str, &[&str]); 6] = [
            ("two", "Stars: 1.5. Suns \"so.\" Light", &["Stars: 1.5.", "Suns \"so.\"", "Light"]),
            ("abbreviations", "See Dr. Who, e.g. Here. J. Bayer did", &["See Dr. Who, e.g. Here.", "J. Bayer did"]),
            ("no break before small letters", "At f/5. the lens", &["At f/5. the lens"]),
            ("items", "Steps:\n- lean\n- lie down", &["Steps:", "lean", "lie down"]),
            ("addresses", "Look at https://a.b/c now", &["Look at now"]),
            ("announcement", "Stars shine. Visit the following resources to learn more:", &["Stars shine."]),
        ];
        for (name, text, expected) in cases {
            let blocks = blocks(text);
            let seen: Vec<_> = sentences(&blocks).iter().map(|sentence| sentence.tokens.join(" ")).collect();
            assert_eq!(seen, expected, "{name}");
        }
    }
}
