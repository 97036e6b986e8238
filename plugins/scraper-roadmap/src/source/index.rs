//! Finds the file with the text of a node.

use crate::graph::Node;
use std::collections::HashMap;

/// File names of texts, `<slug-of-label>@<node-id>.md`, by node id.
#[derive(Debug, Default)]
pub(crate) struct TextIndex {
    files: HashMap<String, Vec<String>>,
    /// True if the listing may be incomplete.
    pub(super) is_truncated: bool,
}

impl TextIndex {
    /// Indexes file names; names of another form are skipped.
    pub(super) fn new(names: impl IntoIterator<Item = String>, is_truncated: bool) -> Self {
        let mut files: HashMap<String, Vec<String>> = HashMap::new();
        for name in names {
            if let Some((_, id)) = name.strip_suffix(".md").and_then(|stem| stem.rsplit_once('@')) {
                files.entry(id.to_owned()).or_default().push(name);
            }
        }
        for names in files.values_mut() {
            names.sort();
        }
        Self { files, is_truncated }
    }

    /// Returns the file of a node. A renamed topic may have several files: the one named like the topic wins, else the
    /// first in alphabetical order.
    pub(super) fn find(&self, node: &Node) -> Option<&str> {
        let names = self.files.get(&node.id)?;
        let expected = expected_name(node);
        names.iter().find(|name| **name == expected).or_else(|| names.first()).map(String::as_str)
    }
}

/// The file name of a node whose topic was not renamed.
pub(super) fn expected_name(node: &Node) -> String {
    let mut slug = String::new();
    for letter in node.label.chars().flat_map(char::to_lowercase) {
        match letter {
            letter if letter.is_alphanumeric() => slug.push(letter),
            ' ' | '-' | '_' if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    format!("{}@{}.md", slug.trim_end_matches('-'), node.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(id: &str, label: &str) -> Node {
        Node { id: id.to_owned(), kind: "topic".to_owned(), label: label.to_owned(), position: None }
    }

    #[test]
    fn files_are_found_by_id() {
        let names = ["z-old@1.md", "a-older@1.md", "new-name@1.md", "index.md", "half@2", "a@b@3.md", "@4.md"];
        let index = TextIndex::new(names.map(str::to_owned), false);
        let cases = [
            ("named like the topic", node("1", "New Name?"), Some("new-name@1.md")),
            ("renamed", node("1", "Other"), Some("a-older@1.md")),
            ("no such file", node("2", "half"), None),
            ("an @ in the slug", node("3", "x"), Some("a@b@3.md")),
            ("no slug", node("4", "x"), Some("@4.md")),
            ("no id", node("", "x"), None),
        ];
        for (name, node, file) in cases {
            assert_eq!(index.find(&node), file, "{name}");
        }
    }
}
