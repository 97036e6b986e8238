//! Reads HTML: whole documents, and the tags inside Markdown.

use super::builder::{BlockKind, ContentBuilder};
use pulldown_cmark::{Event, Parser};

/// Tags that leave their line.
const INLINE_TAGS: &str =
    "a abbr b big cite code del em font i img ins kbd mark q s samp small span strong sub sup u var";
/// Tags that end a line.
const BLOCK_TAGS: &str = "article blockquote br center dd details div dl dt figure h1 h2 h3 h4 h5 h6 hr li ol p pre \
                          section summary table tbody td th thead tr ul";
/// Maximum length of a tag, in bytes. Keeps the time linear for hostile texts.
const MAX_TAG_BYTES: usize = 2_048;
/// Maximum length of a character reference such as `&nbsp;`, in bytes.
const MAX_REFERENCE_BYTES: usize = 32;

/// The treatment of tags that do not format text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UnknownTags {
    /// Leaves them out: in an HTML document they are markup.
    Skip,
    /// Keeps them as text: in Markdown, `<T>` or `<iostream>` is what the text is about.
    Keep,
}

/// Returns whether a whole text is HTML: it begins with a tag that starts a block.
pub(super) fn is_document(text: &str) -> bool {
    tag(text.trim_start()).is_some_and(|(tag, _)| tag.is_one_of(BLOCK_TAGS) && !tag.closing)
}

/// Reads HTML. Open tags end with the text.
pub(super) fn read(html: &str, unknown: UnknownTags, out: &mut ContentBuilder) {
    let mut reader = Reader { out, in_pre: false, in_code: false };
    let mut rest = html;
    while !rest.is_empty() {
        rest = after_hidden(rest).unwrap_or_else(|| match tag(rest) {
            Some((tag, after)) if tag.is_known() || unknown == UnknownTags::Skip => {
                reader.tag(&tag);
                after
            }
            _ => {
                let (text, after) = until_tag(rest);
                reader.text(text);
                after
            }
        });
    }
}

/// Reads a tag inside a paragraph, which it does not end.
pub(super) fn read_inline(html: &str, out: &mut ContentBuilder) {
    match tag(html).map(|(tag, _)| tag).filter(Tag::is_known) {
        Some(tag) if tag.name == "a" => read_anchor(&tag, out),
        Some(tag) if tag.name == "br" => out.end_line(),
        Some(tag) => out.text(if tag.is_one_of(BLOCK_TAGS) { " " } else { "" }),
        None if html.starts_with("<!--") => {}
        None => out.text(html),
    }
}

fn read_anchor(tag: &Tag<'_>, out: &mut ContentBuilder) {
    if tag.closing {
        out.end_link();
    } else if let Some(href) = tag.href() {
        out.start_link(&href);
    }
}

struct Tag<'a> {
    /// In lower case.
    name: String,
    closing: bool,
    attributes: &'a str,
}

impl Tag<'_> {
    fn is_one_of(&self, names: &str) -> bool {
        names.split(' ').any(|name| name == self.name)
    }

    fn is_known(&self) -> bool {
        self.is_one_of(INLINE_TAGS) || self.is_one_of(BLOCK_TAGS)
    }

    /// The address that the tag links to.
    fn href(&self) -> Option<String> {
        let at = self.attributes.to_ascii_lowercase().find("href")?;
        let value = self.attributes.get(at..)?.get(4..)?.trim_start().strip_prefix('=')?.trim_start();
        let value = match value.chars().next()? {
            quote @ ('"' | '\'') => value.strip_prefix(quote)?.split(quote).next()?,
            _ => value.split(char::is_whitespace).next()?,
        };
        Some(decode(value))
    }
}

/// Splits off the tag at the start of `text`.
fn tag(text: &str) -> Option<(Tag<'_>, &str)> {
    let inner = text.strip_prefix('<')?;
    let (closing, inner) = inner.strip_prefix('/').map_or((false, inner), |inner| (true, inner));
    if !inner.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let end = inner.bytes().take(MAX_TAG_BYTES).position(|byte| byte == b'>')?;
    let (inside, rest) = inner.split_at_checked(end)?;
    let name_end = inside.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(inside.len());
    let (name, attributes) = inside.split_at_checked(name_end)?;
    if !attributes.is_empty() && !attributes.starts_with(|c: char| c.is_whitespace() || c == '/') {
        return None;
    }
    Some((Tag { name: name.to_ascii_lowercase(), closing, attributes }, rest.strip_prefix('>')?))
}

/// The text after a comment, a script or a style sheet.
fn after_hidden(text: &str) -> Option<&str> {
    if let Some(comment) = text.strip_prefix("<!--") {
        return Some(comment.split_once("-->").map_or("", |(_, rest)| rest));
    }
    let (open, rest) = tag(text).filter(|(tag, _)| !tag.closing && tag.is_one_of("script style"))?;
    Some(rest.split_once(&format!("</{}>", open.name)).map_or("", |(_, rest)| rest))
}

/// Splits before the next `<` that is not the first character.
fn until_tag(text: &str) -> (&str, &str) {
    let end = text.char_indices().skip(1).find(|(_, letter)| *letter == '<').map_or(text.len(), |(at, _)| at);
    text.split_at_checked(end).unwrap_or((text, ""))
}

struct Reader<'a> {
    out: &'a mut ContentBuilder,
    in_pre: bool,
    in_code: bool,
}

impl Reader<'_> {
    fn tag(&mut self, tag: &Tag<'_>) {
        match (tag.name.as_str(), tag.closing) {
            ("pre", closing) => {
                self.out.start(if closing { BlockKind::Paragraph } else { BlockKind::Code });
                self.in_pre = !closing;
            }
            ("code", closing) => self.in_code = !closing,
            ("a", _) => read_anchor(tag, self.out),
            _ if self.in_pre || tag.is_one_of(INLINE_TAGS) => {}
            ("br", _) => self.out.end_line(),
            ("td" | "th", true) => {}
            ("td" | "th", false) => self.out.start_cell(),
            ("li" | "tr", false) => self.out.start(BlockKind::Item),
            ("h1" | "h2" | "h3" | "h4" | "h5" | "h6", false) => self.out.start(BlockKind::Heading),
            (_, true) => self.out.end(),
            (_, false) => self.out.start_paragraph(),
        }
    }

    fn text(&mut self, text: &str) {
        let text = decode(text);
        if self.in_pre || self.in_code { self.out.code(&text) } else { self.out.text(&text) }
    }
}

/// Decodes the character references of a text.
fn decode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, reference)) = rest.find('&').and_then(|at| rest.split_at_checked(at)) {
        out.push_str(before);
        rest = if let Some((decoded, after)) = decode_first(reference) {
            out.push_str(&decoded);
            after
        } else {
            out.push('&');
            reference.strip_prefix('&').unwrap_or_default()
        };
    }
    out.push_str(rest);
    out
}

/// Decodes the reference at the start of `text`. The Markdown parser knows the names that HTML has.
fn decode_first(text: &str) -> Option<(String, &str)> {
    let end = text.bytes().take(MAX_REFERENCE_BYTES).position(|byte| byte == b';')?;
    let (reference, rest) = text.split_at_checked(end + 1)?;
    let name = reference.strip_prefix('&')?.strip_suffix(';')?;
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'#') {
        return None;
    }
    let texts =
        Parser::new(reference).filter_map(|event| if let Event::Text(text) = event { Some(text) } else { None });
    Some((texts.map(|text| text.to_string()).collect(), rest))
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn character_references_are_decoded() {
        let cases = [
            ("a &amp; b &lt;c&gt;", "a & b <c>"),
            ("&#39;&#x2019;&hellip;&#35;", "'’…#"),
            ("R&D; &unknown; & &;", "R&D; &unknown; & &;"),
            ("&é;&#;&", "&é;&#;&"),
        ];
        for (text, decoded) in cases {
            assert_eq!(decode(text), decoded);
        }
    }
}
