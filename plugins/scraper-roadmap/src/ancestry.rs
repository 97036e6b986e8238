//! Category and subcategory of a topic.
//!
//! The search follows the edges backwards from the topic. Among its ancestors of type `label`, `topic` or `paragraph`,
//! the furthest is the category and the nearest the subcategory; with a single ancestor the subcategory is empty. A
//! topic without such ancestors belongs to the nearest heading (a `label` or the `title`) above it, and without one to
//! the roadmap's title; its subcategory is empty. Labels without a word, such as the numbers and arrows of some
//! drawings, are not headings.
//!
//! The result depends on the drawing alone: among equals the first in reading order wins, and cycles are followed once.

use crate::graph::{Graph, Position};

/// Node types that name a category as ancestors of a topic.
const ANCESTORS: [&str; 3] = ["label", "topic", "paragraph"];
/// Node types that name a category by their position above a topic.
const HEADINGS: [&str; 2] = ["label", "title"];

/// Category and subcategory of one topic.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Categories<'a> {
    pub(crate) category: &'a str,
    pub(crate) subcategory: &'a str,
}

/// Finds the categories of a drawing's topics.
pub(crate) struct Ancestry<'a> {
    graph: &'a Graph,
    /// For each node, the nodes with an edge to it.
    parents: Vec<Vec<usize>>,
    headings: Vec<(usize, Position)>,
}

impl<'a> Ancestry<'a> {
    pub(crate) fn new(graph: &'a Graph) -> Self {
        let mut parents = vec![Vec::new(); graph.nodes.len()];
        for (from, to) in &graph.edges {
            parents[*to].push(*from);
        }
        let names = |node: &&usize| HEADINGS.contains(&graph.nodes[**node].kind.as_str()) && has_word(graph, **node);
        let everything: Vec<usize> = (0..graph.nodes.len()).collect();
        let headings = everything.iter().filter(names).filter_map(|n| Some((*n, graph.nodes[*n].position?))).collect();
        Self { graph, parents, headings }
    }

    /// Returns the categories of the node at `topic`.
    pub(crate) fn categories(&self, topic: usize) -> Categories<'a> {
        let generations = self.generations(topic);
        match (generations.first(), generations.last()) {
            (Some(nearest), Some(furthest)) => Categories {
                category: self.label(*furthest),
                subcategory: if generations.len() > 1 { self.label(*nearest) } else { "" },
            },
            _ => Categories { category: self.heading_above(topic).unwrap_or(&self.graph.title), subcategory: "" },
        }
    }

    fn label(&self, node: usize) -> &'a str {
        &self.graph.nodes[node].label
    }

    /// For each distance with matching ancestors, the first of them in reading order, nearest distance first.
    fn generations(&self, topic: usize) -> Vec<usize> {
        let mut seen = vec![false; self.graph.nodes.len()];
        seen[topic] = true;
        let mut frontier = vec![topic];
        let mut generations = Vec::new();
        while !frontier.is_empty() {
            frontier = self.step_back(&frontier, &mut seen);
            let matching = frontier.iter().copied().filter(|node| self.is_ancestor(*node));
            generations.extend(matching.min_by(|a, b| self.graph.reading_order(*a, *b)));
        }
        generations
    }

    fn step_back(&self, frontier: &[usize], seen: &mut [bool]) -> Vec<usize> {
        let parents = frontier.iter().flat_map(|node| &self.parents[*node]).copied();
        parents.filter(|parent| !std::mem::replace(&mut seen[*parent], true)).collect()
    }

    fn is_ancestor(&self, node: usize) -> bool {
        ANCESTORS.contains(&self.graph.nodes[node].kind.as_str()) && labelled(self.graph, node)
    }

    /// The label of the nearest heading above, measured between the centers of the upper edges.
    fn heading_above(&self, topic: usize) -> Option<&'a str> {
        let position = self.graph.nodes[topic].position?;
        let above = self.headings.iter().filter(|(_, heading)| heading.y < position.y);
        let nearest = above.min_by(|(a, a_position), (b, b_position)| {
            let nearer = distance(*a_position, position).total_cmp(&distance(*b_position, position));
            nearer.then_with(|| self.graph.reading_order(*a, *b))
        });
        nearest.map(|(node, _)| self.label(*node))
    }
}

fn labelled(graph: &Graph, node: usize) -> bool {
    !graph.nodes[node].label.is_empty()
}

/// Returns whether a label has two letters or digits, at least one of them a letter: `AI` and `C4`, not `V`, `12` or `<`.
fn has_word(graph: &Graph, node: usize) -> bool {
    let label = &graph.nodes[node].label;
    label.chars().filter(|c| c.is_alphanumeric()).nth(1).is_some() && label.contains(char::is_alphabetic)
}

fn distance(a: Position, b: Position) -> f64 {
    ((a.x + a.width / 2.0) - (b.x + b.width / 2.0)).hypot(a.y - b.y)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rowsmith_plugin_api::prelude::*;

    /// A name, edges, the topic, and its category and subcategory.
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str, (&'a str, &'a str));

    fn node(id: &str, kind: &str, x: i32, y: i32) -> Value {
        json!({"id": id, "type": kind, "position": {"x": x, "y": y}, "data": {"label": id.to_uppercase()}})
    }

    fn categories(nodes: &[Value], edges: &[(&str, &str)], topic: &str) -> (String, String) {
        let edges: Vec<Value> = edges.iter().map(|(from, to)| json!({"source": from, "target": to})).collect();
        let drawing = json!({"title": "Roadmap", "nodes": nodes, "edges": edges}).to_string();
        let graph = Graph::parse(drawing.as_bytes(), "x", "x").expect("a drawing");
        let at = graph.nodes.iter().position(|node| node.id == topic).expect("in the drawing");
        let categories = Ancestry::new(&graph).categories(at);
        (categories.category.to_owned(), categories.subcategory.to_owned())
    }

    #[test]
    fn categories_come_from_ancestors_and_headings() {
        let nodes = [
            node("t", "title", 0, 0),
            node("lb", "label", 0, 10),
            node("p", "paragraph", 0, 20),
            node("a", "topic", 0, 30),
            node("b", "topic", 9, 30),
            node("s", "subtopic", 0, 40),
            node("x", "section", 0, 50),
            json!({"id": "mute", "type": "label", "position": {"x": 0, "y": 39}}),
            json!({"id": "loose", "type": "topic", "data": {"label": "LOOSE"}}),
            node("far", "label", 500, 39),
            node("1", "label", 0, 39),
            node("v", "label", 0, 39),
            node("top", "subtopic", 0, -5),
        ];
        let cases: [Case; 11] = [
            ("furthest and nearest", &[("lb", "p"), ("p", "a"), ("a", "s")], "s", ("LB", "A")),
            ("one ancestor", &[("a", "s")], "s", ("A", "")),
            ("two at one distance", &[("b", "s"), ("a", "s")], "s", ("A", "")),
            ("through other types", &[("lb", "x"), ("x", "a"), ("a", "s")], "s", ("LB", "A")),
            ("titles are ignored", &[("t", "a"), ("a", "s")], "s", ("A", "")),
            ("empty labels are ignored", &[("a", "mute"), ("mute", "s")], "s", ("A", "")),
            ("a cycle", &[("a", "s"), ("b", "a"), ("s", "b")], "s", ("B", "A")),
            ("a loop", &[("s", "s"), ("a", "s"), ("a", "s")], "s", ("A", "")),
            ("nearest heading above", &[], "s", ("LB", "")),
            ("nothing above", &[], "top", ("Roadmap", "")),
            ("no position", &[], "loose", ("Roadmap", "")),
        ];
        for (name, edges, topic, (category, subcategory)) in cases {
            assert_eq!(categories(&nodes, edges, topic), (category.to_owned(), subcategory.to_owned()), "{name}");
        }
    }

    #[test]
    fn node_order_in_the_file_does_not_matter_with_positions() {
        let mut nodes = vec![node("s", "subtopic", 0, 40), node("a", "topic", 0, 30), node("b", "topic", 9, 30)];
        let edges = [("a", "s"), ("b", "s")];
        let first = categories(&nodes, &edges, "s");
        nodes.reverse();
        assert_eq!(categories(&nodes, &[("b", "s"), ("a", "s")], "s"), first);
    }
}
