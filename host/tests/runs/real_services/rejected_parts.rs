//! Parts of a request that a model does not accept are moved or left out; options of the user are named.

use super::scene::{Scene, rows};
use rowsmith_fake_model::{Script, Then, When};
use serde_json::json;

fn rejects(part: &str, message: &str) -> Script {
    let body = json!({"error": {"code": 400, "message": message, "status": "INVALID_ARGUMENT"}}).to_string();
    Script::new().on(When::body_contains(part), Then::raw_json(400, body))
}

const INSTRUCTION: &str = "Developer instruction is not enabled for models/x";

#[test]
fn models_are_learned_and_the_run_goes_on() {
    let gemma = ["--provider", "gemini", "--set", "providers.gemini.config.model=\"gemma-3-27b-it\""];
    let tokens =
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.";
    for (name, arguments, part, message, max_calls) in [
        ("Gemma by its name", &gemma[..], "systemInstruction", INSTRUCTION, 1),
        ("Gemma's JSON mode", &gemma, "responseMimeType", "JSON mode is not enabled for models/x", 1),
        ("a system text", &gemma[..2], "systemInstruction", INSTRUCTION, 2),
        ("JSON mode", &gemma[..2], "responseMimeType", "JSON mode is not enabled for models/x", 3),
        ("a system role", &[], "\"role\":\"system\"", "System role not supported", 2),
        ("the name of the cap", &[], "\"max_tokens\"", tokens, 2),
        ("strict schemas", &[], "\"strict\"", "Unrecognized request argument supplied: strict", 2),
        ("JSON objects too", &[], "response_format", "'response_format' is not supported by this model", 3),
    ] {
        let scene = Scene::run(&rows(2, &[]), rejects(part, message), arguments);
        scene.ends(name, 0, 2, 0, max_calls);
        let requests = scene.server.completions();
        let last = requests.last().unwrap().body.to_string();
        assert!(last.contains("Summarize the notes."), "{name}: the instructions are kept: {last}");
    }
}

#[test]
fn later_calls_keep_to_what_was_learned() {
    let one_at_a_time = ["--provider", "gemini", "--set", "providers.gemini.limits.max_concurrency=1"];
    let scene = Scene::run(&rows(60, &[]), rejects("systemInstruction", INSTRUCTION), &one_at_a_time);
    scene.ends("three calls and one rejection", 0, 60, 0, 4);
    let many = Scene::run(&rows(200, &[]), rejects("systemInstruction", INSTRUCTION), &["--provider", "gemini"]);
    many.ends("calls at once are rejected at once", 0, 200, 0, 20);
}

#[test]
fn options_of_the_user_are_named_and_not_dropped() {
    for (option, part, message) in [
        (
            "temperature=0.2",
            "\"temperature\"",
            "Unsupported value: 'temperature' does not support 0.2 with this model.",
        ),
        ("seed=1", "\"seed\"", "seed is not supported"),
        (
            "reasoning_effort=\"low\"",
            "\"reasoning_effort\"",
            "Unrecognized request argument supplied: reasoning_effort",
        ),
    ] {
        let set = format!("providers.openai.config.{option}");
        let scene = Scene::run(&rows(2, &[]), rejects(part, message), &["--set", &set]);
        scene.ends(option, 7, 0, 0, 1);
        let (name, _) = option.split_once('=').unwrap();
        assert!(scene.output.stderr.contains(&format!("`{name}`")), "{option}: {}", scene.output.stderr);
    }
    let level = ["--provider", "gemini"];
    let scene = Scene::run(&rows(2, &[]), rejects("thinkingConfig", "Unknown name \"thinkingConfig\""), &level);
    scene.ends("thinking_budget", 7, 0, 0, 1);
    assert!(scene.output.stderr.contains("`thinking_budget`"), "{}", scene.output.stderr);
}
