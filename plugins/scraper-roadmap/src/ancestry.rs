//! Category and Subcategory of a topic.
//!
//! The edges are walked backwards from the topic. Among its ancestors of type `label`, `topic` or `paragraph`, the
//! furthest is the category and the nearest the subcategory; where no ancestor is nearer than the category, the
//! subcategory is empty. A topic without such ancestors belongs to the nearest heading (a `label` or the `title`) above
//! it, and where there is none, to the roadmap's title; its subcategory is empty. Labels without a word, such as the
//! numbers and arrows of some drawings, are no headings.
//!
//! The answer depends on the drawing alone: among equals the first in reading order wins, and a cycle is walked once.

use crate::graph::{Graph, Position};

/// Types that can name a category, as ancestors.
const ANCESTORS: [&str; 3] = ["label", "topic", "paragraph"];
/// Types that can name a category, by being above.
const HEADINGS: [&str; 2] = ["label", "title"];

/// What a topic belongs to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    pub(crate) category: &'a str,
    pub(crate) subcategory: &'a str,
}

/// Finds the places of a drawing's topics.
pub(crate) struct Ancestry<'a> {
    graph: &'a Graph,
    /// For each node, those with an edge to it.
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

    /// What the node at `topic` belongs to.
    pub(crate) fn place(&self, topic: usize) -> Place<'a> {
        let generations = self.generations(topic);
        match (generations.first(), generations.last()) {
            (Some(nearest), Some(furthest)) => Place {
                category: self.label(*furthest),
                subcategory: if generations.len() > 1 { self.label(*nearest) } else { "" },
            },
            _ => Place { category: self.heading_above(topic).unwrap_or(&self.graph.title), subcategory: "" },
        }
    }

    fn label(&self, node: usize) -> &'a str {
        &self.graph.nodes[node].label
    }

    /// For each distance at which there are fitting ancestors, the first of them in reading order.
    fn generations(&self, topic: usize) -> Vec<usize> {
        let mut seen = vec![false; self.graph.nodes.len()];
        seen[topic] = true;
        let mut frontier = vec![topic];
        let mut found = Vec::new();
        while !frontier.is_empty() {
            frontier = self.step_back(&frontier, &mut seen);
            let fitting = frontier.iter().copied().filter(|node| self.is_ancestor(*node));
            found.extend(fitting.min_by(|a, b| self.graph.reading_order(*a, *b)));
        }
        found
    }

    fn step_back(&self, frontier: &[usize], seen: &mut [bool]) -> Vec<usize> {
        let parents = frontier.iter().flat_map(|node| &self.parents[*node]).copied();
        parents.filter(|parent| !std::mem::replace(&mut seen[*parent], true)).collect()
    }

    fn is_ancestor(&self, node: usize) -> bool {
        ANCESTORS.contains(&self.graph.nodes[node].kind.as_str()) && labelled(self.graph, node)
    }

    /// The label of the nearest heading above, measured between the middles of the upper edges.
    fn heading_above(&self, topic: usize) -> Option<&'a str> {
        let place = self.graph.nodes[topic].position?;
        let above = self.headings.iter().filter(|(_, heading)| heading.y < place.y);
        let nearest = above.min_by(|(a, a_place), (b, b_place)| {
            let nearer = distance(*a_place, place).total_cmp(&distance(*b_place, place));
            nearer.then_with(|| self.graph.reading_order(*a, *b))
        });
        nearest.map(|(node, _)| self.label(*node))
    }
}

fn labelled(graph: &Graph, node: usize) -> bool {
    !graph.nodes[node].label.is_empty()
}

/// Whether a label has two letters or digits, one of them a letter: `AI` and `C4`, but not `V`, `12` or `<`.
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

    fn place(nodes: &[Value], edges: &[(&str, &str)], topic: &str) -> (String, String) {
        let edges: Vec<Value> = edges.iter().map(|(from, to)| json!({"source": from, "target": to})).collect();
        let drawing = json!({"title": "Roadmap", "nodes": nodes, "edges": edges}).to_string();
        let graph = Graph::parse(drawing.as_bytes(), "x", "x").expect("a drawing");
        let at = graph.nodes.iter().position(|node| node.id == topic).expect("in the drawing");
        let place = Ancestry::new(&graph).place(at);
        (place.category.to_owned(), place.subcategory.to_owned())
    }

    #[test]
    fn places() {
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
            ("titles do not count", &[("t", "a"), ("a", "s")], "s", ("A", "")),
            ("labels that are empty do not count", &[("a", "mute"), ("mute", "s")], "s", ("A", "")),
            ("a cycle", &[("a", "s"), ("b", "a"), ("s", "b")], "s", ("B", "A")),
            ("a loop", &[("s", "s"), ("a", "s"), ("a", "s")], "s", ("A", "")),
            ("nearest heading above", &[], "s", ("LB", "")),
            ("nothing above", &[], "top", ("Roadmap", "")),
            ("no position", &[], "loose", ("Roadmap", "")),
        ];
        for (name, edges, topic, (category, subcategory)) in cases {
            assert_eq!(place(&nodes, edges, topic), (category.to_owned(), subcategory.to_owned()), "{name}");
        }
    }

    #[test]
    fn the_order_of_the_file_decides_nothing_when_positions_do() {
        let mut nodes = vec![node("s", "subtopic", 0, 40), node("a", "topic", 0, 30), node("b", "topic", 9, 30)];
        let edges = [("a", "s"), ("b", "s")];
        let first = place(&nodes, &edges, "s");
        nodes.reverse();
        assert_eq!(place(&nodes, &[("b", "s"), ("a", "s")], "s"), first);
    }
}
