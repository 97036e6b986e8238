//! The result of reading a text.

use std::collections::HashSet;

/// Prose and links of a text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Content {
    /// The prose, on one line.
    pub(crate) description: String,
    /// The links, each once, in order of appearance.
    pub(crate) links: Vec<String>,
    known: HashSet<String>,
}

impl Content {
    /// Returns whether there is neither prose nor a link.
    pub(crate) fn is_empty(&self) -> bool {
        self.description.is_empty() && self.links.is_empty()
    }

    /// Adds a link unless it is a duplicate or not an http or https address. Percent-encodes whitespace and `|`, the
    /// separator between links.
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
