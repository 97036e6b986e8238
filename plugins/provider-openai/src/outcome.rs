//! From a choice to its text and the reason of its end. Pure.

use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{one_line, text_of};

/// Characters of an explanation.
const MAX_DETAIL_CHARS: usize = 300;
/// Members with the thinking of a model.
const THINKING: [&str; 3] = ["reasoning_content", "reasoning", "thinking"];

/// The text of an answer and its end.
pub(crate) struct Outcome {
    pub(crate) text: String,
    pub(crate) finish: FinishReason,
    pub(crate) detail: Option<String>,
}

impl Outcome {
    fn new(text: String, finish: FinishReason, detail: &str) -> Self {
        Self { text, finish, detail: Some(one_line(detail, MAX_DETAIL_CHARS)) }
    }
}

/// Returns the outcome of a choice.
pub(crate) fn outcome(choice: &Value) -> Outcome {
    if choice.is_null() {
        return Outcome::new(String::new(), FinishReason::Other, "the response has no choices");
    }
    let message = &choice["message"];
    if let Some(refusal) = text_of(&message["refusal"]) {
        return Outcome::new(String::new(), FinishReason::Blocked, &refusal);
    }
    // The older completions have no message.
    let text = if message.is_null() { content(&choice["text"]) } else { content(&message["content"]) };
    // Some servers state no reason; a complete response is finished.
    let reason = choice["finish_reason"].as_str().unwrap_or("stop");
    if text.trim().is_empty() && !(is_refusal(reason) || matches!(reason, "length" | "model_length" | "max_tokens")) {
        if let Some(arguments) = arguments(message) {
            const DETAIL: &str = "the answer came as the arguments of a tool call; remove tools from `extra_body`";
            return Outcome::new(arguments, FinishReason::Stop, DETAIL);
        }
        if let Some(detail) = misplaced(message) {
            return Outcome::new(String::new(), FinishReason::Other, &detail);
        }
    }
    let (finish, detail) = match reason {
        "stop" if text.is_empty() => (FinishReason::Other, "stop without any text"),
        "stop" => return Outcome { text, finish: FinishReason::Stop, detail: None },
        "length" | "model_length" | "max_tokens" if text.is_empty() => {
            (FinishReason::Length, "length before any text was written (thinking counts)")
        }
        "length" | "model_length" | "max_tokens" => (FinishReason::Length, reason),
        _ if is_refusal(reason) => (FinishReason::Blocked, reason),
        _ => (FinishReason::Other, reason),
    };
    Outcome::new(text, finish, detail)
}

/// Returns whether a reason to finish is a refusal of the content, in the words of several services.
fn is_refusal(reason: &str) -> bool {
    const REASONS: [&str; 11] = [
        "blocked",
        "censored",
        "content_filter",
        "content_filtered",
        "sensitive",
        "safety",
        "refusal",
        "moderation",
        "guardrail_intervened",
        "prohibited_content",
        "blocklist",
    ];
    let reason = reason.to_ascii_lowercase().replace('-', "_");
    REASONS.contains(&reason.as_str())
}

/// Returns a message's text: plain, or the text parts of a list (Mistral's reasoning models add their thoughts).
fn content(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let is_text = |part: &&Value| part["type"].as_str().is_none_or(|kind| kind.ends_with("text"));
            let text = |part: &Value| part["text"].as_str().or_else(|| part.as_str()).map(str::to_owned);
            parts.iter().filter(is_text).filter_map(text).collect()
        }
        _ => String::new(),
    }
}

/// Returns the arguments of a tool call, where a gateway turned a schema into a tool.
fn arguments(message: &Value) -> Option<String> {
    let call = message["tool_calls"].get(0).map_or(&message["function_call"], |call| &call["function"]);
    match &call["arguments"] {
        Value::Object(arguments) if !arguments.is_empty() => Some(Value::Object(arguments.clone()).to_string()),
        arguments => text_of(arguments),
    }
}

/// Returns the sentence about an answer that stands where the model's thinking belongs.
fn misplaced(message: &Value) -> Option<String> {
    let (name, _) = THINKING.iter().find_map(|name| Some((name, text_of(&message[*name])?)))?;
    Some(format!(
        "the message has no content, only `{name}`: turn thinking off (`reasoning_effort = \"none\"`, or extra_body = {{ \
         chat_template_kwargs = {{ enable_thinking = false }} }}), or the reasoning parser of the server"
    ))
}
