//! From the gateway's response to the answer, or to the error that it tells of.

use rowsmith_plugin_api::duration::parse_wait;
use rowsmith_plugin_api::http::kind_of_status;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{parse_json, read_json, wait_hint, without_secret, words_of};
use std::time::Duration;

/// Who answered, in messages.
const GATEWAY: &str = "the gateway";
/// How much of the gateway's own words a message holds.
const MAX_CHARS: usize = 200;

/// The body of every response, good or bad: the gateway answers most failures with status 200.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Body {
    status: String,
    output: Option<String>,
    /// Whether `max_tokens` ended the output.
    cut: bool,
    prompt_tokens: Option<u64>,
    output_tokens: Option<u64>,
    served_by: Option<String>,
    code: String,
    reason: String,
}

/// The answer in a response. `key` is kept out of every message, should the gateway repeat it.
pub(crate) fn completion(response: &HttpResponse, key: &Secret) -> Result<Completion> {
    if !response.is_success() {
        let body = parse_json(response).and_then(|json| serde_json::from_value(json).ok());
        return Err(failure(response, &body.unwrap_or_default(), key));
    }
    let body: Body = serde_json::from_value(read_json(GATEWAY, response)?)?;
    let finish = match (body.status.as_str(), body.cut) {
        ("ok", false) => FinishReason::Stop,
        ("ok", true) => FinishReason::Length,
        _ => return Err(failure(response, &body, key)),
    };
    let Some(text) = body.output else {
        return Err(Error::new(ErrorKind::InvalidData, format!("{GATEWAY} answered `ok` without an `output`")));
    };
    Ok(Completion {
        text,
        finish,
        usage: Usage { input: body.prompt_tokens, output: body.output_tokens, ..Usage::default() },
        model: body.served_by,
        request_id: response.header("x-request-id").map(str::to_owned),
        limits: limits(response),
        ..Completion::default()
    })
}

/// What a failure means. The body's code says more than the status, which is mostly 200.
fn failure(response: &HttpResponse, body: &Body, key: &Secret) -> Error {
    let kind = match body.code.as_str() {
        "busy" | "rate" => ErrorKind::Retryable,
        "budget" => ErrorKind::QuotaExhausted,
        "key" => ErrorKind::Auth,
        "profile" => ErrorKind::NotFound,
        "too_long" => ErrorKind::TooLarge,
        "refused" => ErrorKind::Blocked,
        "" if !response.is_success() => kind_of_status(response.status),
        "" => ErrorKind::InvalidData,
        _ => ErrorKind::Other,
    };
    let said = words_of(&without_secret(&body.reason, Some(key)), MAX_CHARS);
    let said = if said.is_empty() { format!("status {}", response.status.as_u16()) } else { said };
    let error = Error::new(kind, format!("{GATEWAY} gave no answer: {said}"))
        .with_context("status", response.status.as_u16().to_string())
        .with_context("code", body.code.clone());
    match kind {
        ErrorKind::Retryable => error.retry_after(wait_hint(response).or_else(|| reset(response))),
        ErrorKind::QuotaExhausted => error.hint("the team's budget is new on the first of the month"),
        ErrorKind::Auth => error.hint("check the key that `api_key` names"),
        ErrorKind::NotFound => error.hint("check `profile` and `base_url`"),
        _ => error,
    }
}

/// One part of the gateway's header for limits: `x-slots: limit=60; left=12; reset=21s`.
fn slot<'a>(response: &'a HttpResponse, name: &str) -> Option<&'a str> {
    let parts = response.header("x-slots")?.split(';').filter_map(|part| part.split_once('='));
    parts.map(|(key, value)| (key.trim(), value.trim())).find(|(key, _)| *key == name).map(|(_, value)| value)
}

fn reset(response: &HttpResponse) -> Option<Duration> {
    slot(response, "reset").and_then(parse_wait)
}

/// The gateway counts requests by the minute.
fn limits(response: &HttpResponse) -> Vec<LimitHint> {
    let number = |name| slot(response, name).and_then(|text| text.parse().ok());
    let Some(limit) = number("limit") else { return Vec::new() };
    vec![LimitHint {
        unit: "requests".to_owned(),
        window_secs: 60,
        limit: Some(limit),
        remaining: number("left"),
        reset_ms: reset(response).and_then(|wait| u64::try_from(wait.as_millis()).ok()),
    }]
}
