//! Finds the remaining boxes of topics that the editor drew again.
//!
//! A leftover names the other box as its old id and has the same label, or it lies exactly on a box with the same label
//! and type.

use crate::graph::Node;
use std::collections::HashMap;

/// Returns for each node the node that represents it: itself, or the box that it is a leftover of.
pub(crate) fn representatives(nodes: &[Node]) -> Vec<usize> {
    let linked = linked(nodes);
    let mut first_at: HashMap<Place, usize> = HashMap::new();
    // A box that names no old id represents the others at its place.
    let (old, new): (Vec<usize>, Vec<usize>) = (0..nodes.len()).partition(|node| nodes[*node].old_id.is_some());
    for node in new.into_iter().chain(old) {
        if let Some(place) = Place::of(&nodes[node]) {
            first_at.entry(place).or_insert(node);
        }
    }
    let at_place = |node: usize| Place::of(&nodes[node]).and_then(|place| first_at.get(&place).copied());
    let next = |node: usize| linked[node].or_else(|| at_place(node)).unwrap_or(node);
    ends(&(0..nodes.len()).map(next).collect::<Vec<_>>())
}

/// For each node, the other node with the same label that it names as its old id.
fn linked(nodes: &[Node]) -> Vec<Option<usize>> {
    let mut by_id: HashMap<&str, usize> = HashMap::new();
    for (index, node) in nodes.iter().enumerate().filter(|(_, node)| !node.id.is_empty()) {
        by_id.entry(&node.id).or_insert(index);
    }
    let target = |(index, node): (usize, &Node)| {
        let other = *by_id.get(node.old_id.as_deref()?)?;
        (other != index && is_same(&node.label, &nodes[other].label)).then_some(other)
    };
    nodes.iter().enumerate().map(target).collect()
}

fn is_same(label: &str, other: &str) -> bool {
    !label.is_empty() && label.to_lowercase() == other.to_lowercase()
}

/// For each node, follows the links to their end. The smallest node of a cycle is its end. Each link is followed once.
fn ends(next: &[usize]) -> Vec<usize> {
    let mut ends: Vec<Option<usize>> = vec![None; next.len()];
    // Positions in the current path, which end with it.
    let mut passed_at: Vec<Option<usize>> = vec![None; next.len()];
    for start in 0..next.len() {
        let mut path = Vec::new();
        let mut node = start;
        while ends[node].is_none() && passed_at[node].is_none() {
            passed_at[node] = Some(path.len());
            path.push(node);
            node = next[node];
        }
        let cycle = passed_at[node].and_then(|at| path.get(at..)).into_iter().flatten().min();
        let end = ends[node].or(cycle.copied()).unwrap_or(start);
        for node in path {
            ends[node] = Some(end);
            passed_at[node] = None;
        }
    }
    ends.into_iter().enumerate().map(|(node, end)| end.unwrap_or(node)).collect()
}

/// Type, label and position of a box.
#[derive(PartialEq, Eq, Hash)]
struct Place {
    kind: String,
    label: String,
    corner: (u64, u64),
}

impl Place {
    fn of(node: &Node) -> Option<Self> {
        let position = node.position.filter(|_| !node.label.is_empty())?;
        let corner = (position.x.to_bits(), position.y.to_bits());
        Some(Self { kind: node.kind.clone(), label: node.label.to_lowercase(), corner })
    }
}

#[cfg(test)]
mod tests {
    use crate::graph::Graph;
    use rowsmith_plugin_api::prelude::*;

    fn node(id: &str, label: &str, x: i32, old_id: &Value) -> Value {
        json!({"id": id, "type": "topic", "position": {"x": x, "y": 1}, "data": {"label": label, "oldId": old_id}})
    }

    fn topics(nodes: &[Value]) -> Vec<String> {
        let drawing = json!({"nodes": nodes}).to_string();
        let graph = Graph::parse(drawing.as_bytes(), "x", "x").expect("a drawing");
        graph.topics(&["topic".to_owned()]).rows.iter().map(|node| graph.nodes[*node].id.clone()).collect()
    }

    #[test]
    fn a_topic_that_is_drawn_twice_is_one_topic() {
        let at_node = |id: &str, x: i32, old_id: &str| json!({"id": id, "oldId": old_id, "type": "topic", "position": {"x": x, "y": 1}, "data": {"label": "A"}});
        let cases: Vec<(&str, Vec<Value>, &[&str])> = vec![
            ("a leftover", vec![node("a", "A", 1, &json!(null)), node("b", "A", 2, &json!("a"))], &["a"]),
            ("a leftover first", vec![node("b", "a ", 2, &json!("a")), node("a", "A", 1, &json!(null))], &["a"]),
            ("outside of data", vec![node("a", "A", 1, &json!(null)), at_node("b", 2, "a")], &["a"]),
            (
                "a chain",
                vec![node("c", "A", 3, &json!("b")), node("b", "A", 2, &json!("a")), node("a", "A", 1, &json!(null))],
                &["a"],
            ),
            ("a cycle", vec![node("a", "A", 1, &json!("b")), node("b", "A", 2, &json!("a"))], &["a"]),
            ("one place", vec![node("a", "A", 1, &json!(null)), node("b", "A", 1, &json!(null))], &["a"]),
            ("one place, old first", vec![node("b", "A", 1, &json!("gone")), node("a", "A", 1, &json!(null))], &["a"]),
            ("other places", vec![node("a", "A", 1, &json!(null)), node("b", "A", 2, &json!(null))], &["a", "b"]),
            ("another label", vec![node("a", "A", 1, &json!(null)), node("b", "B", 2, &json!("a"))], &["a", "b"]),
            ("no such node", vec![node("a", "A", 1, &json!("gone")), node("b", "B", 2, &json!(7))], &["a", "b"]),
            ("itself", vec![node("a", "A", 1, &json!("a"))], &["a"]),
        ];
        for (name, nodes, expected) in cases {
            assert_eq!(topics(&nodes), expected, "{name}");
        }
    }
}
