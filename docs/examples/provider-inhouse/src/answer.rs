//! From the gateway's response to the answer, or to the error that it reports.

use rowsmith_plugin_api::duration::parse_wait;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{JsonResponse, Service, ServiceFailure, kind_of_failure, request_id, wait_hint};
use std::time::Duration;

/// The body of every response: the gateway reports most failures with status 200.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Body {
    status: String,
    output: Option<String>,
    /// `max_tokens` cut the output off.
    cut: bool,
    prompt_tokens: Option<u64>,
    output_tokens: Option<u64>,
    served_by: Option<String>,
    code: String,
    reason: String,
}

/// Returns the answer in a response.
pub(crate) fn completion(service: &Service, response: &HttpResponse) -> Result<Completion> {
    let body: Body = match service.read(response)? {
        JsonResponse::Success(body) => serde_json::from_value(body)?,
        JsonResponse::Failure(body) => {
            let body = body.and_then(|body| serde_json::from_value(body).ok());
            return Err(failure(service, response, &body.unwrap_or_default()));
        }
    };
    let finish = match (body.status.as_str(), body.cut) {
        ("ok", false) => FinishReason::Stop,
        ("ok", true) => FinishReason::Length,
        _ => return Err(failure(service, response, &body)),
    };
    Ok(Completion {
        text: body.output.ok_or_else(|| service.unexpected_json(response, "an answer: it has no `output`"))?,
        finish,
        usage: Usage { input: body.prompt_tokens, output: body.output_tokens, ..Usage::default() },
        model: body.served_by,
        request_id: request_id(response),
        limits: limits(response),
        ..Completion::default()
    })
}

/// Returns the error of a failure. The body's code is more exact than the status, which is mostly 200.
fn failure(service: &Service, response: &HttpResponse, body: &Body) -> Error {
    let status = response.status.as_u16();
    let wait = wait_hint(response).or_else(|| reset(response));
    let kind = match body.code.as_str() {
        "busy" | "rate" => ErrorKind::Retryable,
        "budget" => ErrorKind::QuotaExhausted,
        "key" => ErrorKind::Auth,
        "profile" => ErrorKind::NotFound,
        "too_long" => ErrorKind::TooLarge,
        "refused" => ErrorKind::Blocked,
        "" if !response.is_success() => kind_of_failure(status, wait),
        "" => ErrorKind::InvalidData,
        _ => ErrorKind::Other,
    };
    let hint = (kind == ErrorKind::QuotaExhausted).then_some("the budget of the team resets on the first of the month");
    let (status_name, message, hint) = (body.code.as_str(), body.reason.as_str(), hint.map(str::to_owned));
    service.failure(response, &ServiceFailure { kind, status, status_name, message, wait, hint })
}

/// Returns one part of the gateway's header for limits: `x-slots: limit=60; left=12; reset=21s`.
fn slot<'a>(response: &'a HttpResponse, name: &str) -> Option<&'a str> {
    let parts = response.header("x-slots")?.split(';').filter_map(|part| part.split_once('='));
    parts.map(|(key, value)| (key.trim(), value.trim())).find(|(key, _)| *key == name).map(|(_, value)| value)
}

fn reset(response: &HttpResponse) -> Option<Duration> {
    slot(response, "reset").and_then(parse_wait)
}

/// Returns the gateway's limit, which counts requests per minute.
fn limits(response: &HttpResponse) -> Vec<LimitHint> {
    let number = |name| slot(response, name).and_then(|text| text.parse().ok());
    let Some(limit) = number("limit") else { return Vec::new() };
    vec![LimitHint {
        unit: "requests".to_owned(),
        window_secs: 60,
        limit: Some(limit),
        remaining: number("left"),
        reset_ms: reset(response).and_then(|wait| u64::try_from(wait.as_millis()).ok()),
        ..LimitHint::default()
    }]
}
