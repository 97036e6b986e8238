//! Servers that are still loading a model, or do not run.

use super::scene::{Scene, rows};
use rowsmith_fake_model::{Script, Then, When};

#[test]
fn loading_is_waited_for() {
    let llama = r#"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#;
    let hub = r#"{"error":"Model x is currently loading","estimated_time":2.0}"#;
    for body in [llama, hub] {
        let script = Script::new().times(3, When::any(), Then::raw_json(503, body));
        let scene = Scene::run(&rows(2, &[]), script, &[]);
        scene.ends(body, 0, 2, 0, 4);
    }
}
