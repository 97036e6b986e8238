//! The outside of a Markdown text: lines to paragraphs, items, code, headings.

use super::announcement::before_announcement;
use super::inline;
use super::markers::{self, Rule};
use super::pieces::Inline;
use super::prose::Prose;
use super::text::Content;

/// Reads a Markdown text.
pub(super) fn read(markdown: &str) -> Content {
    let mut reader = Reader::default();
    for line in without_front_matter(markdown).lines() {
        reader.line(line);
    }
    reader.finish()
}

/// The text after a block of `key: value` lines between two `---`, as site generators put it at the top.
fn without_front_matter(text: &str) -> &str {
    let body = text.strip_prefix("---\n").or_else(|| text.strip_prefix("---\r\n"));
    let is_key = |line: &str| line.split_once(':').is_some_and(|(key, _)| !key.is_empty() && !key.contains(' '));
    let Some(body) = body.filter(|body| body.lines().next().is_some_and(is_key)) else {
        return text;
    };
    body.split_once("\n---").map_or(text, |(_, rest)| rest.trim_start_matches('-'))
}

/// What the lines since the last finished block are.
#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Block {
    #[default]
    Paragraph,
    Item,
}

#[derive(Default)]
struct Reader {
    prose: Prose,
    links: Vec<String>,
    block: Block,
    lines: Vec<String>,
    /// The fence of the code that is being read.
    fence: Option<(char, usize)>,
    in_comment: bool,
    /// Whether the items are those of an announced list of resources.
    in_resources: bool,
}

impl Reader {
    fn line(&mut self, line: &str) {
        let line = line.trim();
        if let Some(open) = self.fence {
            self.code_line(line, open);
        } else if self.in_comment {
            self.in_comment = !line.contains("-->");
        } else {
            self.text_line(markers::unquoted(line));
        }
    }

    fn code_line(&mut self, line: &str, open: (char, usize)) {
        if markers::closes_fence(line, open) {
            self.fence = None;
        } else {
            self.prose.paragraph(line);
        }
    }

    fn text_line(&mut self, line: &str) {
        if line.is_empty() {
            self.end_block();
        } else if line.starts_with("<!--") {
            self.end_block();
            self.in_comment = !line.contains("-->");
        } else if let Some(fence) = markers::fence(line) {
            self.end_block();
            self.in_resources = false;
            self.fence = Some(fence);
        } else if let Some(heading) = markers::heading(line) {
            self.end_block();
            self.heading(heading);
        } else if let Some(rule) = markers::rule(line).filter(|rule| *rule != Rule::Underline || self.is_one_line()) {
            self.rule(rule);
        } else if let Some(row) = markers::table_row(line) {
            self.start(Block::Item, &row);
        } else if let Some(item) = markers::item(line) {
            self.start(Block::Item, item);
        } else if let Some(before) = before_announcement(line) {
            if !before.is_empty() {
                self.lines.push(before.to_owned());
            }
            self.end_block();
            self.in_resources = true;
        } else {
            self.lines.push(line.to_owned());
        }
    }

    fn start(&mut self, block: Block, line: &str) {
        self.end_block();
        self.block = block;
        self.lines.push(line.to_owned());
    }

    fn is_one_line(&self) -> bool {
        self.block == Block::Paragraph && self.lines.len() == 1
    }

    fn rule(&mut self, rule: Rule) {
        if rule != Rule::Break && self.is_one_line() {
            let heading = std::mem::take(&mut self.lines).concat();
            self.heading(&heading);
        } else {
            self.end_block();
        }
    }

    /// A heading's words go, its links stay.
    fn heading(&mut self, heading: &str) {
        self.in_resources = before_announcement(&format!("{heading}:")).is_some();
        self.links.extend(inline::read(heading).links);
    }

    fn end_block(&mut self) {
        let block = std::mem::take(&mut self.block);
        let lines = std::mem::take(&mut self.lines);
        if lines.is_empty() {
            return;
        }
        let Inline { text, links, only_links, tagged } = inline::read(&lines.join("\n"));
        self.links.extend(links);
        match block {
            Block::Item if self.in_resources || only_links || tagged => {}
            Block::Item => self.prose.item(&text),
            Block::Paragraph if only_links && (tagged || self.in_resources) => {}
            Block::Paragraph => {
                self.in_resources = false;
                self.prose.paragraph(&text);
            }
        }
    }

    fn finish(mut self) -> Content {
        self.end_block();
        let mut content = Content::new(self.prose.finish());
        for link in &self.links {
            content.add_link(link);
        }
        content
    }
}
