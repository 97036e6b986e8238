//! From the HTTP response to the answer, or to the error that it reports.

use crate::error;
use crate::limits;
use crate::openai_error::OpenAiError;
use crate::settings::Settings;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{JsonResponse, one_line, request_id, text_of};

/// Characters of an explanation.
const MAX_DETAIL_CHARS: usize = 300;

/// Returns the answer in a response.
pub(crate) fn completion(
    settings: &Settings,
    question: &CompletionRequest,
    response: &HttpResponse,
) -> Result<Completion> {
    let sent_schema = question.schema.is_some();
    let body = match settings.service.read(response)? {
        JsonResponse::Success(body) => body,
        JsonResponse::Failure(body) => return failed(settings, response, body.as_ref(), sent_schema),
    };
    let choice = &body["choices"][0];
    if choice["finish_reason"] == "error" {
        return failed(settings, response, Some(choice), sent_schema);
    }
    if body.get("choices").is_none() && body.get("usage").is_none() {
        return Err(settings
            .service
            .unexpected_json(response, "a chat completion")
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
        ..Completion::default()
    })
}

/// Returns the outcome of a failed response. It is an answer when a filter rejected the content, or when the service
/// withheld the text because it does not match the schema.
fn failed(settings: &Settings, response: &HttpResponse, body: Option<&Value>, sent_schema: bool) -> Result<Completion> {
    let reported = OpenAiError::read(response.status.as_u16(), body, sent_schema);
    let (text, finish) = if reported.is_filtered() {
        (String::new(), FinishReason::Blocked)
    } else if let Some(text) = reported.withheld_text() {
        (text.to_owned(), FinishReason::Other)
    } else {
        return Err(error::from_response(settings, response, &reported));
    };
    Ok(Completion {
        text,
        finish,
        finish_detail: Some(settings.service.quote(&reported.message)).filter(|text| !text.is_empty()),
        request_id: request_id(response),
        limits: limits::hints(settings, response),
        ..Completion::default()
    })
}

fn outcome(choice: &Value) -> (String, FinishReason, Option<String>) {
    if choice.is_null() {
        return (String::new(), FinishReason::Other, Some("the response has no choices".to_owned()));
    }
    let message = &choice["message"];
    if let Some(refusal) = text_of(&message["refusal"]) {
        return (String::new(), FinishReason::Blocked, Some(one_line(&refusal, MAX_DETAIL_CHARS)));
    }
    let text = content(&message["content"]);
    // Some servers state no reason; a complete response is finished.
    let reason = choice["finish_reason"].as_str().unwrap_or("stop");
    let (finish, detail) = match reason {
        "stop" if text.is_empty() => (FinishReason::Other, "stop without any text"),
        "stop" => return (text, FinishReason::Stop, None),
        "length" | "model_length" | "max_tokens" if text.is_empty() => {
            (FinishReason::Length, "length before any text was written (thinking counts)")
        }
        "length" | "model_length" | "max_tokens" => (FinishReason::Length, reason),
        "content_filter" => (FinishReason::Blocked, reason),
        _ => (FinishReason::Other, reason),
    };
    let detail = one_line(detail, MAX_DETAIL_CHARS);
    (text, finish, Some(detail))
}

/// Returns a message's text: plain, or the text parts of a list (Mistral's reasoning models add their thoughts).
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

/// Returns the usage. Cached tokens are part of the prompt (`DeepSeek` has its own name for them), reasoning tokens part of
/// the completion.
fn usage(counts: &Value) -> Usage {
    Usage {
        input: counts["prompt_tokens"].as_u64(),
        cached: counts["prompt_tokens_details"]["cached_tokens"]
            .as_u64()
            .or_else(|| counts["prompt_cache_hit_tokens"].as_u64()),
        cache_written: counts["prompt_tokens_details"]["cache_write_tokens"].as_u64(),
        output: counts["completion_tokens"].as_u64(),
        thinking: counts["completion_tokens_details"]["reasoning_tokens"].as_u64(),
    }
}
