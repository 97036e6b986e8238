//! From the HTTP response to the answer, or to the error that it reports.

use crate::error;
use crate::settings::Settings;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{JsonResponse, one_line, text_of};

/// Characters of an explanation.
const MAX_DETAIL_CHARS: usize = 300;
/// Finish reasons of rejected content: the same question is rejected again.
const BLOCKED: [&str; 7] =
    ["SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "MODEL_ARMOR"];

/// Returns the answer in a response.
pub(crate) fn completion(
    settings: &Settings,
    question: &CompletionRequest,
    response: &HttpResponse,
) -> Result<Completion> {
    let body = match settings.service.read(response)? {
        JsonResponse::Success(body) => body,
        JsonResponse::Failure(body) => {
            let sent_schema = question.schema.is_some();
            return Err(error::from_response(settings, response, body.as_ref(), sent_schema));
        }
    };
    if ["candidates", "promptFeedback", "usageMetadata"].iter().all(|key| body.get(key).is_none()) {
        return Err(settings.service.unexpected_json(response, "a completion"));
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
        "STOP" if text.is_empty() => {
            return (text, FinishReason::Other, Some("STOP without any text".to_owned()));
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
