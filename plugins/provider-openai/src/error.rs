//! From a failed response to the error that selects the reaction of the host.

use crate::provider::OpenAi;
use crate::request;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{FailureReport, Rejected, RequestPart};

/// Returns the error of a failed response. `sent` is the request, if the model may still have to be learned.
pub(crate) fn from_response(
    provider: &OpenAi,
    response: &HttpResponse,
    report: &FailureReport,
    question: Option<&CompletionRequest>,
    sent: Option<&HttpRequest>,
) -> Error {
    let mut error = provider.service.error(response, report, question);
    if let Some(hint) = hint(error.kind, provider) {
        error = error.hint(hint);
    }
    for name in ["code", "type", "param"] {
        if let Some(text) = report.code(name) {
            error = error.with_context(name, provider.service.quote(text));
        }
    }
    let may_be_a_part = matches!(error.kind, ErrorKind::BadRequest | ErrorKind::NotFound);
    match (report.rejected_part(), sent) {
        (Some(part), Some(sent)) if may_be_a_part => {
            provider.rejected.learn(error, rejected(provider, part, sent), question)
        }
        _ => error,
    }
}

/// Returns what the provider can do about a part of the request that the model does not accept.
fn rejected(provider: &OpenAi, part: RequestPart, sent: &HttpRequest) -> Rejected {
    use RequestPart as Part;
    let config = &provider.config;
    let extra = |path: &str, option| provider.service.has_extra(path).then_some(option);
    let chosen = |is_chosen: bool, option| is_chosen.then_some(option);
    let (option, remedy) = match part {
        Part::SystemText => (None, Some("the system text moves into the user's message")),
        Part::DeveloperRole => {
            (chosen(config.system_role.is_some(), "system_role"), Some("the system text has the role `system`"))
        }
        Part::JsonMode => {
            (extra("response_format", "extra_body.response_format"), Some("JSON is requested by the prompt alone"))
        }
        Part::Strict => (None, Some("schemas are sent without `strict`")),
        Part::MaxTokens => (
            chosen(config.max_tokens_field.is_some(), "max_tokens_field"),
            Some("the output cap is `max_completion_tokens`"),
        ),
        Part::MaxCompletionTokens => {
            (chosen(config.max_tokens_field.is_some(), "max_tokens_field"), Some("the output cap is `max_tokens`"))
        }
        Part::Store => (extra("store", "extra_body.store"), Some("`store` is left out")),
        Part::Temperature => (chosen(config.sampling.temperature.is_some(), "temperature"), None),
        Part::TopP => (chosen(config.sampling.top_p.is_some(), "top_p"), None),
        Part::Seed => (chosen(config.seed.is_some(), "seed"), None),
        Part::ReasoningEffort => (chosen(config.reasoning_effort.is_some(), "reasoning_effort"), None),
        _ => (None, None),
    };
    Rejected { part, was_sent: request::has(sent, part), option, remedy }
}

/// Returns the next step for failures that have one of their own here.
fn hint(kind: ErrorKind, provider: &OpenAi) -> Option<String> {
    match kind {
        ErrorKind::NotFound => {
            let model = provider.service.model();
            Some(format!("check `model` ({model}) and `base_url`, which usually ends in /v1"))
        }
        ErrorKind::TooLarge => Some(
            "lower `batch.max_rows`, limit the input columns with `max_chars`, or give a local model more context"
                .to_owned(),
        ),
        _ => None,
    }
}
