//! From a failed response to the error that tells the host what to do.
//!
//! Google says what is wrong in several places that do not agree: a wrong key has status 400, and a used-up daily quota
//! carries a retry delay of seconds. So key and daily quota are looked for first, then
//! billing, then waits, then status.

use crate::response::SERVICE;
use crate::settings::Settings;
use rowsmith_plugin_api::duration::parse_wait;
use rowsmith_plugin_api::http::kind_of_status;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{wait_hint, wait_in_text, without_secret, words_of};
use std::time::Duration;

/// A longer wait than this is a quota that a run does not sit out.
const LONGEST_WAIT: Duration = Duration::from_secs(300);
/// The wait after a quota per minute when the service names none.
const MINUTE: Duration = Duration::from_secs(60);

/// What a response says of the failure.
struct Failure<'a> {
    status: u16,
    /// The status as Google names it, for example `RESOURCE_EXHAUSTED`.
    name: &'a str,
    message: &'a str,
    details: &'a [Value],
    sent_schema: bool,
}

/// The error of a response that is not 2xx, or whose body has an `error`.
pub(crate) fn from_response(
    settings: &Settings,
    response: &HttpResponse,
    body: Option<&Value>,
    sent_schema: bool,
) -> Error {
    let failure = Failure::read(response.status.as_u16(), body, sent_schema);
    let wait = failure.wait(response);
    let kind = failure.kind(wait);
    let mut error = Error::new(kind, failure.sentence(settings)).with_context("status", failure.status.to_string());
    error = error.with_context("url", response.url.clone());
    if let Some(id) = response.header("x-request-id") {
        error = error.with_context("request_id", id);
    }
    if let Some(violation) = failure.violations().next() {
        for (fact, field) in [("quota_id", "quotaId"), ("quota_value", "quotaValue")] {
            if let Some(text) = violation[field].as_str() {
                error = error.with_context(fact, text);
            }
        }
    }
    if let Some(hint) = failure.hint(kind, settings) {
        error = error.hint(hint);
    }
    error.retry_after(match kind {
        ErrorKind::Retryable => wait.or_else(|| failure.has_quota("PerMinute").then_some(MINUTE)),
        ErrorKind::QuotaExhausted => wait.filter(|wait| *wait > LONGEST_WAIT),
        _ => None,
    })
}

impl<'a> Failure<'a> {
    fn read(http_status: u16, body: Option<&'a Value>, sent_schema: bool) -> Self {
        let error = body.map_or(&Value::Null, |body| &body["error"]);
        let code = error["code"].as_u64().and_then(|code| u16::try_from(code).ok());
        let status = match code.filter(|code| (400..600).contains(code)) {
            Some(code) if http_status < 400 => code,
            None if http_status < 300 => 500,
            _ => http_status,
        };
        Self {
            status,
            name: error["status"].as_str().unwrap_or_default(),
            message: error["message"].as_str().or(error.as_str()).unwrap_or_default(),
            details: error["details"].as_array().map(Vec::as_slice).unwrap_or_default(),
            sent_schema,
        }
    }

    fn kind(&self, wait: Option<Duration>) -> ErrorKind {
        if self.is_bad_key() {
            return ErrorKind::Auth;
        }
        if self.has_quota("PerDay") || self.has_no_quota() {
            return ErrorKind::QuotaExhausted;
        }
        if self.status == 402 || self.says(&["credits are depleted", "prepay", "spending cap"]) {
            return ErrorKind::Billing;
        }
        match self.status {
            429 if wait.is_some_and(|wait| wait > LONGEST_WAIT) => ErrorKind::QuotaExhausted,
            499 => ErrorKind::Retryable,
            400 if self.says(&["maximum number of tokens", "input token count"]) => ErrorKind::TooLarge,
            400 if self.sent_schema && self.says(&["schema", "too many states"]) => ErrorKind::SchemaRejected,
            status => kind_of_status(status),
        }
    }

    fn is_bad_key(&self) -> bool {
        self.details.iter().filter_map(|detail| detail["reason"].as_str()).any(|reason| reason.starts_with("API_KEY_"))
            || self.says(&["api key not valid", "api key expired"])
    }

    /// Whether a quota whose id has these words is used up.
    fn has_quota(&self, words: &str) -> bool {
        self.violations().filter_map(|violation| violation["quotaId"].as_str()).any(|id| id.contains(words))
    }

    /// Whether the project has no quota at all for the model.
    fn has_no_quota(&self) -> bool {
        self.violations().any(|violation| violation["quotaValue"] == "0" || violation["quotaValue"] == 0)
    }

    fn violations(&self) -> impl Iterator<Item = &'a Value> {
        self.details.iter().filter_map(|detail| detail["violations"].as_array()).flatten()
    }

    fn wait(&self, response: &HttpResponse) -> Option<Duration> {
        let delay = self.details.iter().find_map(|detail| detail["retryDelay"].as_str());
        wait_hint(response).or_else(|| delay.and_then(parse_wait)).or_else(|| wait_in_text(self.message))
    }

    fn says(&self, any: &[&str]) -> bool {
        let message = self.message.to_ascii_lowercase();
        any.iter().any(|words| message.contains(words))
    }

    fn sentence(&self, settings: &Settings) -> String {
        let named = if self.name.is_empty() { String::new() } else { format!(" {}", words_of(self.name, 60)) };
        let said = words_of(&without_secret(self.message, Some(&settings.api_key)), 300);
        let said = if said.is_empty() { String::new() } else { format!(": {said}") };
        format!("{SERVICE} answered with status {}{named}{said}", self.status)
    }

    fn hint(&self, kind: ErrorKind, settings: &Settings) -> Option<String> {
        let hint = match kind {
            ErrorKind::Auth => {
                "check the key that `api_key` names, and what it may do; \
                 keys are made at https://aistudio.google.com/apikey"
            }
            ErrorKind::NotFound => {
                return Some(format!("check `model` ({}), `api_version` and `base_url`", settings.model));
            }
            ErrorKind::QuotaExhausted if self.has_no_quota() => {
                "the key's project has no quota for this model: \
                 name another `model`, or turn on billing for the project"
            }
            ErrorKind::QuotaExhausted => {
                "run again when the quota has reset (daily quotas: midnight Pacific time), \
                 name another `model`, or raise the plan"
            }
            ErrorKind::Billing => {
                "add credit or raise the spending limit of the key's project at https://aistudio.google.com"
            }
            ErrorKind::TooLarge => "lower `batch.max_rows` or what is sent of each row",
            ErrorKind::SchemaRejected => "set `schema = \"json_object\"` to ask for JSON without a schema",
            ErrorKind::BadRequest if self.name == "FAILED_PRECONDITION" => {
                "the service is not free of charge where this machine is: turn on billing for the key's project"
            }
            ErrorKind::BadRequest => "check the options of the provider's config: not every model takes every one",
            ErrorKind::Other if (300..400).contains(&self.status) => {
                "redirects are not followed, so that the key does not travel: set `base_url` to the final address"
            }
            _ => return None,
        };
        Some(hint.to_owned())
    }
}
