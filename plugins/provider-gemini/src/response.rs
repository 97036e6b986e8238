//! From the HTTP response to the answer, or to the error that it reports.

use crate::error;
use crate::provider::Gemini;
use crate::stream;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{FailureReport, JsonResponse, Streamed, one_line, request_id, text_of};

/// Characters of an explanation.
const MAX_DETAIL_CHARS: usize = 300;
/// Finish reasons of rejected content: the same question is rejected again.
const BLOCKED: [&str; 11] = [
    "SAFETY",
    "RECITATION",
    "LANGUAGE",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "MODEL_ARMOR",
    "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION",
    "JAILBREAK",
];

/// Returns the answer in a response. `sent` is the request, if it is known.
pub(crate) fn completion(
    provider: &Gemini,
    question: &CompletionRequest,
    sent: Option<&HttpRequest>,
    response: &HttpResponse,
) -> Result<Completion> {
    let failed = |body: Option<&Value>| failed(provider, question, sent, response, body);
    let body = match Streamed::read(response).filter(|_| response.is_success()) {
        Some(streamed) => {
            stream::merged(&streamed.parts).ok_or_else(|| provider.service.incomplete_stream(response))?
        }
        None => match provider.service.read(response)? {
            JsonResponse::Success(Value::Array(parts)) if parts.iter().any(Value::is_object) => {
                stream::merged(&parts).ok_or_else(|| provider.service.incomplete_stream(response))?
            }
            JsonResponse::Success(body) => body,
            JsonResponse::Failure(body) => return failed(body.as_ref()),
        },
    };
    let has_error = |value: &Value| value.get("error").is_some_and(|error| !error.is_null());
    if has_error(&body) {
        return failed(Some(&body));
    }
    if has_error(&body["candidates"][0]) {
        return failed(Some(&body["candidates"][0])).map_err(Error::maybe_billed);
    }
    if ["candidates", "promptFeedback", "usageMetadata"].iter().all(|key| body.get(key).is_none()) {
        return Err(provider.service.unexpected_json(response, "a completion"));
    }
    let (text, finish, finish_detail) = outcome(&body);
    Ok(Completion {
        text,
        finish,
        finish_detail,
        usage: usage(&body["usageMetadata"]),
        model: text_of(&body["modelVersion"]),
        request_id: text_of(&body["responseId"]),
        ..Completion::default()
    })
}

/// Returns the outcome of a failed response, which is an answer when the service refused the content.
fn failed(
    provider: &Gemini,
    question: &CompletionRequest,
    sent: Option<&HttpRequest>,
    response: &HttpResponse,
    body: Option<&Value>,
) -> Result<Completion> {
    let report = FailureReport::of(response, body);
    if !report.is_refusal() {
        return Err(error::from_response(provider, response, &report, body, Some(question), sent));
    }
    Ok(Completion {
        finish: FinishReason::Blocked,
        finish_detail: Some(provider.service.quote(&report.message)).filter(|text| !text.is_empty()),
        request_id: request_id(response),
        ..Completion::default()
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
            None => (String::new(), FinishReason::Other, Some("the response has no candidates".to_owned())),
        };
    }
    let text = text_of_parts(&candidate["content"]["parts"]);
    let reason = candidate["finishReason"].as_str().unwrap_or("no reason given");
    let finish = match reason {
        "STOP" if text.is_empty() => return without_text(&candidate["content"]["parts"]),
        "STOP" => return (text, FinishReason::Stop, None),
        "MAX_TOKENS" => FinishReason::Length,
        reason if BLOCKED.contains(&reason) => FinishReason::Blocked,
        _ => FinishReason::Other,
    };
    let empty = finish == FinishReason::Length && text.is_empty();
    let reason = if empty { "MAX_TOKENS before any text was written (thinking counts)" } else { reason };
    (text, finish, Some(explained(reason, &candidate["finishMessage"])))
}

/// Returns the outcome of a complete answer without any text.
fn without_text(parts: &Value) -> (String, FinishReason, Option<String>) {
    let parts = parts.as_array().map(Vec::as_slice).unwrap_or_default();
    if let Some(arguments) = parts.iter().find_map(|part| part["functionCall"]["args"].as_object()) {
        let detail = "the answer came as the arguments of a function call; remove tools from `extra_body`";
        return (Value::Object(arguments.clone()).to_string(), FinishReason::Stop, Some(detail.to_owned()));
    }
    let detail = if parts.iter().any(|part| part["thought"] == true) {
        "STOP after thoughts alone; limit them with `thinking_budget` or `thinking_level`"
    } else {
        "STOP without any text"
    };
    (String::new(), FinishReason::Other, Some(detail.to_owned()))
}

/// Returns the text of an answer's parts, without thoughts.
fn text_of_parts(parts: &Value) -> String {
    let parts = parts.as_array().map(Vec::as_slice).unwrap_or_default();
    parts.iter().filter(|part| part["thought"] != true).filter_map(|part| part["text"].as_str()).collect()
}

fn explained(reason: &str, message: &Value) -> String {
    match message.as_str() {
        Some(message) if !message.is_empty() => format!("{reason}: {}", one_line(message, MAX_DETAIL_CHARS)),
        _ => reason.to_owned(),
    }
}

/// Returns the usage. The output is the sum of candidates and thoughts; cached tokens are part of the prompt.
fn usage(counts: &Value) -> Usage {
    let count = |name: &str| counts[name].as_u64();
    let (written, thinking) = (count("candidatesTokenCount"), count("thoughtsTokenCount"));
    Usage {
        input: count("promptTokenCount"),
        cached: count("cachedContentTokenCount"),
        cache_written: None,
        output: match (written, thinking) {
            (None, None) => None,
            (written, thinking) => Some(written.unwrap_or(0).saturating_add(thinking.unwrap_or(0))),
        },
        thinking,
    }
}
