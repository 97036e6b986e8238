//! Roadmaps with leftovers of their editor and texts that do not match.

use super::scene::Scene;
use serde_json::{Value, json};

fn node(id: &str, label: &str, y: i32, old_id: &Value) -> Value {
    json!({
        "id": id, "type": "topic", "position": {"x": 100, "y": y}, "data": {"label": label, "oldId": old_id},
    })
}

#[test]
fn no_topic_is_doubled_and_no_text_is_lost_without_a_warning() {
    let scene = Scene::new("roadmap", "roadmap = \"demo\"\nsource = \"directory\"\npath = \".\"");
    let nodes = [
        node("new", "More Commands", 200, &json!(null)),
        node("old", "More Commands", 210, &json!("new")),
        node("twice", "Shells", 250, &json!(null)),
        node("again", "Shells", 250, &json!(null)),
        node("black", "Black", 300, &json!(null)),
        node("renewed", "Linters", 350, &json!("before")),
        node("empty", "Integers", 400, &json!(null)),
    ];
    scene.sandbox.write("demo/demo.json", json!({"nodes": nodes, "edges": []}).to_string());
    for (name, text) in [
        ("more-commands@new.md", "# More Commands\n\nFurther commands.\n"),
        ("more-commands@old.md", "# More Commands\n\nFurther commands.\n"),
        ("shells@again.md", "# Shells\n\nPrograms that run commands.\n"),
        ("black.md", "# Black\n\nA code formatter.\n"),
        ("linters@before.md", "# Linters\n\nCheckers of code.\n"),
        ("integers@empty.md", ""),
        ("removed@gone.md", "# Removed\n\nA text of no topic.\n"),
    ] {
        scene.sandbox.write(&format!("demo/content/{name}"), text);
    }
    let end = scene.run();
    assert_eq!(end.code, 0, "{}", end.messages);
    assert_eq!(end.column("Topic"), ["More Commands", "Shells", "Black", "Linters", "Integers"]);
    let texts = ["Further commands.", "Programs that run commands.", "A code formatter.", "Checkers of code.", ""];
    assert_eq!(end.column("Description"), texts);
    for part in ["2 boxes", "1 of 5 topics", "`Integers`", "1 texts", "`removed@gone.md`"] {
        assert!(end.messages.contains(part), "{part}: {}", end.messages);
    }
}
