//! Addresses that stand in the prose without link markup, which `CommonMark` does not treat as links.

/// Maximum length of an address, in bytes. Keeps the time linear for hostile texts.
const MAX_BYTES: usize = 2_048;

/// The first address in `text`: the text before it, the address, the text after it.
pub(super) fn find(text: &str) -> Option<(&str, &str, &str)> {
    text.match_indices("http").find_map(|(at, _)| {
        let (before, candidate) = text.split_at_checked(at)?;
        let starts_word = !before.ends_with(char::is_alphanumeric);
        let (url, after) = starts_word.then(|| at_start(candidate))??;
        Some((before, url, after))
    })
}

/// Splits off the address at the start of `text`. Trailing punctuation belongs to the sentence.
fn at_start(text: &str) -> Option<(&str, &str)> {
    let scheme = ["https://", "http://"].into_iter().find(|scheme| text.starts_with(scheme))?;
    let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '`' | '|');
    let length =
        text.char_indices().find(|(at, letter)| *at > MAX_BYTES || ends(*letter)).map_or(text.len(), |(at, _)| at);
    let url = without_sentence_end(text.split_at_checked(length)?.0);
    let rest = text.strip_prefix(url)?;
    (url.len() > scheme.len()).then_some((url, rest))
}

fn without_sentence_end(url: &str) -> &str {
    let mut unopened = url.matches(')').count().saturating_sub(url.matches('(').count());
    let mut url = url;
    loop {
        let trimmed = url.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_', '~', ']', '[', '\\']);
        match trimmed.strip_suffix(')').filter(|_| unopened > 0) {
            Some(shorter) => {
                url = shorter;
                unopened -= 1;
            }
            None => return trimmed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn addresses_end_before_the_punctuation_of_the_sentence() {
        let cases = [
            ("See https://a.b/c. And", Some(("See ", "https://a.b/c", ". And"))),
            ("(https://a.b/c)", Some(("(", "https://a.b/c", ")"))),
            ("https://a.b/c_(d)).", Some(("", "https://a.b/c_(d)", ")."))),
            ("xhttp://a http://b", Some(("xhttp://a ", "http://b", ""))),
            ("http:// x", None),
            ("https://...", None),
            ("httpx", None),
        ];
        for (text, expected) in cases {
            assert_eq!(find(text), expected, "{text}");
        }
    }
}
