//! The OpenAI chat-completions format: `POST …/chat/completions`, key in `authorization: Bearer`.
//!
//! Errors follow the service, surprises included: exhausted credit is a 429.

use super::interface::{CallId, Completion, Dialect, FinishReason, Operation, PromptParts, Usage};
use crate::http::{Headers, HttpReply, HttpRequest};
use crate::script::{BlockedPart, ServiceError};
use serde_json::{Value, json};

/// The creation time of every reply; fixed, so that equal requests get equal replies.
const CREATED: u64 = 1_790_000_000;
const INVALID: &str = "invalid_request_error";

/// The OpenAI chat-completions format.
#[derive(Debug)]
pub(super) struct OpenAi;

impl Dialect for OpenAi {
    fn name(&self) -> &'static str {
        "openai"
    }

    fn operation(&self, request: &HttpRequest) -> Option<Operation> {
        let path = request.path();
        match request.method.as_str() {
            "POST" => path.ends_with("/chat/completions").then_some(Operation::Complete { model: None }),
            "GET" if path.ends_with("/models") => Some(Operation::ListModels),
            "GET" => {
                let (_, model) = path.rsplit_once("/models/")?;
                (!model.is_empty()).then(|| Operation::ShowModel { model: model.to_owned() })
            }
            _ => None,
        }
    }

    fn claims_unknown(&self, _request: &HttpRequest) -> bool {
        false
    }

    fn key<'a>(&self, headers: &'a Headers) -> Option<&'a str> {
        let value = headers.get("authorization")?;
        Some(value.strip_prefix("Bearer ").unwrap_or(value))
    }

    fn read<'a>(&self, body: &'a Value) -> PromptParts<'a> {
        let messages = body.get("messages").and_then(Value::as_array);
        let texts: Vec<String> = messages.into_iter().flatten().map(text_of).collect();
        let cap = body.get("max_completion_tokens").or_else(|| body.get("max_tokens"));
        PromptParts {
            model: body.get("model").and_then(Value::as_str),
            last_text: texts.last().cloned().unwrap_or_default(),
            texts,
            schema: body.pointer("/response_format/json_schema/schema"),
            output_cap: cap.and_then(Value::as_u64),
        }
    }

    fn answer(&self, call: &CallId<'_>, completion: &Completion<'_>) -> Value {
        let reason = match completion.finish {
            FinishReason::Stop => "stop",
            FinishReason::Length => "length",
            FinishReason::Other(reason) => reason,
        };
        let message = json!({"role": "assistant", "content": completion.text, "refusal": null});
        framed(call, &message, reason, completion.usage)
    }

    fn blocked(&self, call: &CallId<'_>, part: BlockedPart, usage: Option<Usage>) -> Value {
        let (refusal, reason) = match part {
            BlockedPart::Prompt => (Value::Null, "content_filter"),
            BlockedPart::Answer => (Value::from("I cannot help with that."), "stop"),
        };
        let message = json!({"role": "assistant", "content": null, "refusal": refusal});
        framed(call, &message, reason, usage)
    }

    fn error(&self, call: &CallId<'_>, error: ServiceError, retry_after: Option<&str>) -> HttpReply {
        let (status, body) = error_of(error, call.model);
        let mut reply = HttpReply::json(status, &body);
        if error == ServiceError::DailyQuota {
            reply = reply
                .with_header("x-ratelimit-limit-requests", "200")
                .with_header("x-ratelimit-remaining-requests", "0")
                .with_header("x-ratelimit-reset-requests", "8h0m0s");
        }
        match retry_after {
            Some(hint) => reply.with_header("retry-after", hint),
            None => reply,
        }
    }

    fn unknown_path(&self) -> Value {
        error_body("the path is not known", INVALID, None, None)
    }

    fn model(&self, name: &str) -> Value {
        json!({"id": name, "object": "model", "created": CREATED, "owned_by": "rowsmith"})
    }

    fn models(&self, models: &[Value]) -> Value {
        json!({ "object": "list", "data": models })
    }

    fn headers(&self, call: &CallId<'_>) -> Vec<(&'static str, String)> {
        vec![("x-request-id", format!("req-{}", call.index))]
    }
}

fn text_of(message: &Value) -> String {
    match message.get("content") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => {
            let texts = parts.iter().filter_map(|part| part.get("text").and_then(Value::as_str));
            texts.collect::<Vec<_>>().join("\n")
        }
        _ => String::new(),
    }
}

fn framed(call: &CallId<'_>, message: &Value, reason: &str, usage: Option<Usage>) -> Value {
    let mut body = json!({
        "id": format!("chatcmpl-{}", call.index),
        "object": "chat.completion",
        "created": CREATED,
        "model": call.model,
        "choices": [{"index": 0, "message": message, "finish_reason": reason, "logprobs": null}],
    });
    if let Some(usage) = usage {
        // Unlike Gemini, this format counts thinking as part of the output.
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

/// Returns HTTP status and body of an error.
fn error_of(error: ServiceError, model: &str) -> (u16, Value) {
    match error {
        ServiceError::Status(status) => {
            let (kind, code) = match status {
                429 => ("requests", Some("rate_limit_exceeded")),
                503 | 529 => ("server_error", Some("server_is_overloaded")),
                500.. => ("server_error", None),
                _ => (INVALID, None),
            };
            (status, error_body(&format!("the service answered with status {status}"), kind, None, code))
        }
        ServiceError::RateLimited => rate_limit("rate limit reached: requests per minute"),
        ServiceError::DailyQuota => rate_limit("rate limit reached: requests per day"),
        ServiceError::WrongKey => {
            (401, error_body("incorrect API key provided", INVALID, None, Some("invalid_api_key")))
        }
        ServiceError::Billing => {
            let kind = "insufficient_quota";
            (429, error_body("the current quota is exceeded; check plan and billing", kind, None, Some(kind)))
        }
        ServiceError::UnknownModel => {
            let message = format!("the model {model} does not exist");
            (404, error_body(&message, INVALID, Some("model"), Some("model_not_found")))
        }
        ServiceError::SchemaRejected => {
            let message = "Invalid schema for response_format 'rows': the schema is too complex";
            (400, error_body(message, INVALID, Some("response_format"), None))
        }
        ServiceError::TooLarge => {
            let message = "the maximum context length of this model is exceeded";
            (400, error_body(message, INVALID, Some("messages"), Some("context_length_exceeded")))
        }
    }
}

fn rate_limit(message: &str) -> (u16, Value) {
    (429, error_body(message, "requests", None, Some("rate_limit_exceeded")))
}

fn error_body(message: &str, kind: &str, parameter: Option<&str>, code: Option<&str>) -> Value {
    json!({"error": {"message": message, "type": kind, "param": parameter, "code": code}})
}
