//! A text, read.

use super::{blocks, html};
use std::collections::HashSet;

/// What is kept of a text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Content {
    /// The prose, on one line.
    pub(crate) description: String,
    /// The links, each once, in order.
    pub(crate) links: Vec<String>,
    known: HashSet<String>,
}

impl Content {
    /// A text of this prose, without links yet.
    pub(super) fn new(description: String) -> Self {
        Self { description, ..Self::default() }
    }

    /// Adds a link unless it is there already, or leads to nothing that a reader can open. Characters that no address
    /// has, and `|`, which stands between links, are percent-encoded.
    pub(crate) fn add_link(&mut self, url: &str) {
        let url = url.trim();
        let is_web = |scheme: &str| scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
        if !url.split_once("://").is_some_and(|(scheme, rest)| is_web(scheme) && !rest.is_empty()) {
            return;
        }
        let url: String = url.chars().filter(|c| !c.is_control()).map(encode).collect();
        if self.known.insert(url.clone()) {
            self.links.push(url);
        }
    }
}

fn encode(letter: char) -> String {
    match letter {
        '|' => "%7C".to_owned(),
        letter if letter.is_whitespace() => "%20".to_owned(),
        letter => letter.to_string(),
    }
}

/// Reads a text, Markdown or HTML.
pub(crate) fn read(text: &str) -> Content {
    let text = text.trim_start_matches('\u{feff}');
    if html::is_html(text) { blocks::read(&html::to_markdown(text)) } else { blocks::read(text) }
}
