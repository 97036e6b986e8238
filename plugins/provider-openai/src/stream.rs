//! Puts the parts of a streamed answer together, as the body of an answer that is not streamed.

use rowsmith_plugin_api::prelude::*;
use serde::de::IgnoredAny;

/// Members of a message that hold text.
const TEXTS: [&str; 6] = ["content", "refusal", "reasoning", "reasoning_content", "thinking", "text"];

/// Returns the body that the parts add up to; `None` when the stream has no end and its text is no complete JSON.
///
/// The parts are chunks of chat completions, or lines of Ollama's own form. An error among them is the body.
pub(crate) fn merged(parts: &[Value], is_done: bool) -> Option<Value> {
    let is_error = |part: &&Value| part.get("error").is_some_and(|error| !error.is_null());
    if let Some(error) = parts.iter().find(is_error) {
        return Some(error.clone());
    }
    let mut body = json!({});
    let (mut message, mut finish, mut ends) = (json!({}), Value::Null, is_done);
    for part in parts {
        for name in ["id", "model", "usage"] {
            if part.get(name).is_some_and(|value| !value.is_null()) {
                body[name] = part[name].clone();
            }
        }
        let choice = part["choices"].get(0).unwrap_or(part);
        if choice.get("error").is_some_and(|error| !error.is_null()) {
            return Some(json!({ "choices": [choice] }));
        }
        let delta = ["delta", "message"].into_iter().find_map(|name| choice.get(name)).unwrap_or(choice);
        append(&mut message, delta);
        for reason in [&choice["finish_reason"], &part["done_reason"]] {
            if reason.is_string() {
                finish = reason.clone();
            }
        }
        if part["done"] == true {
            ends = true;
            body["usage"] =
                json!({"prompt_tokens": part["prompt_eval_count"], "completion_tokens": part["eval_count"]});
        }
    }
    let text = message["content"].as_str().unwrap_or_default().trim();
    let is_complete = text.starts_with(['{', '[']) && serde_json::from_str::<IgnoredAny>(text).is_ok();
    if !(ends || finish.is_string() || is_complete) || parts.is_empty() {
        return None;
    }
    body["choices"] = json!([{"message": message, "finish_reason": finish}]);
    Some(body)
}

fn append(message: &mut Value, delta: &Value) {
    for name in TEXTS {
        let text = match &delta[name] {
            Value::String(text) => text.clone(),
            Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
            _ => continue,
        };
        let earlier = message[name].as_str().unwrap_or_default();
        message[name] = json!(format!("{earlier}{text}"));
    }
    if let Some(arguments) = delta["tool_calls"][0]["function"]["arguments"].as_str() {
        let earlier = message["tool_calls"][0]["function"]["arguments"].as_str().unwrap_or_default();
        message["tool_calls"] = json!([{"function": {"arguments": format!("{earlier}{arguments}")}}]);
    }
}
