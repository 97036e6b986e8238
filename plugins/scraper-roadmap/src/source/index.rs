//! Finds the file with the text of a node.

use crate::graph::{Graph, Node};
use std::collections::{HashMap, HashSet};

/// Files that describe the whole roadmap.
const OF_THE_ROADMAP: [&str; 2] = ["index.md", "readme.md"];

/// File names of texts: `<slug-of-label>@<node-id>.md`, or without an id.
#[derive(Debug, Default)]
pub(crate) struct TextIndex {
    by_id: HashMap<String, Vec<String>>,
    /// Files whose id is missing or belongs to no node of the drawing, by slug.
    by_slug: HashMap<String, Vec<String>>,
    /// Slugs of several topics without a file: a file without an id could belong to any of them.
    ambiguous: HashSet<String>,
    /// True if the listing may be incomplete.
    pub(super) is_truncated: bool,
}

impl TextIndex {
    /// Indexes file names for these topics; names without `.md` and those of the whole roadmap are skipped.
    pub(super) fn new(names: impl IntoIterator<Item = String>, graph: &Graph, topics: &[usize]) -> Self {
        let ids: HashSet<&str> = graph.nodes.iter().flat_map(Node::ids).collect();
        let mut index = Self::default();
        for name in names {
            let Some(stem) = name.strip_suffix(".md") else { continue };
            let (slug, id) = stem.rsplit_once('@').unwrap_or((stem, ""));
            if ids.contains(id) {
                index.by_id.entry(id.to_owned()).or_default().push(name);
            } else if !OF_THE_ROADMAP.contains(&name.to_lowercase().as_str()) {
                index.by_slug.entry(slug.to_lowercase()).or_default().push(name);
            }
        }
        for names in index.by_id.values_mut().chain(index.by_slug.values_mut()) {
            names.sort();
        }
        let mut seen = HashSet::new();
        let without_file = topics.iter().map(|topic| &graph.nodes[*topic]).filter(|node| index.by_node(node).is_none());
        index.ambiguous =
            without_file.map(|node| slug(&node.label)).filter(|slug| !seen.insert(slug.clone())).collect();
        index
    }

    /// Marks a listing that may be incomplete.
    pub(super) fn truncated(self, is_truncated: bool) -> Self {
        Self { is_truncated, ..self }
    }

    fn by_node(&self, node: &Node) -> Option<(&str, &[String])> {
        let named = node.ids().find_map(|id| self.by_id.get_key_value(id));
        named.map(|(id, names)| (id.as_str(), names.as_slice()))
    }

    /// Returns the file of a node: by its id, then by its old ids, then by its slug.
    ///
    /// A renamed topic may have several files: the one named like the topic wins, else the first in alphabetical order.
    pub(super) fn find(&self, node: &Node) -> Option<&str> {
        let slug = slug(&node.label);
        if let Some((id, names)) = self.by_node(node) {
            // The names are sorted, and many nodes can have one id.
            let expected = names.binary_search(&format!("{slug}@{id}.md")).ok();
            return expected.and_then(|at| names.get(at)).or_else(|| names.first()).map(String::as_str);
        }
        let names = self.by_slug.get(&slug).filter(|_| !slug.is_empty() && !self.ambiguous.contains(&slug))?;
        let has_no_id = |name: &&String| !name.contains('@');
        names.iter().find(has_no_id).or_else(|| names.first()).map(String::as_str)
    }

    /// Returns the files that belong to none of these nodes, sorted. Files of other nodes of the drawing are left out.
    pub(crate) fn unused<'a>(&self, nodes: impl IntoIterator<Item = &'a Node>) -> Vec<&str> {
        let used: HashSet<&str> = nodes.into_iter().filter_map(|node| self.find(node)).collect();
        let mut unused: Vec<&str> =
            self.by_slug.values().flatten().map(String::as_str).filter(|name| !used.contains(name)).collect();
        unused.sort_unstable();
        unused
    }
}

/// The file name of a node whose topic was not renamed.
pub(super) fn expected_name(node: &Node) -> String {
    format!("{}@{}.md", slug(&node.label), node.id)
}

fn slug(label: &str) -> String {
    let mut slug = String::new();
    for letter in label.chars().flat_map(char::to_lowercase) {
        match letter {
            letter if letter.is_alphanumeric() => slug.push(letter),
            ' ' | '-' | '_' if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

#[cfg(test)]
mod tests {
    use super::*;
    use rowsmith_plugin_api::prelude::*;

    fn index(nodes: &[(&str, &str)], names: &[&str]) -> (TextIndex, Graph) {
        let node =
            |(id, label): &(&str, &str)| json!({"id": id, "type": "topic", "data": {"label": label, "oldId": "old"}});
        let drawing = json!({"nodes": nodes.iter().map(node).collect::<Vec<_>>()}).to_string();
        let graph = Graph::parse(drawing.as_bytes(), "x", "x").expect("a drawing");
        let topics: Vec<usize> = (0..graph.nodes.len()).collect();
        (TextIndex::new(names.iter().map(|name| (*name).to_owned()), &graph, &topics), graph)
    }

    #[test]
    fn files_are_found_by_id_then_by_slug() {
        let names =
            ["z-old@1.md", "a-older@1.md", "new-name@1.md", "index.md", "half@2", "a@b@3.md", "@4.md", "x@old.md"];
        let cases = [
            ("named like the topic", ("1", "New Name?"), Some("new-name@1.md")),
            ("renamed", ("1", "Other"), Some("a-older@1.md")),
            ("no such file", ("2", "half"), Some("x@old.md")),
            ("an @ in the slug", ("3", "x"), Some("a@b@3.md")),
            ("no slug", ("4", "x"), Some("@4.md")),
        ];
        for (name, node, file) in cases {
            let (index, graph) = index(&[node], &names);
            assert_eq!(index.find(&graph.nodes[0]), file, "{name}");
        }
        let cases = [
            ("no id", ("1", "Black & White"), vec!["black-white.md", "other.md"], Some("black-white.md")),
            ("no id, in upper case", ("1", "Black"), vec!["Black.md"], Some("Black.md")),
            ("an empty id", ("1", "Black"), vec!["black@.md"], Some("black@.md")),
            ("the id of no node", ("1", "Black"), vec!["black@9.md"], Some("black@9.md")),
            ("a node without id", ("", "Black"), vec!["black.md"], Some("black.md")),
            ("no label", ("1", ""), vec![".md"], None),
            ("of the roadmap", ("1", "Index"), vec!["index.md", "README.md"], None),
        ];
        for (name, node, names, file) in cases {
            let (index, graph) = index(&[node], &names);
            assert_eq!(index.find(&graph.nodes[0]), file, "{name}");
        }
    }

    #[test]
    fn files_of_no_topic_are_unused() {
        let nodes = [("1", "Basics"), ("2", "Intro"), ("3", "Intro"), ("4", "Basics")];
        let (index, graph) = index(&nodes, &["basics@1.md", "intro.md", "gone@7.md", "index.md", "basics.md"]);
        assert_eq!(index.find(&graph.nodes[3]), Some("basics.md"), "the other topic has a file of its own");
        assert_eq!(index.find(&graph.nodes[1]), None, "it could belong to two topics");
        assert_eq!(index.unused(&graph.nodes), ["gone@7.md", "intro.md"]);
    }
}
