//! Collects the blocks of a text: prose to the description, addresses to the links.

use super::announcement::before_announcement;
use super::bare_link;
use super::extracted::Content;
use super::prose::Prose;

/// Maximum length of the type in `@type@`, in bytes.
const MAX_TAG_BYTES: usize = 20;

/// The kind of a block, which decides about its place in the description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum BlockKind {
    #[default]
    Paragraph,
    /// An item of a list or a row of a table.
    Item,
    Heading,
    Code,
}

/// The block that is being read.
#[derive(Debug, Default)]
struct Block {
    kind: BlockKind,
    text: String,
    /// Start of the current line in `text`.
    line_start: usize,
    /// Start of the text of the current link in `text`.
    link_start: Option<usize>,
    has_links: bool,
    /// True if the text of a link begins with `@type@`, the mark of a resource.
    has_tagged_link: bool,
    /// True if there are words outside links.
    has_words: bool,
    /// Text between the previous and the next table cell.
    separator: &'static str,
}

impl Block {
    fn push(&mut self, text: &str) {
        if !text.is_empty() {
            self.text.push_str(std::mem::take(&mut self.separator));
        }
        self.has_words |= self.link_start.is_none() && text.contains(char::is_alphanumeric);
        self.text.push_str(text);
    }

    fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }

    fn clear_text(&mut self) {
        self.text.clear();
        self.line_start = 0;
        self.link_start = self.link_start.map(|_| 0);
    }

    fn has_only_links(&self) -> bool {
        self.has_links && !self.has_words
    }
}

/// Builds a [`Content`] from blocks, lines, texts and links in their order.
#[derive(Debug, Default)]
pub(super) struct ContentBuilder {
    content: Content,
    prose: Prose,
    block: Block,
    /// True if an announcement of resources precedes the current list.
    in_resources: bool,
}

impl ContentBuilder {
    /// Ends the current block and starts another.
    pub(super) fn start(&mut self, kind: BlockKind) {
        self.end();
        self.block.kind = kind;
    }

    /// Starts a paragraph. At the start of an item it is the item's own text.
    pub(super) fn start_paragraph(&mut self) {
        if self.block.is_blank() {
            self.block.clear_text();
        } else {
            self.end();
        }
    }

    /// Ends the current block.
    pub(super) fn end(&mut self) {
        if !self.end_at_announcement() {
            self.add_block();
        }
    }

    /// Ends the current line.
    pub(super) fn end_line(&mut self) {
        if !self.end_at_announcement() {
            self.block.text.push('\n');
            self.block.line_start = self.block.text.len();
        }
    }

    /// Adds text; addresses in it become links.
    pub(super) fn text(&mut self, text: &str) {
        let mut rest = text;
        if self.block.link_start.is_none() && self.block.kind != BlockKind::Code {
            while let Some((before, url, after)) = bare_link::find(rest) {
                self.block.push(before);
                self.start_link(url);
                self.block.push(url);
                self.end_link();
                rest = after;
            }
        }
        self.block.push(rest);
    }

    /// Adds text as it is.
    pub(super) fn code(&mut self, text: &str) {
        self.block.push(text);
    }

    /// Adds a link, whose text follows.
    pub(super) fn start_link(&mut self, url: &str) {
        self.content.add_link(url);
        self.block.has_links = true;
        self.block.link_start = Some(self.block.text.len());
    }

    /// Ends the text of a link and removes `@type@` from it.
    pub(super) fn end_link(&mut self) {
        let Some(start) = self.block.link_start.take() else { return };
        let title = self.block.text.split_off(start);
        let untagged = untagged(&title);
        self.block.has_tagged_link |= untagged.is_some();
        self.block.text.push_str(untagged.unwrap_or(&title));
    }

    /// Starts a cell of a table row.
    pub(super) fn start_cell(&mut self) {
        self.block.separator = if self.block.text.is_empty() { "" } else { ", " };
    }

    /// Ends the last block and returns the result.
    pub(super) fn finish(mut self) -> Content {
        self.end();
        self.content.description = self.prose.finish();
        self.content
    }

    /// Ends the block if its last line announces resources; the announcement is left out.
    fn end_at_announcement(&mut self) -> bool {
        let Block { kind, text, line_start, link_start, .. } = &self.block;
        if link_start.is_some() || !matches!(kind, BlockKind::Paragraph | BlockKind::Item) {
            return false;
        }
        let line = text.get(*line_start..).unwrap_or_default();
        let Some(before) = before_announcement(line) else { return false };
        let end = line_start + before.len();
        self.block.text.truncate(end);
        self.add_block();
        self.in_resources = true;
        true
    }

    fn add_block(&mut self) {
        let block = std::mem::take(&mut self.block);
        if block.is_blank() {
            return;
        }
        match block.kind {
            BlockKind::Heading => {
                self.in_resources = before_announcement(&format!("{}:", block.text)).is_some();
            }
            BlockKind::Item if self.in_resources || block.has_only_links() || block.has_tagged_link => {}
            BlockKind::Item => self.prose.item(&block.text),
            BlockKind::Paragraph if block.has_only_links() && (block.has_tagged_link || self.in_resources) => {}
            BlockKind::Paragraph | BlockKind::Code => {
                self.in_resources = false;
                self.prose.paragraph(&block.text);
            }
        }
    }
}

/// The title of a link without `@type@`; `None` when it has none.
fn untagged(title: &str) -> Option<&str> {
    let (tag, rest) = title.trim_start().strip_prefix('@')?.split_once('@')?;
    (!tag.is_empty() && tag.len() <= MAX_TAG_BYTES && tag.chars().all(char::is_alphanumeric)).then_some(rest)
}
