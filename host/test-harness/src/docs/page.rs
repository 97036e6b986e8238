//! The fenced blocks of a Markdown page, with the marks before them.
//!
//! A mark is an HTML comment of one line. `<!-- file: docs/examples/x/src/lib.rs -->` names the file that the next block
//! copies, `<!-- put: x/src/lib.rs -->` the file that a reader of the page writes. A block may have several marks.

use crate::build::checkout;
use std::fs;

/// The page whose commands, code and configs are tested.
pub const TUTORIAL: &str = "docs/writing-plugins.md";

/// A fenced block.
#[derive(Debug, PartialEq, Eq)]
pub struct Block {
    /// The text after the opening fence.
    pub language: String,
    /// The lines between the fences.
    pub text: String,
    /// Name and value of each mark.
    pub marks: Vec<(String, String)>,
    /// The line of the opening fence.
    pub line: usize,
}

impl Block {
    /// Returns the value of a mark.
    pub fn mark(&self, name: &str) -> Option<&str> {
        self.marks.iter().find(|(mark, _)| mark == name).map(|(_, value)| value.as_str())
    }
}

/// Reads a file of the repository.
pub fn read(path: &str) -> String {
    fs::read_to_string(checkout().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Returns the blocks of a page, in order.
pub fn blocks(page: &str) -> Vec<Block> {
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
