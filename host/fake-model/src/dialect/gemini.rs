//! The Gemini format: `POST …/models/{model}:generateContent`, key in `x-goog-api-key`.
//!
//! Errors follow the service, surprises included: a wrong key is a 400, and an exhausted daily quota still hints at a
//! wait of seconds.

use super::interface::{CallId, Completion, Dialect, FinishReason, Operation, PromptParts, Usage};
use crate::http::{Headers, HttpReply, HttpRequest};
use crate::script::{BlockedPart, ServiceError};
use serde_json::{Value, json};

const KEY_HEADER: &str = "x-goog-api-key";
const VERSION_PATH: &str = "/v1beta/";
/// The wait that the error of an exhausted daily quota hints at, unless the script sets one.
const DAILY_HINT: &str = "31";

/// The Gemini `generateContent` format.
#[derive(Debug)]
pub(super) struct Gemini;

impl Dialect for Gemini {
    fn name(&self) -> &'static str {
        "gemini"
    }

    fn operation(&self, request: &HttpRequest) -> Option<Operation> {
        let path = request.path();
        match request.method.as_str() {
            "POST" => {
                if let Some(path) = path.strip_suffix(":countTokens") {
                    return model_after(path).map(|model| Operation::CountTokens { model });
                }
                let model = model_after(path.strip_suffix(":generateContent")?)?;
                Some(Operation::Complete { model: Some(model) })
            }
            // OpenAI has the same paths of models; the key header distinguishes them.
            "GET" if self.claims_unknown(request) => {
                if path.ends_with("/models") {
                    return Some(Operation::ListModels);
                }
                model_after(path).map(|model| Operation::ShowModel { model })
            }
            _ => None,
        }
    }

    fn claims_unknown(&self, request: &HttpRequest) -> bool {
        request.path().contains(VERSION_PATH) || request.headers.contains_key(KEY_HEADER)
    }

    fn key<'a>(&self, headers: &'a Headers) -> Option<&'a str> {
        headers.get(KEY_HEADER).map(String::as_str)
    }

    fn read<'a>(&self, body: &'a Value) -> PromptParts<'a> {
        // The prompt to count is the body of a completion inside another.
        let body = body.get("generateContentRequest").unwrap_or(body);
        let mut texts = body.get("systemInstruction").map(texts_of).unwrap_or_default();
        let mut last = Vec::new();
        for content in body.get("contents").and_then(Value::as_array).into_iter().flatten() {
            last = texts_of(content);
            texts.extend(last.iter().cloned());
        }
        let config = body.get("generationConfig");
        let schema =
            config.and_then(|config| config.get("responseJsonSchema").or_else(|| config.get("responseSchema")));
        let output_cap = config.and_then(|config| config.get("maxOutputTokens")).and_then(Value::as_u64);
        PromptParts { model: None, texts, last_text: last.join("\n"), schema, output_cap }
    }

    fn answer(&self, call: &CallId<'_>, completion: &Completion<'_>) -> Value {
        let reason = match completion.finish {
            FinishReason::Stop => "STOP",
            FinishReason::Length => "MAX_TOKENS",
            FinishReason::Other(reason) => reason,
        };
        let content = json!({"role": "model", "parts": [{"text": completion.text}]});
        let candidate = json!({"content": content, "finishReason": reason, "index": 0});
        framed(call, json!({ "candidates": [candidate] }), completion.usage)
    }

    fn blocked(&self, call: &CallId<'_>, part: BlockedPart, usage: Option<Usage>) -> Value {
        let body = match part {
            BlockedPart::Prompt => json!({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}}),
            BlockedPart::Answer => json!({"candidates": [{"finishReason": "SAFETY", "index": 0}]}),
        };
        framed(call, body, usage)
    }

    fn error(&self, call: &CallId<'_>, error: ServiceError, retry_after: Option<&str>) -> HttpReply {
        let mut details = details_of(error, call.model);
        let hint = retry_after.or((error == ServiceError::DailyQuota).then_some(DAILY_HINT));
        details.extend(hint.map(retry_info));
        let (status, name, message) = summary_of(error, call.model);
        HttpReply::json(status, &error_body(status, &message, name, &details))
    }

    fn unknown_path(&self) -> Value {
        error_body(404, "the path is not known", "NOT_FOUND", &[])
    }

    fn token_count(&self, tokens: u64) -> Value {
        json!({ "totalTokens": tokens })
    }

    fn model(&self, name: &str) -> Value {
        json!({"name": format!("models/{name}"), "version": "1", "displayName": name, "inputTokenLimit": 1_048_576,
            "outputTokenLimit": 65_536, "supportedGenerationMethods": ["generateContent"]})
    }

    fn models(&self, models: &[Value]) -> Value {
        json!({ "models": models })
    }
}

fn model_after(path: &str) -> Option<String> {
    let (_, model) = path.rsplit_once("/models/")?;
    (!model.is_empty()).then(|| model.to_owned())
}

fn texts_of(content: &Value) -> Vec<String> {
    let parts = content.get("parts").and_then(Value::as_array);
    let texts = parts.into_iter().flatten().filter_map(|part| part.get("text").and_then(Value::as_str));
    texts.map(str::to_owned).collect()
}

fn framed(call: &CallId<'_>, mut body: Value, usage: Option<Usage>) -> Value {
    if let Some(usage) = usage {
        body["usageMetadata"] = json!({
            "promptTokenCount": usage.prompt,
            "cachedContentTokenCount": usage.cached,
            "candidatesTokenCount": usage.output,
            "thoughtsTokenCount": usage.thinking,
            "totalTokenCount": usage.prompt.saturating_add(usage.output).saturating_add(usage.thinking),
        });
    }
    body["modelVersion"] = Value::from(call.model);
    body["responseId"] = Value::from(format!("response-{}", call.index));
    body
}

/// Returns HTTP status, status name and message of an error.
fn summary_of(error: ServiceError, model: &str) -> (u16, &'static str, String) {
    let (status, name, message) = match error {
        ServiceError::Status(status) => {
            return (status, status_name(status), format!("the service answered with status {status}"));
        }
        ServiceError::UnknownModel => {
            return (404, "NOT_FOUND", format!("models/{model} is not found for this API version"));
        }
        ServiceError::RateLimited => (429, "RESOURCE_EXHAUSTED", "the quota of requests per minute is used up"),
        ServiceError::DailyQuota => (429, "RESOURCE_EXHAUSTED", "the quota of requests per day is used up"),
        ServiceError::WrongKey => (400, "INVALID_ARGUMENT", "API key not valid"),
        ServiceError::Billing => (402, "RESOURCE_EXHAUSTED", "the prepaid credit is depleted"),
        ServiceError::SchemaRejected => {
            (400, "INVALID_ARGUMENT", "the response schema has too many states for serving")
        }
        ServiceError::TooLarge => {
            let text = "the input token count (2000000) exceeds the maximum number of tokens allowed (1048576)";
            (400, "INVALID_ARGUMENT", text)
        }
    };
    (status, name, message.to_owned())
}

fn details_of(error: ServiceError, model: &str) -> Vec<Value> {
    match error {
        ServiceError::RateLimited => {
            vec![quota_failure("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "15", model)]
        }
        ServiceError::DailyQuota => {
            vec![quota_failure("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "20", model)]
        }
        ServiceError::WrongKey => {
            vec![json!({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID",
                "domain": "googleapis.com", "metadata": {"service": "generativelanguage.googleapis.com"}})]
        }
        _ => Vec::new(),
    }
}

fn quota_failure(id: &str, value: &str, model: &str) -> Value {
    json!({"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{
        "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
        "quotaId": id, "quotaDimensions": {"model": model, "location": "global"}, "quotaValue": value}]})
}

fn retry_info(hint: &str) -> Value {
    let delay = if hint.parse::<f64>().is_ok() { format!("{hint}s") } else { hint.to_owned() };
    json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay})
}

fn status_name(status: u16) -> &'static str {
    match status {
        400 => "INVALID_ARGUMENT",
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        429 => "RESOURCE_EXHAUSTED",
        499 => "CANCELLED",
        500 => "INTERNAL",
        503 => "UNAVAILABLE",
        504 => "DEADLINE_EXCEEDED",
        _ => "UNKNOWN",
    }
}

fn error_body(status: u16, message: &str, name: &str, details: &[Value]) -> Value {
    let mut error = json!({"code": status, "message": message, "status": name});
    if !details.is_empty() {
        error["details"] = Value::from(details);
    }
    json!({ "error": error })
}
