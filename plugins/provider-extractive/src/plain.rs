//! Converts Markdown to blocks of plain text.
//!
//! Each block is one paragraph or one list item, on one line. Headings, tables, code and lists of bare links are omitted,
//! because they do not help a summary. Every lookahead is bounded, so that the run time is linear for hostile text too.

/// Maximum lookahead for the end of a link or a tag, in bytes.
const MAX_MARKUP_BYTES: usize = 400;

/// One paragraph or list item.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) text: String,
    /// The block is an item of a list.
    pub(crate) item: bool,
}

/// Returns the blocks of a text.
pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    // Whether the next line continues the last block.
    let mut open = false;
    let mut code = false;
    for line in text.lines().map(str::trim) {
        if line.starts_with("```") {
            code = !code;
            open = false;
            continue;
        }
        if code || line.is_empty() || line.starts_with(['#', '|', '<']) {
            open = false;
            continue;
        }
        let item = list_item(line);
        if item.is_some_and(|item| item.starts_with("[@")) {
            open = false;
            continue;
        }
        let start_new = !open || item.is_some();
        if start_new {
            blocks.push(Block { text: String::new(), item: item.is_some() });
        }
        if let Some(block) = blocks.last_mut() {
            if !start_new {
                block.text.push(' ');
            }
            push_inline(item.unwrap_or(line.trim_start_matches('>')), &mut block.text);
        }
        open = true;
    }
    blocks
}

/// Returns the text after the marker of a list item.
fn list_item(line: &str) -> Option<&str> {
    if let Some(item) = line.strip_prefix(['-', '*', '+', '•']) {
        return item.starts_with(' ').then(|| item.trim_start());
    }
    let after = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = line.len() - after.len();
    let item = after.strip_prefix(['.', ')'])?;
    ((1..=3).contains(&digits) && item.starts_with(' ')).then(|| item.trim_start())
}

/// Appends a line without emphasis, links, tags and code markers.
fn push_inline(line: &str, plain: &mut String) {
    let mut rest = line;
    let mut before = ' ';
    while let Some(c) = rest.chars().next() {
        let mut tail = rest.get(c.len_utf8()..).unwrap_or_default();
        let after = tail.chars().next().unwrap_or(' ');
        match c {
            // A star between spaces is a product, and an underscore inside a word is part of it.
            '*' if before.is_whitespace() && after.is_whitespace() => plain.push(c),
            '_' if before.is_alphanumeric() && after.is_alphanumeric() => plain.push(c),
            '*' | '_' | '`' => {}
            '!' if after == '[' => {}
            '[' => match link(tail) {
                Some((label, after_link)) => {
                    plain.extend(label.chars().filter(|c| !matches!(c, '*' | '`' | '[')));
                    tail = after_link;
                }
                None => plain.push(c),
            },
            '<' if after.is_ascii_alphabetic() || after == '/' => match lookahead(tail).find('>') {
                Some(end) => tail = tail.get(end + 1..).unwrap_or_default(),
                None => plain.push(c),
            },
            _ => plain.push(c),
        }
        before = c;
        rest = tail;
    }
}

/// Splits a text that follows the opening bracket of a link into the label and the text after the link.
fn link(text: &str) -> Option<(&str, &str)> {
    let near = lookahead(text);
    let label_end = near.find("](")?;
    let target = near.get(label_end + 2..)?;
    let mut depth = 1_usize;
    for (at, c) in target.char_indices() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((text.get(..label_end)?, text.get(label_end + 2 + at + 1..)?));
        }
    }
    None
}

/// Returns the part of a text that is searched for the end of a link or tag.
fn lookahead(text: &str) -> &str {
    let end = (0..=MAX_MARKUP_BYTES.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::blocks;

    /// Name, text, expected blocks.
    type Case = (&'static str, &'static str, &'static [(&'static str, bool)]);

    #[test]
    fn markup_is_removed() {
        let cases: [Case; 9] = [
            ("emphasis", "A **bold** and *soft* _word_, `code`", &[("A bold and soft word, code", false)]),
            ("product", "R = 10 * g and snake_case", &[("R = 10 * g and snake_case", false)]),
            ("link", "See [the **Moon**](https://a.b/c_(d)) now", &[("See the Moon now", false)]),
            ("image", "![alt](x.png)", &[("alt", false)]),
            ("soft wrap", "one\ntwo\n\nthree", &[("one two", false), ("three", false)]),
            ("list", "Do:\n- one\n  more\n2. two", &[("Do:", false), ("one more", true), ("two", true)]),
            ("omitted", "# Head\n|a|b|\n```\nlet x;\n```\n- [@article@T](u)\nrest", &[("rest", false)]),
            ("open bracket", "[not (a link", &[("[not (a link", false)]),
            ("tag", "a <b>bold</b> x < y", &[("a bold x < y", false)]),
        ];
        for (name, text, expected) in cases {
            let blocks = blocks(text);
            let seen: Vec<_> = blocks.iter().map(|block| (block.text.as_str(), block.item)).collect();
            assert_eq!(seen, expected, "{name}");
        }
    }
}
