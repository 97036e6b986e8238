//! From a failed response to the error that tells the host what to do.
//!
//! The body's own codes are looked at first, then daily quotas, billing and sizes, then waits, and the status last:
//! OpenAI's exhausted credit has the status of a rate limit, and a prompt that can never pass has it too.

use crate::failure::Failure;
use crate::limits;
use crate::response::request_id;
use crate::settings::Settings;
use rowsmith_plugin_api::http::kind_of_status;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{wait_hint, wait_in_text};
use std::time::Duration;

/// A longer wait than this is a quota that a run does not sit out.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

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
const PASSING: [&str; 7] = [
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
const TOO_LARGE_WORDS: [&str; 7] = [
    "request too large",
    "context length",
    "context size",
    "context window",
    "maximum number of tokens",
    "prompt is too long",
    "too many tokens",
];
const SCHEMA_WORDS: [&str; 4] = ["response_format", "schema", "grammar", "too many states"];

/// The error of a failed response.
pub(crate) fn of(settings: &Settings, response: &HttpResponse, failure: &Failure<'_>) -> Error {
    let wait = wait(settings, response, failure);
    let kind = kind(failure, wait);
    let words = failure.words(settings);
    let said = if words.is_empty() { String::new() } else { format!(": {words}") };
    let message = format!("{} answered with status {}{said}", settings.service, failure.status);
    let mut error = Error::new(kind, message)
        .with_context("status", failure.status.to_string())
        .with_context("url", response.url.clone());
    for (fact, text) in [("code", failure.code), ("type", failure.kind), ("param", failure.param)] {
        if !text.is_empty() {
            error = error.with_context(fact, text);
        }
    }
    if let Some(id) = request_id(response) {
        error = error.with_context("request_id", id);
    }
    if let Some(hint) = hint(kind, settings, failure) {
        error = error.hint(hint);
    }
    match kind {
        ErrorKind::Retryable => error.retry_after(wait),
        ErrorKind::QuotaExhausted => error.retry_after(wait.filter(|wait| *wait > LONGEST_WAIT)),
        _ => error,
    }
}

fn kind(failure: &Failure<'_>, wait: Option<Duration>) -> ErrorKind {
    if let Some(kind) = kind_of_code(failure) {
        return kind;
    }
    let limit_source = failure.metadata["limit_source"].as_str().unwrap_or_default();
    if limit_source.contains("daily") || failure.says(&["free-models-per-day", "perday"]) {
        return ErrorKind::QuotaExhausted;
    }
    let is_passing = failure.is(&PASSING) || PASSING.iter().any(|code| failure.metadata["error_type"] == *code);
    match failure.status {
        402 if !is_passing => ErrorKind::Billing,
        429 if wait.is_some_and(|wait| wait > LONGEST_WAIT) => ErrorKind::QuotaExhausted,
        // Groq's word for a full flex tier is 498, Google's for a call it gave up is 499.
        498 | 499 => ErrorKind::Retryable,
        400 if failure.says(&["api key not valid"]) => ErrorKind::Auth,
        _ if is_passing => ErrorKind::Retryable,
        status => kind_of_status(status),
    }
}

/// The kind that the service's own code, or its text where there is none, stands for.
fn kind_of_code(failure: &Failure<'_>) -> Option<ErrorKind> {
    let is_refusal = (400..500).contains(&failure.status);
    let is_wrong = failure.status == 400 || failure.status == 422;
    if failure.is(&BILLING) {
        Some(ErrorKind::Billing)
    } else if failure.is(&AUTH) {
        Some(ErrorKind::Auth)
    } else if failure.is(&["model_not_found"]) {
        Some(ErrorKind::NotFound)
    } else if failure.is(&TOO_LARGE) || (is_refusal && failure.says(&TOO_LARGE_WORDS)) {
        Some(ErrorKind::TooLarge)
    } else if is_wrong && failure.sent_schema && !failure.is(&["json_validate_failed"]) && names_schema(failure) {
        Some(ErrorKind::SchemaRejected)
    } else {
        None
    }
}

fn names_schema(failure: &Failure<'_>) -> bool {
    failure.is(&["invalid_json_schema"]) || failure.param.starts_with("response_format") || failure.says(&SCHEMA_WORDS)
}

fn wait(settings: &Settings, response: &HttpResponse, failure: &Failure<'_>) -> Option<Duration> {
    wait_hint(response)
        .or_else(|| wait_in_text(&failure.message))
        .or_else(|| limits::wait_until_reset(settings, response))
}

fn hint(kind: ErrorKind, settings: &Settings, failure: &Failure<'_>) -> Option<String> {
    let hint = match kind {
        ErrorKind::Auth if settings.api_key.is_none() => "the service wants a key: set `api_key` to a reference to it",
        ErrorKind::Auth => {
            "check the key that `api_key` names, what it may do, and whether it is one of this service's"
        }
        ErrorKind::NotFound => {
            let model = &settings.config.model;
            return Some(format!("check `model` ({model}) and `base_url`, which usually ends in /v1"));
        }
        ErrorKind::QuotaExhausted => "run again when the quota has reset, name another `model`, or raise the plan",
        ErrorKind::Billing => "add credit or raise the spending limit of the key's account",
        ErrorKind::TooLarge => "lower `batch.max_rows` or what is sent of each row, or give a local model more context",
        ErrorKind::SchemaRejected => "set `schema_mode = \"json_object\"` to ask for JSON without a schema",
        ErrorKind::BadRequest => "check the options of the provider's config: not every model takes every one",
        ErrorKind::Other if (300..400).contains(&failure.status) => {
            "redirects are not followed, so that the key does not travel: set `base_url` to the final address"
        }
        _ => return None,
    };
    Some(hint.to_owned())
}
