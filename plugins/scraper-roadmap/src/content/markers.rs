//! What stands at the beginning of a line of Markdown.

/// The text of an ATX heading: one to six `#` and a space.
pub(super) fn heading(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches('#');
    let level = line.len() - rest.len();
    ((1..=6).contains(&level) && (rest.is_empty() || rest.starts_with([' ', '\t'])))
        .then(|| rest.trim_matches([' ', '\t', '#']))
}

/// The text of an item of a list, without its marker and without a box to tick.
pub(super) fn item(line: &str) -> Option<&str> {
    let rest = line.strip_prefix(['-', '*', '+']).or_else(|| number(line))?;
    if rest.is_empty() {
        return Some(rest);
    }
    let text = rest.strip_prefix([' ', '\t'])?.trim_start();
    let ticked = ["[ ] ", "[x] ", "[X] "].iter().find_map(|tick| text.strip_prefix(tick));
    Some(ticked.unwrap_or(text).trim_start())
}

fn number(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = line.len() - rest.len();
    (1..=9).contains(&digits).then(|| rest.strip_prefix(['.', ')'])).flatten()
}

/// The cells of a row of a table, joined; empty for the line between head and body.
pub(super) fn table_row(line: &str) -> Option<String> {
    let inner = line.strip_prefix('|')?;
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    if inner.chars().all(|c| "-:| \t".contains(c)) {
        return Some(String::new());
    }
    let cells: Vec<&str> = inner.split('|').map(str::trim).filter(|cell| !cell.is_empty()).collect();
    Some(cells.join(", "))
}

/// The opening of a code fence: its letter and length.
pub(super) fn fence(line: &str) -> Option<(char, usize)> {
    let letter = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let rest = line.trim_start_matches(letter);
    let length = line.len() - rest.len();
    // Backticks after the opening ones make it a code span in a paragraph.
    (length >= 3 && !(letter == '`' && rest.contains('`'))).then_some((letter, length))
}

/// Whether a line closes the fence that `open` began.
pub(super) fn closes_fence(line: &str, open: (char, usize)) -> bool {
    let rest = line.trim_start_matches(open.0);
    rest.is_empty() && line.len() >= open.1
}

/// A line across the page, or the line under a heading.
pub(super) fn rule(line: &str) -> Option<Rule> {
    let mark = line.chars().next().filter(|c| matches!(c, '-' | '=' | '*' | '_'))?;
    let marks = line.chars().filter(|c| *c == mark).count();
    if marks < 3 || !line.chars().all(|c| c == mark || c == ' ') {
        return None;
    }
    let unbroken = !line.contains(' ');
    match mark {
        '=' => unbroken.then_some(Rule::Underline),
        '-' if unbroken => Some(Rule::Either),
        _ => Some(Rule::Break),
    }
}

/// What [`rule`] found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// Under a heading only.
    Underline,
    /// Across the page only.
    Break,
    /// Under a heading when there is a line to be one, else across the page.
    Either,
}

/// A line without the `>` of quotations.
pub(super) fn unquoted(line: &str) -> &str {
    line.trim_start_matches(['>', ' ', '\t'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_and_items() {
        let cases = [
            ("# One", Some("One"), None),
            ("###### Six ##", Some("Six"), None),
            ("####### Seven", None, None),
            ("#hashtag", None, None),
            ("- a", None, Some("a")),
            ("* [x] done", None, Some("done")),
            ("12) twelve", None, Some("twelve")),
            ("1.5 metres", None, None),
            ("-5 degrees", None, None),
            ("**bold**", None, None),
            ("+", None, Some("")),
            ("1234567890. no", None, None),
        ];
        for (line, expected_heading, expected_item) in cases {
            assert_eq!((heading(line), item(line)), (expected_heading, expected_item), "{line}");
        }
    }

    #[test]
    fn tables_fences_and_rules() {
        assert_eq!(table_row("| a |  | b |"), Some("a, b".to_owned()));
        assert_eq!(table_row("|---|:-:|"), Some(String::new()));
        assert_eq!(table_row("a | b"), None);
        assert_eq!(
            (fence("```rust"), fence("~~~~"), fence("``"), fence("```a``` b")),
            (Some(('`', 3)), Some(('~', 4)), None, None)
        );
        assert!(closes_fence("````", ('`', 3)) && !closes_fence("``", ('`', 3)) && !closes_fence("```x", ('`', 3)));
        assert_eq!(
            (rule("---"), rule("==="), rule("* * *")),
            (Some(Rule::Either), Some(Rule::Underline), Some(Rule::Break))
        );
        assert_eq!((rule("--"), rule("- a"), rule("= =="), rule("---x")), (None, None, None, None));
    }
}
