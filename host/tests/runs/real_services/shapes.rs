//! Answers in another shape than asked for: streams, errors inside of a choice, content in another place.

use super::scene::{Scene, rows};
use rowsmith_fake_model::{Script, Then, When};
use serde_json::json;
use std::time::Duration;

const CHUNKS: &str = "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"{{answer_head}}\"},\"finish_reason\":null}]}\n\ndata: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"{{answer_tail}}\"},\"finish_reason\":null}]}\n\n";
const END: &str = "data: {\"id\":\"c1\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":50,\"completion_tokens\":60}}\n\n";
const DONE: &str = "data: [DONE]\n\n";
const EVENTS: &str = "text/event-stream";

#[test]
fn streams_that_were_not_asked_for_are_put_together() {
    let whole = format!(": keep-alive\n\n{CHUNKS}{END}{DONE}");
    let gemini = "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"{{answer_head}}\"}]}}]}\r\n\r\ndata: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"{{answer_tail}}\"}]},\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":50,\"candidatesTokenCount\":60}}\r\n\r\n";
    let list = "[{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"{{answer_head}}\"}]}}]},\n{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"{{answer_tail}}\"}]},\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":50,\"candidatesTokenCount\":60}}]";
    let lines = "{\"message\":{\"content\":\"{{answer_head}}\"},\"done\":false}\n{\"message\":{\"content\":\"{{answer_tail}}\"},\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":50,\"eval_count\":60}\n";
    for (name, provider, content_type, body) in [
        ("events", "openai", EVENTS, whole.clone()),
        ("events under the type of JSON", "openai", "application/json", whole.clone()),
        ("carriage returns", "openai", EVENTS, whole.replace('\n', "\r\n")),
        ("no mark of the end", "openai", EVENTS, format!("{CHUNKS}{END}")),
        ("lines", "openai", "application/x-ndjson", lines.to_owned()),
        ("Gemini's events", "gemini", EVENTS, gemini.to_owned()),
        ("Gemini's list", "gemini", "application/json", list.to_owned()),
    ] {
        let script = Script::new().on(When::any(), Then::raw(200, content_type, body));
        let scene = Scene::run(&rows(2, &[]), script, &["--provider", provider]);
        scene.ends(name, 0, 2, 0, 1);
        let usage = scene.report["tokens"].to_string();
        assert!(usage.contains("60"), "{name}: the usage is read: {usage}");
        assert_eq!(scene.answers().len(), 2, "{name}");
    }
}

#[test]
fn streams_without_an_end_stop_the_run() {
    let half = CHUNKS.split_inclusive("\n\n").next().unwrap().to_owned();
    for (content_type, body) in
        [(EVENTS, half.clone()), ("application/json", half), (EVENTS, ": nothing\n\ndata: \n\n".to_owned())]
    {
        let script = Script::new().on(When::any(), Then::raw(200, content_type, body));
        let scene = Scene::run(&rows(2, &[]), script, &[]);
        scene.ends(content_type, 7, 0, 0, 1);
        assert!(scene.output.stderr.contains("stream"), "{}", scene.output.stderr);
    }
}

#[test]
fn errors_inside_of_a_choice_are_those_errors() {
    let half = |code: u16, message: &str| {
        json!({"choices": [{"index": 0, "finish_reason": null, "native_finish_reason": null,
            "message": {"role": "assistant", "content": "{\"r0\":{\"tldr\":\"half an answer\"},\"r1\":{\"tl"},
            "error": {"code": code, "message": message, "metadata": {"provider_name": "X"}}}],
            "usage": {"prompt_tokens": 50, "completion_tokens": 5}})
        .to_string()
    };
    let wait = half(429, "Provider returned error: slow down, retry after 2 seconds");
    let candidate = json!({"candidates": [{"content": {"parts": [{"text": "{\"r0\":{\"tldr\":\"half an answer\"}"}]},
        "error": {"code": 429, "message": "retry after 2 seconds"}}]})
    .to_string();
    for (provider, body) in [("openai", wait), ("gemini", candidate)] {
        let script = Script::new().once(When::any(), Then::raw_json(200, body));
        let scene = Scene::run(&rows(2, &[]), script, &["--provider", provider]);
        scene.ends(provider, 0, 2, 0, 4);
        let requests = scene.server.completions();
        // A tenth of the two seconds.
        assert!(requests[1].at >= requests[0].at + Duration::from_millis(200), "{provider}: {requests:#?}");
        assert!(scene.answers().iter().all(|answer| !answer.contains("half")), "{provider}");
    }
    let script = Script::new().on(When::any(), Then::raw_json(200, half(402, "Insufficient credits")));
    Scene::run(&rows(2, &[]), script, &[]).ends("credit", 7, 0, 0, 1);
}

#[test]
fn answers_in_other_places_are_found() {
    let choice = |message: &str| format!("{{\"choices\":[{{{message},\"finish_reason\":\"stop\"}}]}}");
    for (name, body) in [
        ("text", choice("\"text\":\"{{answer}}\"")),
        ("parts", choice("\"message\":{\"content\":[{\"type\":\"text\",\"text\":\"{{answer}}\"}]}")),
        (
            "a tool call",
            choice(
                "\"message\":{\"content\":null,\"tool_calls\":[{\"function\":{\"name\":\"rows\",\"arguments\":\"{{answer}}\"}}]}",
            ),
        ),
    ] {
        let script = Script::new().on(When::any(), Then::raw_json(200, body));
        Scene::run(&rows(2, &[]), script, &[]).ends(name, 0, 2, 0, 1);
    }
}
