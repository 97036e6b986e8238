//! HTML: tags inside of Markdown, and whole texts, which are turned into Markdown.

use super::entities;
use super::link::LONGEST;

/// Tags that shape text. Others, such as `<T>` or `<iostream>`, are more likely what the text is about.
const FORMATTING: [&str; 50] = [
    "a",
    "abbr",
    "article",
    "b",
    "big",
    "blockquote",
    "br",
    "center",
    "cite",
    "code",
    "del",
    "details",
    "div",
    "dd",
    "dl",
    "dt",
    "em",
    "figure",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "section",
    "small",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "td",
    "th",
    "tr",
    "u",
];
const LISTS_AND_PARTS: [&str; 4] = ["ul", "tbody", "thead", "var"];
/// Tags that leave their line.
const INLINE: [&str; 22] = [
    "a", "abbr", "b", "big", "cite", "code", "del", "em", "font", "i", "ins", "kbd", "mark", "q", "s", "samp", "small",
    "span", "strong", "sub", "sup", "u",
];

/// A tag.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// In lower case.
    pub(super) name: String,
    pub(super) closing: bool,
    attributes: &'a str,
}

impl Tag<'_> {
    pub(super) fn is_formatting(&self) -> bool {
        let name = self.name.as_str();
        FORMATTING.contains(&name) || LISTS_AND_PARTS.contains(&name)
    }

    pub(super) fn breaks_line(&self) -> bool {
        !INLINE.contains(&self.name.as_str())
    }

    /// The address that the tag leads to.
    pub(super) fn href(&self) -> Option<String> {
        let at = self.attributes.to_ascii_lowercase().find("href")?;
        let value = self.attributes.get(at..)?.get(4..)?.trim_start().strip_prefix('=')?.trim_start();
        let value = match value.chars().next()? {
            quote @ ('"' | '\'') => value.strip_prefix(quote)?.split(quote).next()?,
            _ => value.split(char::is_whitespace).next()?,
        };
        Some(entities::decode_all(value))
    }
}

/// Reads the tag that a text begins with: it and the rest.
pub(super) fn tag(text: &str) -> Option<(Tag<'_>, &str)> {
    let inner = text.strip_prefix('<')?;
    let (closing, inner) = inner.strip_prefix('/').map_or((false, inner), |inner| (true, inner));
    if !inner.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let end = inner.bytes().take(LONGEST).position(|byte| byte == b'>')?;
    let (inside, rest) = inner.split_at_checked(end)?;
    let name_end = inside.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(inside.len());
    let (name, attributes) = inside.split_at_checked(name_end)?;
    if !attributes.is_empty() && !attributes.starts_with(|c: char| c.is_whitespace() || c == '/') {
        return None;
    }
    Some((Tag { name: name.to_ascii_lowercase(), closing, attributes }, rest.strip_prefix('>')?))
}

/// Whether a whole text is HTML: it begins with a tag that begins a block.
pub(super) fn is_html(text: &str) -> bool {
    tag(text.trim_start()).is_some_and(|(tag, _)| tag.is_formatting() && tag.breaks_line() && !tag.closing)
}

/// Turns HTML into Markdown that reads the same.
pub(super) fn to_markdown(html: &str) -> String {
    let mut writer = Writer::default();
    let mut rest = html;
    while let Some(letter) = rest.chars().next() {
        rest = match skip_hidden(rest) {
            Some(after) => after,
            None => match tag(rest) {
                Some((tag, after)) => {
                    writer.tag(&tag);
                    after
                }
                None => writer.text(letter, rest),
            },
        };
    }
    writer.out
}

/// What follows a comment, a script or a style sheet.
fn skip_hidden(text: &str) -> Option<&str> {
    if let Some(comment) = text.strip_prefix("<!--") {
        return Some(comment.split_once("-->").map_or("", |(_, rest)| rest));
    }
    let (open, rest) = tag(text).filter(|(tag, _)| !tag.closing && matches!(tag.name.as_str(), "script" | "style"))?;
    Some(rest.split_once(&format!("</{}>", open.name)).map_or("", |(_, rest)| rest))
}

#[derive(Default)]
struct Writer {
    out: String,
    in_pre: bool,
    in_code: bool,
    /// Where the links lead that are not closed yet.
    hrefs: Vec<Option<String>>,
}

impl Writer {
    fn tag(&mut self, tag: &Tag<'_>) {
        match (tag.name.as_str(), tag.closing) {
            ("pre", closing) => {
                self.in_pre = !closing;
                self.out.push_str("\n```\n");
            }
            ("code", closing) if !self.in_pre => {
                self.in_code = !closing;
                self.out.push('`');
            }
            ("a", false) => {
                let href = tag.href();
                self.out.push_str(if href.is_some() { "[" } else { "" });
                self.hrefs.push(href);
            }
            ("a", true) => {
                if let Some(Some(href)) = self.hrefs.pop() {
                    self.out.extend(["](<", &href.replace(['<', '>', '\n', '\r', '\t'], ""), ">)"]);
                }
            }
            ("li", false) => self.out.push_str("\n- "),
            ("br", _) => self.out.push(' '),
            ("h1" | "h2" | "h3" | "h4" | "h5" | "h6", false) => self.out.push_str("\n\n# "),
            _ if tag.breaks_line() && !self.in_pre => self.paragraph_break(),
            _ => {}
        }
    }

    /// The first paragraph of an item stays on the item's line.
    fn paragraph_break(&mut self) {
        if !self.out.ends_with("\n- ") {
            self.out.push_str("\n\n");
        }
    }

    /// Writes a character: in prose so that Markdown reads it as itself.
    fn text<'a>(&mut self, letter: char, rest: &'a str) -> &'a str {
        let mut letters = rest.chars();
        letters.next();
        if self.in_pre || self.in_code {
            let (letter, rest) = entities::read(rest).unwrap_or((letter, letters.as_str()));
            self.out.push(letter);
            return rest;
        }
        match letter {
            letter if letter.is_whitespace() => self.out.push(' '),
            '\\' | '*' | '[' | ']' | '`' | '#' | '|' | '>' | '<' => self.out.extend(['\\', letter]),
            letter => self.out.push(letter),
        }
        letters.as_str()
    }
}
