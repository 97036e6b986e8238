//! Bodies of the Gemini dialect for replies of status 200.

use super::compose::{Finish, Question, Usage};
use crate::script::Block;
use serde_json::{Value, json};

pub(super) fn answer(question: &Question<'_>, text: &str, finish: &Finish, usage: Option<Usage>) -> Value {
    let reason = match finish {
        Finish::Stop => "STOP",
        Finish::Length => "MAX_TOKENS",
        Finish::Other(reason) => reason,
    };
    let content = json!({"role": "model", "parts": [{"text": text}]});
    let candidate = json!({"content": content, "finishReason": reason, "index": 0});
    framed(question, json!({ "candidates": [candidate] }), usage)
}

pub(super) fn blocked(block: Block, question: &Question<'_>, usage: Option<Usage>) -> Value {
    let body = match block {
        Block::Prompt => json!({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}),
        Block::Answer => json!({"candidates": [{"finishReason": "SAFETY", "index": 0}]}),
    };
    framed(question, body, usage)
}

pub(super) fn model(name: &str) -> Value {
    json!({"name": format!("models/{name}"), "version": "1", "displayName": name, "inputTokenLimit": 1_048_576,
        "outputTokenLimit": 65_536, "supportedGenerationMethods": ["generateContent"]})
}

fn framed(question: &Question<'_>, mut body: Value, usage: Option<Usage>) -> Value {
    if let Some(usage) = usage {
        body["usageMetadata"] = json!({
            "promptTokenCount": usage.prompt,
            "cachedContentTokenCount": usage.cached,
            "candidatesTokenCount": usage.output,
            "thoughtsTokenCount": usage.thinking,
            "totalTokenCount": usage.prompt.saturating_add(usage.output).saturating_add(usage.thinking),
        });
    }
    body["modelVersion"] = Value::from(question.model());
    body["responseId"] = Value::from(format!("response-{}", question.index));
    body
}
