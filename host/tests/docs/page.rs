//! Reads the fenced blocks of a Markdown page, with the marks that stand before them.
//!
//! A mark is an HTML comment of one line: `<!-- file: docs/examples/x/src/lib.rs -->` says of which file the next block
//! is a copy, `<!-- put: x/src/lib.rs -->` where whoever follows the page writes it. Several may stand before a block.

use super::place::project;
use std::fs;

/// The page that is typed, compiled and checked.
pub(crate) const TUTORIAL: &str = "docs/writing-plugins.md";

/// A fenced block.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// What stands behind the opening fence.
    pub(crate) language: String,
    pub(crate) text: String,
    /// The marks before it, as name and value.
    pub(crate) marks: Vec<(String, String)>,
    /// The line of the opening fence.
    pub(crate) line: usize,
}

impl Block {
    pub(crate) fn mark(&self, name: &str) -> Option<&str> {
        self.marks.iter().find(|(mark, _)| mark == name).map(|(_, value)| value.as_str())
    }
}

/// The text of a file of the project.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(project().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The blocks of a page, in order.
pub(crate) fn blocks(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut marks = Vec::new();
    let mut open: Option<Block> = None;
    for (line, text) in (1..).zip(page.lines()) {
        match &mut open {
            Some(_) if text == "```" => blocks.extend(open.take()),
            Some(block) => {
                block.text.push_str(text);
                block.text.push('\n');
            }
            None if text.starts_with("```") => {
                let language = text.trim_start_matches('`').to_owned();
                open = Some(Block { language, text: String::new(), marks: std::mem::take(&mut marks), line });
            }
            None => match mark(text) {
                Some(mark) => marks.push(mark),
                None if text.is_empty() => {}
                None => assert!(marks.is_empty(), "line {line}: no block follows {marks:?}"),
            },
        }
    }
    assert_eq!(open, None, "a block is not closed");
    assert!(marks.is_empty(), "no block follows {marks:?}");
    blocks
}

fn mark(line: &str) -> Option<(String, String)> {
    let (name, value) = line.strip_prefix("<!-- ")?.strip_suffix(" -->")?.split_once(": ")?;
    Some((name.to_owned(), value.to_owned()))
}

#[test]
fn blocks_are_read_with_their_marks() {
    let page =
        "# A page\n<!-- file: a.rs -->\n<!-- put: b/a.rs -->\n\n```rust,ignore\nfn a() {}\n\n```\n\n```text\nx\n```\n";
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let rust = Block {
        language: "rust,ignore".to_owned(),
        text: "fn a() {}\n\n".to_owned(),
        marks: vec![pair("file", "a.rs"), pair("put", "b/a.rs")],
        line: 5,
    };
    let text = Block { language: "text".to_owned(), text: "x\n".to_owned(), marks: Vec::new(), line: 10 };
    assert_eq!(blocks(page), [rust, text]);
}
