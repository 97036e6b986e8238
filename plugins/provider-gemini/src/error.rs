//! From a failed response to the error that selects the reaction of the host.

use crate::provider::Gemini;
use crate::request;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{FailureReport, Rejected, RequestPart};

/// Returns the error of a failed response. `sent` is the request, if the model may still have to be learned.
pub(crate) fn from_response(
    provider: &Gemini,
    response: &HttpResponse,
    report: &FailureReport,
    body: Option<&Value>,
    question: Option<&CompletionRequest>,
    sent: Option<&HttpRequest>,
) -> Error {
    let error = provider.service.error(response, report, question);
    let error = match hint(error.kind, report, provider) {
        Some(hint) => error.hint(hint),
        None => error,
    };
    let error = with_quota(error, body);
    match (report.rejected_part(), sent) {
        (Some(part), Some(sent)) if error.kind == ErrorKind::BadRequest => {
            provider.rejected.learn(error, rejected(provider, part, sent), question)
        }
        _ => error,
    }
}

/// Adds the id and the value of the exhausted quota.
fn with_quota(error: Error, body: Option<&Value>) -> Error {
    let details = body.and_then(|body| body["error"]["details"].as_array()).into_iter().flatten();
    let violation = details.filter_map(|detail| detail["violations"].as_array()).flatten().next();
    let Some(violation) = violation else { return error };
    [("quota_id", "quotaId"), ("quota_value", "quotaValue")].into_iter().fold(error, |error, (key, field)| {
        match violation[field].as_str() {
            Some(text) => error.with_context(key, text),
            None => error,
        }
    })
}

/// Returns what the provider can do about a part of the request that the model does not accept.
fn rejected(provider: &Gemini, part: RequestPart, sent: &HttpRequest) -> Rejected {
    use RequestPart as Part;
    let config = &provider.config;
    let extra = |path: &str, option| provider.service.has_extra(path).then_some(option);
    let chosen = |is_chosen: bool, option| is_chosen.then_some(option);
    let (option, remedy) = match part {
        Part::SystemText => (
            extra("systemInstruction", "extra_body.systemInstruction"),
            Some("the system text moves into the user's turn"),
        ),
        Part::JsonMode => (
            extra("generationConfig.responseMimeType", "extra_body.generationConfig.responseMimeType"),
            Some("JSON is requested by the prompt alone"),
        ),
        Part::Thinking | Part::ReasoningEffort if config.thinking_level.is_some() => (Some("thinking_level"), None),
        Part::Thinking | Part::ReasoningEffort => (chosen(config.thinking_budget.is_some(), "thinking_budget"), None),
        Part::Temperature => (chosen(config.sampling.temperature.is_some(), "temperature"), None),
        Part::TopP => (chosen(config.sampling.top_p.is_some(), "top_p"), None),
        Part::TopK => (chosen(config.top_k.is_some(), "top_k"), None),
        Part::Seed => (chosen(config.seed.is_some(), "seed"), None),
        Part::SafetySettings => (chosen(request::has(sent, part), "safety"), None),
        _ => (None, None),
    };
    Rejected { part, was_sent: request::has(sent, part), option, remedy }
}

/// Returns the next step for failures that have one of their own here.
fn hint(kind: ErrorKind, report: &FailureReport, provider: &Gemini) -> Option<String> {
    let hint = match kind {
        ErrorKind::Auth => {
            "check the key of `api_key` and its permissions; keys are made at https://aistudio.google.com/apikey"
        }
        ErrorKind::NotFound => {
            return Some(format!("check `model` ({}), `api_version` and `base_url`", provider.service.model()));
        }
        ErrorKind::QuotaExhausted if report.has_no_quota() => {
            "the key's project has no quota for this model: use another `model`, or enable billing for the project"
        }
        ErrorKind::QuotaExhausted => {
            "run again after the quota resets (daily quotas: midnight Pacific time), use another `model`, or \
             upgrade the plan"
        }
        ErrorKind::Billing => {
            "add credit or raise the spending limit of the key's project at https://aistudio.google.com"
        }
        ErrorKind::BadRequest if report.has_code(&["FAILED_PRECONDITION"]) => {
            "the service is not free of charge in this region: enable billing for the key's project"
        }
        _ => return None,
    };
    Some(hint.to_owned())
}
