//! The drawing of a roadmap: nodes, edges, a title.
//!
//! Drawings are made by hand, so every part of a node may be missing or have another type. Unusable parts are skipped;
//! only a file that is not a drawing is an error.

use crate::leftovers::representatives;
use rowsmith_plugin_api::prelude::*;
use std::cmp::Ordering;
use std::collections::HashMap;

/// Places of the id that a node had before.
const OLD_IDS: [&str; 2] = ["/data/oldId", "/oldId"];

/// A box of the drawing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) id: String,
    /// The id that the node had before.
    pub(crate) old_id: Option<String>,
    /// Ids of its leftovers, and their old ids.
    pub(crate) other_ids: Vec<String>,
    pub(crate) kind: String,
    /// The label on one line; empty if the node has none.
    pub(crate) label: String,
    pub(crate) position: Option<Position>,
}

impl Node {
    /// The ids under which its text may be stored, the current one first.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        let ids = std::iter::once(&self.id).chain(&self.old_id).chain(&self.other_ids);
        ids.map(String::as_str).filter(|id| !id.is_empty())
    }
}

/// Coordinates of a node; `y` grows downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Position {
    pub(crate) x: f64,
    pub(crate) y: f64,
    /// 0 if unknown.
    pub(crate) width: f64,
}

impl Position {
    fn reading_order(&self, other: &Self) -> Ordering {
        self.y.total_cmp(&other.y).then(self.x.total_cmp(&other.x))
    }
}

/// A drawing.
#[derive(Debug)]
pub(crate) struct Graph {
    pub(crate) title: String,
    pub(crate) nodes: Vec<Node>,
    /// Pairs of indices into `nodes`: from, to.
    pub(crate) edges: Vec<(usize, usize)>,
    /// For each node, the node that represents it; see [`crate::leftovers`].
    representatives: Vec<usize>,
}

/// The topics of a drawing, as indices of nodes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Topics {
    /// In reading order.
    pub(crate) rows: Vec<usize>,
    /// Boxes without a label.
    pub(crate) unlabelled: usize,
    /// Boxes of topics that are drawn twice.
    pub(crate) leftovers: Vec<usize>,
}

impl Graph {
    /// Reads a drawing. `origin` is the file or address for errors, `slug` the roadmap's name.
    pub(crate) fn parse(bytes: &[u8], origin: &str, slug: &str) -> Result<Self> {
        let drawing: Value = serde_json::from_slice(bytes)
            .map_err(|e| Error::new(ErrorKind::InvalidData, format!("{origin} is not JSON: {e}")))?;
        let nodes = drawing.get("nodes").and_then(Value::as_array).ok_or_else(|| no_nodes(&drawing, origin))?;
        let mut nodes: Vec<Node> = nodes.iter().map(read_node).collect();
        let representatives = representatives(&nodes);
        collect_other_ids(&mut nodes, &representatives);
        let edges = drawing.get("edges").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let edges = read_edges(edges, &nodes);
        let edges = edges.into_iter().map(|(from, to)| (representatives[from], representatives[to])).collect();
        Ok(Self { title: title(&drawing, &nodes, slug), edges, nodes, representatives })
    }

    /// Returns the nodes of the given types.
    pub(crate) fn topics(&self, kinds: &[String]) -> Topics {
        let wanted = |node: &usize| kinds.contains(&self.nodes[*node].kind);
        let (boxes, leftovers): (Vec<usize>, Vec<usize>) =
            (0..self.nodes.len()).filter(wanted).partition(|node| self.representatives[*node] == *node);
        let (mut rows, unlabelled): (Vec<usize>, Vec<usize>) =
            boxes.into_iter().partition(|node| !self.nodes[*node].label.is_empty());
        rows.sort_by(|a, b| self.reading_order(*a, *b));
        Topics { rows, unlabelled: unlabelled.len(), leftovers }
    }

    /// Compares two nodes: top to bottom, left to right, order of the file; nodes without a position last.
    pub(crate) fn reading_order(&self, a: usize, b: usize) -> Ordering {
        let by_position = match (self.nodes[a].position, self.nodes[b].position) {
            (Some(a), Some(b)) => a.reading_order(&b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => Ordering::Equal,
        };
        by_position.then(a.cmp(&b))
    }
}

fn no_nodes(drawing: &Value, origin: &str) -> Error {
    if drawing.get("mockup").is_some() {
        return Error::new(
            ErrorKind::InvalidData,
            format!("{origin} is a drawing in the old format (`mockup`), which has no nodes"),
        )
        .hint(r#"set `source = "api"`, which may have a newer drawing, or choose another roadmap"#);
    }
    Error::new(ErrorKind::InvalidData, format!("{origin} is not a roadmap: it has no `nodes` array"))
}

/// Gives each node the ids of its leftovers.
fn collect_other_ids(nodes: &mut [Node], representatives: &[usize]) {
    for (index, representative) in representatives.iter().enumerate().filter(|(index, to)| index != *to) {
        let ids: Vec<String> = nodes[index].ids().map(str::to_owned).collect();
        nodes[*representative].other_ids.extend(ids);
    }
}

fn read_node(node: &Value) -> Node {
    Node {
        id: text(node.get("id")),
        old_id: OLD_IDS.iter().map(|place| text(node.pointer(place))).find(|id| !id.is_empty()),
        other_ids: Vec::new(),
        kind: text(node.get("type")),
        label: text(node.pointer("/data/label").or_else(|| node.get("label"))),
        position: position(node, "/position").or_else(|| position(node, "/positionAbsolute")),
    }
}

fn position(node: &Value, pointer: &str) -> Option<Position> {
    let position = node.pointer(pointer)?;
    let width = ["/width", "/measured/width", "/style/width"].iter().find_map(|p| node.pointer(p)?.as_f64());
    Some(Position { x: position.get("x")?.as_f64()?, y: position.get("y")?.as_f64()?, width: width.unwrap_or(0.0) })
}

/// Returns a string or a number as text on one line; empty for other types.
fn text(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

fn read_edges(edges: &[Value], nodes: &[Node]) -> Vec<(usize, usize)> {
    let mut indices: HashMap<&str, usize> = HashMap::new();
    for (index, node) in nodes.iter().enumerate().filter(|(_, node)| !node.id.is_empty()) {
        indices.entry(&node.id).or_insert(index);
    }
    let end = |edge: &Value, key: &str| indices.get(text(edge.get(key)).as_str()).copied();
    edges.iter().filter_map(|edge| Some((end(edge, "source")?, end(edge, "target")?))).collect()
}

/// Returns the drawing's title, else the label of its title box, else the roadmap's name in title case.
///
/// The API returns two titles; the short one reads better in a column.
fn title(drawing: &Value, nodes: &[Node], slug: &str) -> String {
    let stated = ["/title", "/title/card", "/title/page", "/data/title"].iter().map(|p| text(drawing.pointer(p)));
    let boxed = nodes.iter().filter(|node| node.kind == "title").map(|node| node.label.clone());
    stated.chain(boxed).find(|title| !title.is_empty()).unwrap_or_else(|| title_case(slug))
}

fn title_case(slug: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>())
    };
    slug.split(['-', '_']).filter_map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph(value: &Value) -> Graph {
        Graph::parse(value.to_string().as_bytes(), "it.json", "git-and-github").expect("a drawing")
    }

    #[test]
    fn topics_are_in_reading_order_and_nodes_without_position_last() {
        let node = |id: &str, kind: &str, x: f64, y: f64| {
            json!({
                "id": id, "type": kind, "position": {"x": x, "y": y}, "data": {"label": id},
            })
        };
        let graph = graph(&json!({"nodes": [
            {"id": "loose", "type": "topic", "data": {"label": "loose"}},
            node("right", "subtopic", 50.0, 10.0),
            node("box", "section", 0.0, 0.0),
            node("low", "topic", -5.0, 99.5),
            node("left", "topic", 1.0, 10.0),
            {"id": "mute", "type": "topic", "position": {"x": 0, "y": 0}},
            {"id": "odd", "type": "topic", "position": "here", "data": {"label": " odd\n one "}},
        ]}));
        let topics = graph.topics(&["topic".to_owned(), "subtopic".to_owned()]);
        let labels: Vec<&str> = topics.rows.iter().map(|t| graph.nodes[*t].label.as_str()).collect();
        assert_eq!(labels, ["left", "right", "low", "loose", "odd one"]);
        assert_eq!((topics.unlabelled, topics.leftovers.len()), (1, 0));
    }

    #[test]
    fn titles_have_an_order_of_preference() {
        let boxed = json!({"type": "title", "data": {"label": "Boxed"}});
        let cases = [
            ("stated", json!({"title": "Stated", "nodes": [boxed]}), "Stated"),
            ("of the api", json!({"title": {"page": "Long One", "card": "Short"}, "nodes": [boxed]}), "Short"),
            ("in data", json!({"data": {"title": "Inner"}, "nodes": [boxed]}), "Inner"),
            ("boxed", json!({"nodes": [boxed]}), "Boxed"),
            ("from the name", json!({"nodes": []}), "Git And Github"),
        ];
        for (name, drawing, title) in cases {
            assert_eq!(graph(&drawing).title, title, "{name}");
        }
    }

    #[test]
    fn edges_without_nodes_are_skipped() {
        let graph = graph(&json!({
            "nodes": [{"id": "a"}, {"id": 7}, {"id": "a"}, {}, null, 3],
            "edges": [
                {"source": "a", "target": "7"}, {"source": "a"}, {"source": "", "target": "a"},
                {"source": "x", "target": "a"}, 1,
            ],
        }));
        assert_eq!(graph.edges, [(0, 1)]);
    }

    #[test]
    fn invalid_drawings_are_errors() {
        let cases = [
            (
                "old format",
                &br#"{"mockup": {}}"#[..],
                "it.json is a drawing in the old format (`mockup`), which has no nodes",
            ),
            ("other object", br#"{"nodes": {}}"#, "it.json is not a roadmap: it has no `nodes` array"),
            ("array", b"[]", "it.json is not a roadmap: it has no `nodes` array"),
            ("page", b"<html>", "it.json is not JSON: expected value at line 1 column 1"),
        ];
        for (name, bytes, message) in cases {
            let error = Graph::parse(bytes, "it.json", "x").expect_err(name);
            assert_eq!((error.kind, error.message.as_str()), (ErrorKind::InvalidData, message), "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let _parsed = Graph::parse(&bytes, "x", "x").map(|graph| graph.topics(&["topic".to_owned()]));
        }
    }
}
