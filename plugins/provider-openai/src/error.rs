//! From a failed response to the error that tells the host what to do.
//!
//! The body's own codes are looked at first, then daily quotas, billing and sizes, then waits, and the status last:
//! OpenAI's exhausted credit has the status of a rate limit, and so does a prompt that is too large for every minute.

use crate::limits;
use crate::openai_error::OpenAiError;
use crate::settings::Settings;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{ServiceFailure, kind_of_failure, wait_hint, wait_in_text};
use std::time::Duration;

const BILLING: [&str; 8] = [
    "insufficient_quota",
    "credit_balance_exhausted",
    "organization_spend_limit_exceeded",
    "project_spend_limit_exceeded",
    "organization_usage_limit_exceeded",
    "billing_hard_limit_reached",
    "billing_not_active",
    "billing_error",
];
const AUTH: [&str; 3] = ["invalid_api_key", "authentication_error", "permission_error"];
const TEMPORARY: [&str; 7] = [
    "rate_limit_exceeded",
    "slow_down",
    "server_is_overloaded",
    "server_error",
    "provider_overloaded",
    "in_flight_budget_exhausted",
    "json_validate_failed",
];
const TOO_LARGE: [&str; 4] =
    ["context_length_exceeded", "exceed_context_size_error", "request_too_large", "string_above_max_length"];
const TOO_LARGE_TEXTS: [&str; 7] = [
    "request too large",
    "context length",
    "context size",
    "context window",
    "maximum number of tokens",
    "prompt is too long",
    "too many tokens",
];
const SCHEMA_TEXTS: [&str; 4] = ["response_format", "schema", "grammar", "too many states"];

/// Returns the error of a failed response.
pub(crate) fn from_response(settings: &Settings, response: &HttpResponse, reported: &OpenAiError<'_>) -> Error {
    let wait = wait_hint(response)
        .or_else(|| wait_in_text(&reported.message))
        .or_else(|| limits::wait_until_reset(settings, response));
    let kind = kind(reported, wait);
    let error = settings.service.failure(
        response,
        &ServiceFailure {
            kind,
            status: reported.status,
            status_name: "",
            message: &reported.message,
            wait,
            hint: hint(kind, settings),
        },
    );
    let entries = [("code", reported.code), ("type", reported.kind), ("param", reported.param)];
    entries
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .fold(error, |error, (key, text)| error.with_context(key, text))
}

fn kind(reported: &OpenAiError<'_>, wait: Option<Duration>) -> ErrorKind {
    if let Some(kind) = kind_of_code(reported) {
        return kind;
    }
    let limit_source = reported.metadata["limit_source"].as_str().unwrap_or_default();
    if limit_source.contains("daily") || reported.says(&["free-models-per-day", "perday"]) {
        return ErrorKind::QuotaExhausted;
    }
    let is_temporary = reported.is(&TEMPORARY) || TEMPORARY.iter().any(|code| reported.metadata["error_type"] == *code);
    match reported.status {
        402 if !is_temporary => ErrorKind::Billing,
        // Groq's status of a full flex tier.
        498 => ErrorKind::Retryable,
        400 if reported.says(&["api key not valid"]) => ErrorKind::Auth,
        status => match kind_of_failure(status, wait) {
            ErrorKind::QuotaExhausted => ErrorKind::QuotaExhausted,
            _ if is_temporary => ErrorKind::Retryable,
            kind => kind,
        },
    }
}

/// Returns the kind of the service's own code, or of its text.
fn kind_of_code(reported: &OpenAiError<'_>) -> Option<ErrorKind> {
    let is_rejection = (400..500).contains(&reported.status);
    let is_wrong = reported.status == 400 || reported.status == 422;
    if reported.is(&BILLING) {
        Some(ErrorKind::Billing)
    } else if reported.is(&AUTH) {
        Some(ErrorKind::Auth)
    } else if reported.is(&["model_not_found"]) {
        Some(ErrorKind::NotFound)
    } else if reported.is(&TOO_LARGE) || (is_rejection && reported.says(&TOO_LARGE_TEXTS)) {
        Some(ErrorKind::TooLarge)
    } else if is_wrong && reported.sent_schema && !reported.is(&["json_validate_failed"]) && names_schema(reported) {
        Some(ErrorKind::SchemaRejected)
    } else {
        None
    }
}

fn names_schema(reported: &OpenAiError<'_>) -> bool {
    reported.is(&["invalid_json_schema"])
        || reported.param.starts_with("response_format")
        || reported.says(&SCHEMA_TEXTS)
}

/// Returns the next step for failures that have one of their own here.
fn hint(kind: ErrorKind, settings: &Settings) -> Option<String> {
    match kind {
        ErrorKind::NotFound => {
            let model = settings.service.model();
            Some(format!("check `model` ({model}) and `base_url`, which usually ends in /v1"))
        }
        ErrorKind::TooLarge => Some(
            "lower `batch.max_rows`, limit the input columns with `max_chars`, or give a local model more context"
                .to_owned(),
        ),
        _ => None,
    }
}
