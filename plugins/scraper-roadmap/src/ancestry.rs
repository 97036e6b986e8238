//! Category and subcategory of a topic.
//!
//! The search follows the edges backwards from the topic. Among its ancestors of type `label`, `topic` or `paragraph`,
//! the furthest is the category and the nearest the subcategory; with a single ancestor the subcategory is empty. A
//! topic without such ancestors belongs to the nearest heading (a `label` or the `title`) above it, and without one to
//! the roadmap's title; its subcategory is empty. Labels without a word, such as the numbers and arrows of some
//! drawings, are not headings.
//!
//! The result depends on the drawing alone: among equals the first in reading order wins, and cycles are followed once.
//! Drawings can come from programs, so the search for one topic follows at most 1,000 edges and compares at most 1,000
//! headings, the nearest first. The largest drawing that was made by hand has fewer of both.

use crate::graph::{Graph, Position};

/// Maximum edges to follow for one topic.
const MAX_EDGES: usize = 1_000;
/// Maximum headings to compare for one topic.
const MAX_HEADINGS: usize = 1_000;

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
    /// From top to bottom.
    headings: Vec<(usize, Position)>,
    /// For each node, true if it can name a category as an ancestor.
    is_ancestor: Vec<bool>,
    /// For each node, the last search that reached it.
    reached_by: Vec<usize>,
    searches: usize,
}

impl<'a> Ancestry<'a> {
    pub(crate) fn new(graph: &'a Graph) -> Self {
        let mut parents = vec![Vec::new(); graph.nodes.len()];
        for (from, to) in &graph.edges {
            parents[*to].push(*from);
        }
        let names = |node: &&usize| HEADINGS.contains(&graph.nodes[**node].kind.as_str()) && has_word(graph, **node);
        let everything: Vec<usize> = (0..graph.nodes.len()).collect();
        let headings = everything.iter().filter(names).filter_map(|n| Some((*n, graph.nodes[*n].position?)));
        let mut headings: Vec<(usize, Position)> = headings.collect();
        headings.sort_by(|(a, _), (b, _)| graph.reading_order(*a, *b));
        let is_ancestor = everything.iter().map(|node| is_ancestor(graph, *node)).collect();
        Self { graph, parents, headings, is_ancestor, reached_by: vec![0; graph.nodes.len()], searches: 0 }
    }

    /// Returns the categories of the node at `topic`.
    pub(crate) fn categories(&mut self, topic: usize) -> Categories<'a> {
        match self.generations(topic) {
            Some((nearest, furthest)) => Categories {
                category: self.label(furthest),
                subcategory: if nearest == furthest { "" } else { self.label(nearest) },
            },
            None => Categories { category: self.heading_above(topic).unwrap_or(&self.graph.title), subcategory: "" },
        }
    }

    fn label(&self, node: usize) -> &'a str {
        &self.graph.nodes[node].label
    }

    /// Returns the matching ancestors at the nearest and the furthest distance, of each the first in reading order.
    fn generations(&mut self, topic: usize) -> Option<(usize, usize)> {
        self.searches += 1;
        self.reached_by[topic] = self.searches;
        let (mut frontier, mut above) = (vec![topic], Vec::new());
        let mut edges = MAX_EDGES;
        let mut found = None;
        while !frontier.is_empty() {
            self.step_back(&frontier, &mut edges, &mut above);
            std::mem::swap(&mut frontier, &mut above);
            let matching = frontier.iter().copied().filter(|node| self.is_ancestor[*node]);
            if let Some(first) = matching.min_by(|a, b| self.graph.reading_order(*a, *b)) {
                found = Some((found.map_or(first, |(nearest, _)| nearest), first));
            }
        }
        found
    }

    /// Collects the parents that this search has not reached yet.
    fn step_back(&mut self, frontier: &[usize], edges: &mut usize, above: &mut Vec<usize>) {
        above.clear();
        for node in frontier {
            for parent in self.parents[*node].iter().take(*edges) {
                *edges -= 1;
                if std::mem::replace(&mut self.reached_by[*parent], self.searches) != self.searches {
                    above.push(*parent);
                }
            }
        }
    }

    /// The label of the nearest heading above, measured between the centers of the upper edges.
    fn heading_above(&self, topic: usize) -> Option<&'a str> {
        let position = self.graph.nodes[topic].position?;
        let above = self.headings.partition_point(|(_, heading)| heading.y < position.y);
        let mut nearest: Option<(f64, usize)> = None;
        for (node, heading) in self.headings.iter().take(above).rev().take(MAX_HEADINGS) {
            // All others are further above.
            if nearest.is_some_and(|(least, _)| position.y - heading.y > least) {
                break;
            }
            let distance = distance(*heading, position);
            // Of two at one distance, the one that comes later in this loop is the first in reading order.
            if nearest.is_none_or(|(least, _)| distance <= least) {
                nearest = Some((distance, *node));
            }
        }
        nearest.map(|(_, node)| self.label(node))
    }
}

fn is_ancestor(graph: &Graph, node: usize) -> bool {
    let node = &graph.nodes[node];
    ANCESTORS.contains(&node.kind.as_str()) && !node.label.is_empty()
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

    /// Finds the categories of all topics of a drawing, and returns their number.
    fn categories_of_many(
        node_count: usize,
        node_at: impl Fn(usize) -> Value,
        edge_at: impl Fn(usize) -> (usize, usize),
    ) -> usize {
        let nodes: Vec<Value> = (0..node_count).map(node_at).collect();
        let edges = (0..node_count).map(|edge| {
            let (from, to) = edge_at(edge);
            json!({"source": from.to_string(), "target": to.to_string()})
        });
        let drawing = json!({"title": "R", "nodes": nodes, "edges": edges.collect::<Vec<_>>()}).to_string();
        let graph = Graph::parse(drawing.as_bytes(), "x", "x").expect("a drawing");
        let topics = graph.topics(&["topic".to_owned()]).rows;
        let mut ancestry = Ancestry::new(&graph);
        topics.iter().filter(|topic| !ancestry.categories(**topic).category.is_empty()).count()
    }

    /// Reads five drawings of which a search whose steps grow with the square of the nodes takes many minutes.
    fn read_large_drawings(count: usize) {
        let start = std::time::Instant::now();
        let at = |node: usize, kind: &str, x: usize, y: usize| {
            json!({
                "id": node.to_string(), "type": kind, "position": {"x": x, "y": y}, "data": {"label": format!("AB {node}")},
            })
        };
        let topic = |node: usize| at(node, "topic", 0, node);
        let kind = |node: usize| if node.is_multiple_of(2) { "topic" } else { "label" };
        let chain = categories_of_many(count, topic, |edge| (edge, edge + 1));
        let hub = categories_of_many(count, topic, |edge| if edge % 2 == 0 { (edge, 1) } else { (1, edge) });
        let row = categories_of_many(count, |node| at(node, kind(node), node, 1), |edge| (edge, edge));
        let scattered = |node: usize| at(node, kind(node), node * 7919 % 100_003, node % 300);
        let scattered = categories_of_many(count, scattered, |edge| (edge, edge));
        let redrawn = |node: usize| json!({"id": node.to_string(), "type": "topic", "data": {"label": "AB", "oldId": (node + 1).to_string()}});
        let redrawn = categories_of_many(count, redrawn, |edge| (edge, edge / 2));
        assert_eq!((chain, hub, row, scattered, redrawn), (count, count, count / 2, count / 2, 1));
        assert!(start.elapsed().as_secs() < 200, "{:?}", start.elapsed());
    }

    #[test]
    fn large_drawings_take_linear_time() {
        read_large_drawings(20_000);
    }

    #[test]
    #[ignore = "takes a minute without optimization"]
    fn drawings_of_100_000_nodes_take_linear_time() {
        read_large_drawings(100_000);
    }

    #[test]
    fn deep_nesting_is_an_error_and_not_a_crash() {
        let deep = format!("{}{}", "[".repeat(200_000), "]".repeat(200_000));
        for text in [deep.clone(), format!("{{\"nodes\": [{{\"id\": {deep}}}]}}")] {
            assert!(Graph::parse(text.as_bytes(), "x", "x").is_err());
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
