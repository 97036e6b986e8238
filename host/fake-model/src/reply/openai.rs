//! Bodies of the OpenAI chat dialect for replies of status 200.

use super::compose::{Finish, Question, Usage};
use crate::script::Block;
use serde_json::{Value, json};

/// The moment that replies name; fixed, so that equal requests get equal replies.
const CREATED: u64 = 1_790_000_000;

pub(super) fn answer(question: &Question<'_>, text: &str, finish: &Finish, usage: Option<Usage>) -> Value {
    let reason = match finish {
        Finish::Stop => "stop",
        Finish::Length => "length",
        Finish::Other(reason) => reason,
    };
    let message = json!({"role": "assistant", "content": text, "refusal": null});
    framed(question, &message, reason, usage)
}

pub(super) fn blocked(block: Block, question: &Question<'_>, usage: Option<Usage>) -> Value {
    let (refusal, reason) = match block {
        Block::Prompt => (Value::Null, "content_filter"),
        Block::Answer => (Value::from("I cannot help with that."), "stop"),
    };
    let message = json!({"role": "assistant", "content": null, "refusal": refusal});
    framed(question, &message, reason, usage)
}

pub(super) fn model(name: &str) -> Value {
    json!({"id": name, "object": "model", "created": CREATED, "owned_by": "rowsmith"})
}

fn framed(question: &Question<'_>, message: &Value, reason: &str, usage: Option<Usage>) -> Value {
    let mut body = json!({
        "id": format!("chatcmpl-{}", question.index),
        "object": "chat.completion",
        "created": CREATED,
        "model": question.model(),
        "choices": [{"index": 0, "message": message, "finish_reason": reason, "logprobs": null}],
    });
    if let Some(usage) = usage {
        // Unlike Gemini, this dialect counts thinking as part of the output.
        let output = usage.output.saturating_add(usage.thinking);
        body["usage"] = json!({
            "prompt_tokens": usage.prompt,
            "completion_tokens": output,
            "total_tokens": usage.prompt.saturating_add(output),
            "prompt_tokens_details": {"cached_tokens": usage.cached},
            "completion_tokens_details": {"reasoning_tokens": usage.thinking},
        });
    }
    body
}
