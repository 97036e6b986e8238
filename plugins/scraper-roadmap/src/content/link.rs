//! Addresses inside a paragraph.

/// Longer things are not addresses; the limit keeps hostile texts from being read again and again.
pub(super) const LONGEST: usize = 2_048;

/// Reads `(address "title")` or `(<address> "title")`, what follows the text of a link: the address and the rest.
pub(super) fn destination(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('(')?.trim_start();
    let (url, rest) = match inner.strip_prefix('<') {
        Some(inner) => split_at_letter(inner, |c| matches!(c, '>' | '\n')).filter(|(_, rest)| rest.starts_with('>'))?,
        None => inner.split_at_checked(bare_length(inner)?)?,
    };
    let rest = rest.strip_prefix('>').unwrap_or(rest).trim_start();
    let rest = title_end(rest).unwrap_or(rest).trim_start();
    Some((url, rest.strip_prefix(')')?))
}

/// How long an address without angle brackets is: up to white space or a parenthesis that it did not open.
fn bare_length(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, letter) in text.char_indices().take_while(|(at, _)| *at <= LONGEST) {
        match letter {
            '(' => depth += 1,
            ')' if depth == 0 => return Some(at),
            ')' => depth -= 1,
            letter if letter.is_whitespace() => return Some(at),
            _ => {}
        }
    }
    None
}

/// What follows a title in quotes or parentheses.
fn title_end(text: &str) -> Option<&str> {
    let open = text.chars().next()?;
    let close = match open {
        '"' | '\'' => open,
        '(' => ')',
        _ => return None,
    };
    let (_, rest) = split_at_letter(text.strip_prefix(open)?, |c| c == close)?;
    rest.strip_prefix(close)
}

fn split_at_letter(text: &str, is_end: impl Fn(char) -> bool) -> Option<(&str, &str)> {
    let (at, _) = text.char_indices().take_while(|(at, _)| *at <= LONGEST).find(|(_, letter)| is_end(*letter))?;
    text.split_at_checked(at)
}

/// Reads an address that simply stands in the text: it and the rest. Punctuation at its end belongs to the sentence.
pub(super) fn bare(text: &str) -> Option<(&str, &str)> {
    let scheme = ["https://", "http://"].into_iter().find(|scheme| text.starts_with(scheme))?;
    let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '`' | '|');
    let length =
        text.char_indices().find(|(at, letter)| *at > LONGEST || ends(*letter)).map_or(text.len(), |(at, _)| at);
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
    use super::*;

    #[test]
    fn destinations() {
        let cases = [
            ("(http://a) x", Some(("http://a", " x"))),
            ("( http://a \"title\" )x", Some(("http://a", "x"))),
            ("(http://a/b_(c)) x", Some(("http://a/b_(c)", " x"))),
            ("(<http://a/(b> 'it)')", Some(("http://a/(b", ""))),
            ("()", Some(("", ""))),
            ("(http://a", None),
            ("(http://a b)", None),
            ("(<http://a)", None),
            ("http://a", None),
        ];
        for (text, expected) in cases {
            assert_eq!(destination(text), expected, "{text}");
        }
    }

    #[test]
    fn addresses_in_the_text() {
        let cases = [
            ("https://a.b/c. And", Some(("https://a.b/c", ". And"))),
            ("https://a.b/c)", Some(("https://a.b/c", ")"))),
            ("https://a.b/c_(d)).", Some(("https://a.b/c_(d)", ")."))),
            ("http:// x", None),
            ("https://...", None),
            ("httpx", None),
        ];
        for (text, expected) in cases {
            assert_eq!(bare(text), expected, "{text}");
        }
    }
}
