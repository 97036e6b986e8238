//! From the HTTP response to the answer, or to the error that it tells of.

use crate::error;
use crate::settings::Settings;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{parse_json, read_json, words_of};

/// How the service is called in messages.
pub(crate) const SERVICE: &str = "gemini";

/// Reasons to stop that mean the content was refused: asking the same again does not help.
const BLOCKED: [&str; 7] =
    ["SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR"];

/// The answer in a response. `sent_schema` says whether the question had an answer schema.
pub(crate) fn completion(settings: &Settings, response: &HttpResponse, sent_schema: bool) -> Result<Completion> {
    if !response.is_success() {
        return Err(error::from_response(settings, response, parse_json(response).as_ref(), sent_schema));
    }
    let body = read_json(SERVICE, response)?;
    if body.get("error").is_some_and(|error| !error.is_null()) {
        return Err(error::from_response(settings, response, Some(&body), sent_schema));
    }
    if ["candidates", "promptFeedback", "usageMetadata"].iter().all(|key| body.get(key).is_none()) {
        let message = format!("{SERVICE} answered with JSON that is not a completion");
        return Err(Error::new(ErrorKind::InvalidData, message)
            .with_context("url", response.url.clone())
            .with_context("body_start", words_of(&response.text(), 80))
            .hint("check `base_url`"));
    }
    let (text, finish, finish_detail) = outcome(&body);
    Ok(Completion {
        text,
        finish,
        finish_detail,
        usage: usage(&body["usageMetadata"]),
        model: text_of(&body["modelVersion"]),
        request_id: text_of(&body["responseId"]),
        limits: Vec::new(),
    })
}

fn outcome(body: &Value) -> (String, FinishReason, Option<String>) {
    let candidate = &body["candidates"][0];
    if candidate.is_null() {
        let feedback = &body["promptFeedback"];
        return match text_of(&feedback["blockReason"]) {
            Some(reason) => {
                let detail = explained(&format!("the prompt was blocked: {reason}"), &feedback["blockReasonMessage"]);
                (String::new(), FinishReason::Blocked, Some(detail))
            }
            None => (String::new(), FinishReason::Other, Some("the answer has no candidates".to_owned())),
        };
    }
    let text = text_of_parts(&candidate["content"]["parts"]);
    let reason = candidate["finishReason"].as_str().unwrap_or("no reason given");
    let finish = match reason {
        "STOP" if text.is_empty() => {
            return (text, FinishReason::Other, Some("STOP, but without any text".to_owned()));
        }
        "STOP" => return (text, FinishReason::Stop, None),
        "MAX_TOKENS" => FinishReason::Length,
        reason if BLOCKED.contains(&reason) => FinishReason::Blocked,
        _ => FinishReason::Other,
    };
    let empty = finish == FinishReason::Length && text.is_empty();
    let reason = if empty { "MAX_TOKENS before any text was written (thinking counts)" } else { reason };
    (text, finish, Some(explained(reason, &candidate["finishMessage"])))
}

/// The text of an answer's parts; thoughts are not part of it.
fn text_of_parts(parts: &Value) -> String {
    let parts = parts.as_array().map(Vec::as_slice).unwrap_or_default();
    parts.iter().filter(|part| part["thought"] != true).filter_map(|part| part["text"].as_str()).collect()
}

fn explained(reason: &str, message: &Value) -> String {
    match message.as_str() {
        Some(message) if !message.is_empty() => format!("{reason}: {}", words_of(message, 300)),
        _ => reason.to_owned(),
    }
}

/// Thoughts are counted beside the candidates, so the output is their sum; cached tokens are part of the prompt.
fn usage(counts: &Value) -> Usage {
    let count = |name: &str| counts[name].as_u64();
    let (written, thinking) = (count("candidatesTokenCount"), count("thoughtsTokenCount"));
    Usage {
        input: count("promptTokenCount"),
        cached: count("cachedContentTokenCount"),
        output: match (written, thinking) {
            (None, None) => None,
            (written, thinking) => Some(written.unwrap_or(0).saturating_add(thinking.unwrap_or(0))),
        },
        thinking,
    }
}

fn text_of(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}
