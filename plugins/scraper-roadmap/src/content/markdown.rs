//! Reads Markdown: the events of the `CommonMark` parser to blocks.

use super::builder::{BlockKind, ContentBuilder};
use super::html::{self, UnknownTags};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, TextMergeStream};

/// Reads a Markdown text.
pub(super) fn read(markdown: &str, out: &mut ContentBuilder) {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let parser = Parser::new_ext(without_front_matter(markdown), options);
    let mut open_images = 0_usize;
    let mut html_block = String::new();
    for event in TextMergeStream::new(parser) {
        match event {
            Event::Start(Tag::Image { .. }) => open_images += 1,
            Event::End(TagEnd::Image) => open_images -= 1,
            // The alternative text of an image.
            _ if open_images > 0 => {}
            Event::Html(line) => html_block.push_str(&line),
            Event::End(TagEnd::HtmlBlock) => html::read(&std::mem::take(&mut html_block), UnknownTags::Keep, out),
            Event::InlineHtml(tag) => html::read_inline(&tag, out),
            Event::Text(text) => out.text(&text),
            Event::Code(code) => out.code(&code),
            Event::SoftBreak | Event::HardBreak => out.end_line(),
            Event::Start(tag) => start(&tag, out),
            Event::End(tag) => end(tag, out),
            _ => {}
        }
    }
}

fn start(tag: &Tag<'_>, out: &mut ContentBuilder) {
    match tag {
        Tag::Item | Tag::TableHead | Tag::TableRow => out.start(BlockKind::Item),
        Tag::Heading { .. } => out.start(BlockKind::Heading),
        Tag::CodeBlock(_) => out.start(BlockKind::Code),
        Tag::Paragraph => out.start_paragraph(),
        Tag::TableCell => out.start_cell(),
        Tag::Link { dest_url, .. } => out.start_link(dest_url),
        _ => {}
    }
}

fn end(tag: TagEnd, out: &mut ContentBuilder) {
    match tag {
        TagEnd::Link => out.end_link(),
        TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::TableCell => {}
        _ => out.end(),
    }
}

/// The text after a block of `key: value` lines between two `---` at its start, as static site generators write it.
fn without_front_matter(text: &str) -> &str {
    let is_key = |line: &str| line.split_once(':').is_some_and(|(key, _)| !key.is_empty() && !key.contains(' '));
    let Some(body) = text.strip_prefix("---\n").filter(|body| body.lines().next().is_some_and(is_key)) else {
        return text;
    };
    body.split_once("\n---").map_or(text, |(_, rest)| rest.trim_start_matches('-'))
}
