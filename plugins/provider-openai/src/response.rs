//! From the HTTP response to the answer, or to the error that it tells of.

use crate::error;
use crate::failure::Failure;
use crate::limits;
use crate::settings::Settings;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{parse_json, read_json, words_of};

/// The answer in a response. `sent_schema` says whether the question had an answer schema.
pub(crate) fn completion(settings: &Settings, response: &HttpResponse, sent_schema: bool) -> Result<Completion> {
    if !response.is_success() {
        return failed(settings, response, parse_json(response).as_ref(), sent_schema);
    }
    let body = read_json(&settings.service, response)?;
    let choice = &body["choices"][0];
    let stopped_by_error = choice["finish_reason"] == "error";
    if stopped_by_error || body.get("error").is_some_and(|error| !error.is_null()) {
        return failed(settings, response, Some(if stopped_by_error { choice } else { &body }), sent_schema);
    }
    if body.get("choices").is_none() && body.get("usage").is_none() {
        let message = format!("{} answered with JSON that is not a chat completion", settings.service);
        return Err(Error::new(ErrorKind::InvalidData, message)
            .with_context("url", response.url.clone())
            .with_context("body_start", words_of(&response.text(), 80))
            .hint("check `base_url`: it is the part before /chat/completions and usually ends in /v1"));
    }
    let (text, finish, finish_detail) = outcome(choice);
    Ok(Completion {
        text,
        finish,
        finish_detail,
        usage: usage(&body["usage"]),
        model: text_of(&body["model"]),
        request_id: request_id(response).or_else(|| text_of(&body["id"])),
        limits: limits::hints(settings, response),
    })
}

/// The service's id of the exchange.
pub(crate) fn request_id(response: &HttpResponse) -> Option<String> {
    response.header("x-request-id").filter(|id| !id.is_empty()).map(str::to_owned)
}

/// A failed exchange, which is an answer all the same when a filter refused the content, or when the service withheld
/// the text because it did not fit the schema.
fn failed(settings: &Settings, response: &HttpResponse, body: Option<&Value>, sent_schema: bool) -> Result<Completion> {
    let failure = Failure::read(response.status.as_u16(), body, sent_schema);
    let (text, finish) = if failure.is_filtered() {
        (String::new(), FinishReason::Blocked)
    } else if let Some(text) = failure.withheld_text() {
        (text.to_owned(), FinishReason::Other)
    } else {
        return Err(error::of(settings, response, &failure));
    };
    Ok(Completion {
        text,
        finish,
        finish_detail: Some(failure.words(settings)).filter(|words| !words.is_empty()),
        request_id: request_id(response),
        limits: limits::hints(settings, response),
        ..Completion::default()
    })
}

fn outcome(choice: &Value) -> (String, FinishReason, Option<String>) {
    if choice.is_null() {
        return (String::new(), FinishReason::Other, Some("the answer has no choices".to_owned()));
    }
    let message = &choice["message"];
    if let Some(refusal) = text_of(&message["refusal"]) {
        return (String::new(), FinishReason::Blocked, Some(words_of(&refusal, 300)));
    }
    let text = content(&message["content"]);
    // Some servers give no reason; a response that came whole was finished.
    let reason = choice["finish_reason"].as_str().unwrap_or("stop");
    let (finish, detail) = match reason {
        "stop" if text.is_empty() => (FinishReason::Other, "stop, but without any text"),
        "stop" => return (text, FinishReason::Stop, None),
        "length" | "model_length" | "max_tokens" if text.is_empty() => {
            (FinishReason::Length, "length before any text was written (thinking counts)")
        }
        "length" | "model_length" | "max_tokens" => (FinishReason::Length, reason),
        "content_filter" => (FinishReason::Blocked, reason),
        _ => (FinishReason::Other, reason),
    };
    let detail = words_of(detail, 300);
    (text, finish, Some(detail))
}

/// A message's text: plain, or the text parts of a list (Mistral's reasoning models put their thoughts beside it).
fn content(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => {
            let texts = parts.iter().filter(|part| part["type"] == "text");
            texts.filter_map(|part| part["text"].as_str()).collect()
        }
        _ => String::new(),
    }
}

/// Cached tokens are part of the prompt, and reasoning is part of the completion. `DeepSeek` has its own name for the
/// former.
fn usage(counts: &Value) -> Usage {
    Usage {
        input: counts["prompt_tokens"].as_u64(),
        cached: counts["prompt_tokens_details"]["cached_tokens"]
            .as_u64()
            .or_else(|| counts["prompt_cache_hit_tokens"].as_u64()),
        output: counts["completion_tokens"].as_u64(),
        thinking: counts["completion_tokens_details"]["reasoning_tokens"].as_u64(),
    }
}

fn text_of(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}
