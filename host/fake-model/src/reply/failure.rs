//! Error replies in the words of each dialect.
//!
//! The statuses and codes follow the services, surprises included: a wrong Gemini key is a 400, exhausted OpenAI
//! credit is a 429, and a used-up Gemini day still hints at a wait of seconds.

use super::compose::{Question, json};
use crate::dialect::Dialect;
use crate::http::HttpReply;
use crate::script::Failure;
use serde_json::{Value, json};

/// The wait that a used-up day hints at when the script gives none.
const DAILY_HINT: &str = "31";

pub(super) fn reply(failure: Failure, hint: Option<&str>, question: &Question<'_>) -> HttpReply {
    match question.dialect {
        Dialect::Gemini => gemini(failure, hint, question),
        Dialect::OpenAi => openai(failure, hint, question),
    }
}

/// The body for a path that neither dialect has.
pub(super) fn no_such_path(dialect: Dialect) -> Value {
    match dialect {
        Dialect::Gemini => gemini_body(404, "the path is not known", "NOT_FOUND", &[]),
        Dialect::OpenAi => openai_body("the path is not known", "invalid_request_error", None, None),
    }
}

fn gemini(failure: Failure, hint: Option<&str>, question: &Question<'_>) -> HttpReply {
    let model = question.model();
    let mut details = Vec::new();
    let (status, name, message) = match failure {
        Failure::Status(status) => {
            (status, gemini_status(status), format!("the service answered with status {status}"))
        }
        Failure::RateLimited => {
            details.push(quota_failure("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "15", model));
            (429, "RESOURCE_EXHAUSTED", "the quota of requests per minute is used up".to_owned())
        }
        Failure::DailyQuota => {
            details.push(quota_failure("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "20", model));
            (429, "RESOURCE_EXHAUSTED", "the quota of requests per day is used up".to_owned())
        }
        Failure::WrongKey => {
            details.push(json!({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID",
                "domain": "googleapis.com", "metadata": {"service": "generativelanguage.googleapis.com"}}));
            (400, "INVALID_ARGUMENT", "API key not valid".to_owned())
        }
        Failure::Billing => (402, "RESOURCE_EXHAUSTED", "the prepaid credit is depleted".to_owned()),
        Failure::UnknownModel => (404, "NOT_FOUND", format!("models/{model} is not found for this API version")),
        Failure::SchemaRejected => {
            (400, "INVALID_ARGUMENT", "the response schema has too many states for serving".to_owned())
        }
        Failure::TooLarge => {
            let text = "the input token count (2000000) exceeds the maximum number of tokens allowed (1048576)";
            (400, "INVALID_ARGUMENT", text.to_owned())
        }
    };
    if let Some(hint) = hint.or((failure == Failure::DailyQuota).then_some(DAILY_HINT)) {
        // The field is a duration with its unit; what is no number is sent as it is, to try bad hints.
        let delay = if hint.parse::<f64>().is_ok() { format!("{hint}s") } else { hint.to_owned() };
        details.push(json!({"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": delay}));
    }
    json(status, &gemini_body(status, &message, name, &details))
}

fn quota_failure(id: &str, value: &str, model: &str) -> Value {
    json!({"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{
        "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
        "quotaId": id, "quotaDimensions": {"model": model, "location": "global"}, "quotaValue": value}]})
}

fn gemini_status(status: u16) -> &'static str {
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

fn gemini_body(status: u16, message: &str, name: &str, details: &[Value]) -> Value {
    let mut error = json!({"code": status, "message": message, "status": name});
    if !details.is_empty() {
        error["details"] = Value::from(details);
    }
    json!({ "error": error })
}

fn openai(failure: Failure, hint: Option<&str>, question: &Question<'_>) -> HttpReply {
    let invalid = "invalid_request_error";
    let (status, body) = match failure {
        Failure::Status(status) => {
            let (kind, code) = match status {
                429 => ("requests", Some("rate_limit_exceeded")),
                503 | 529 => ("server_error", Some("server_is_overloaded")),
                500.. => ("server_error", None),
                _ => (invalid, None),
            };
            (status, openai_body(&format!("the service answered with status {status}"), kind, None, code))
        }
        Failure::RateLimited => {
            let message = "rate limit reached: requests per minute";
            (429, openai_body(message, "requests", None, Some("rate_limit_exceeded")))
        }
        Failure::DailyQuota => {
            let message = "rate limit reached: requests per day";
            (429, openai_body(message, "requests", None, Some("rate_limit_exceeded")))
        }
        Failure::WrongKey => (401, openai_body("incorrect API key provided", invalid, None, Some("invalid_api_key"))),
        Failure::Billing => {
            let kind = "insufficient_quota";
            (429, openai_body("the current quota is exceeded; check plan and billing", kind, None, Some(kind)))
        }
        Failure::UnknownModel => {
            let message = format!("the model {} does not exist", question.model());
            (404, openai_body(&message, invalid, Some("model"), Some("model_not_found")))
        }
        Failure::SchemaRejected => {
            let message = "Invalid schema for response_format 'rows': the schema is too complex";
            (400, openai_body(message, invalid, Some("response_format"), None))
        }
        Failure::TooLarge => {
            let message = "the maximum context length of this model is exceeded";
            (400, openai_body(message, invalid, Some("messages"), Some("context_length_exceeded")))
        }
    };
    let mut reply = json(status, &body);
    if failure == Failure::DailyQuota {
        reply = reply
            .with_header("x-ratelimit-limit-requests", "200")
            .with_header("x-ratelimit-remaining-requests", "0")
            .with_header("x-ratelimit-reset-requests", "8h0m0s");
    }
    hint.map_or(reply.clone(), |hint| reply.with_header("retry-after", hint))
}

fn openai_body(message: &str, kind: &str, parameter: Option<&str>, code: Option<&str>) -> Value {
    json!({"error": {"message": message, "type": kind, "param": parameter, "code": code}})
}
