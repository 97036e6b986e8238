//! From the HTTP response to the answer, or to the error that it reports.

use crate::error;
use crate::limits;
use crate::outcome::outcome;
use crate::provider::OpenAi;
use crate::stream;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{FailureReport, JsonResponse, Streamed, request_id, text_of};

/// A question and its response.
struct Exchange<'a> {
    provider: &'a OpenAi,
    question: &'a CompletionRequest,
    sent: Option<&'a HttpRequest>,
    response: &'a HttpResponse,
}

/// Returns the answer in a response. `sent` is the request, if it is known.
pub(crate) fn completion(
    provider: &OpenAi,
    question: &CompletionRequest,
    sent: Option<&HttpRequest>,
    response: &HttpResponse,
) -> Result<Completion> {
    let exchange = Exchange { provider, question, sent, response };
    if let Some(streamed) = Streamed::read(response).filter(|_| response.is_success()) {
        let body = stream::merged(&streamed.parts, streamed.is_done);
        return exchange.of_body(&body.ok_or_else(|| provider.service.incomplete_stream(response))?);
    }
    match provider.service.read(response)? {
        JsonResponse::Success(Value::Array(parts)) if !parts.is_empty() => {
            let body = stream::merged(&parts, false);
            exchange.of_body(&body.ok_or_else(|| provider.service.incomplete_stream(response))?)
        }
        JsonResponse::Success(body) => exchange.of_body(&body),
        JsonResponse::Failure(body) => exchange.failed(body.as_ref()),
    }
}

impl Exchange<'_> {
    fn of_body(&self, body: &Value) -> Result<Completion> {
        let choice = &body["choices"][0];
        let has_error = |value: &Value| value.get("error").is_some_and(|error| !error.is_null());
        if has_error(body) || (choice.is_null() && is_error(body)) {
            return self.failed(Some(body));
        }
        if has_error(&choice["message"]) {
            return self.failed(Some(&choice["message"])).map_err(Error::maybe_billed);
        }
        if has_error(choice) || choice["finish_reason"] == "error" {
            return self.failed(Some(choice)).map_err(Error::maybe_billed);
        }
        if body.get("choices").is_none() && body.get("usage").is_none() {
            return Err(self
                .provider
                .service
                .unexpected_json(self.response, "a chat completion")
                .hint("check `base_url`: it is the part before /chat/completions and usually ends in /v1"));
        }
        let outcome = outcome(choice);
        Ok(Completion {
            text: outcome.text,
            finish: outcome.finish,
            finish_detail: outcome.detail,
            usage: usage(&body["usage"]),
            model: text_of(&body["model"]),
            request_id: request_id(self.response).or_else(|| text_of(&body["id"])),
            limits: limits::hints(self.provider, self.response),
            ..Completion::default()
        })
    }

    /// Returns the outcome of a failed response. It is an answer when the service refused the content, or when it withheld
    /// the text because it does not match the schema.
    fn failed(&self, body: Option<&Value>) -> Result<Completion> {
        let Self { provider, question, sent, response } = *self;
        let report = FailureReport::of(response, body);
        let withheld = report.code("failed_generation").filter(|_| report.has_code(&["json_validate_failed"]));
        let (text, finish) = if report.is_refusal() {
            (String::new(), FinishReason::Blocked)
        } else if let Some(text) = withheld {
            (text.to_owned(), FinishReason::Other)
        } else {
            return Err(error::from_response(provider, response, &report, Some(question), sent));
        };
        Ok(Completion {
            text,
            finish,
            finish_detail: Some(provider.service.quote(&report.message)).filter(|text| !text.is_empty()),
            request_id: request_id(response),
            limits: limits::hints(provider, response),
            ..Completion::default()
        })
    }
}

/// Returns whether a body without an answer and without an `error` reports an error: many services have forms of their own.
fn is_error(body: &Value) -> bool {
    body["object"] == "error"
        || body["success"] == false
        || ["detail", "msg", "message", "error_msg", "errors"].iter().any(|name| !body[*name].is_null())
        || body["base_resp"]["status_code"].as_i64().is_some_and(|code| code != 0)
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
