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

#[test]
fn a_refused_connection_to_this_machine_asks_for_the_server() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let base_url = format!("providers.openai.config.base_url=\"http://{closed}/v1\"");
    let scene = Scene::run(&rows(2, &[]), Script::new(), &["--set", &base_url]);
    scene.ends("no server", 7, 0, 0, 0);
    assert!(scene.output.stderr.contains("ollama serve"), "{}", scene.output.stderr);
}
