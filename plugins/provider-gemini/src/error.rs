//! From a failed response to the error that tells the host what to do.
//!
//! Google reports a failure in several places that contradict each other: a wrong key has status 400, and an exhausted
//! daily quota has a retry delay of seconds. So key and daily quota are looked for first, then billing, then waits, then
//! the status.

use crate::settings::Settings;
use rowsmith_plugin_api::duration::parse_wait;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{ServiceFailure, kind_of_failure, wait_hint, wait_in_text};
use std::time::Duration;

/// The wait for a quota per minute when the service names none.
const MINUTE: Duration = Duration::from_secs(60);

/// The error object of a response.
struct GoogleError<'a> {
    status: u16,
    /// Google's name of the status, for example `RESOURCE_EXHAUSTED`.
    name: &'a str,
    message: &'a str,
    details: &'a [Value],
    sent_schema: bool,
}

/// Returns the error of a response that is not 2xx, or whose body has an `error`.
pub(crate) fn from_response(
    settings: &Settings,
    response: &HttpResponse,
    body: Option<&Value>,
    sent_schema: bool,
) -> Error {
    let google = GoogleError::read(response.status.as_u16(), body, sent_schema);
    let wait = google.wait(response);
    let kind = google.kind(wait);
    let error = settings.service.failure(
        response,
        &ServiceFailure {
            kind,
            status: google.status,
            status_name: google.name,
            message: google.message,
            wait: wait.or_else(|| google.has_quota("PerMinute").then_some(MINUTE)),
            hint: google.hint(kind, settings),
        },
    );
    let Some(violation) = google.violations().next() else { return error };
    [("quota_id", "quotaId"), ("quota_value", "quotaValue")].into_iter().fold(error, |error, (key, field)| {
        match violation[field].as_str() {
            Some(text) => error.with_context(key, text),
            None => error,
        }
    })
}

impl<'a> GoogleError<'a> {
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
            400 if self.says(&["maximum number of tokens", "input token count"]) => ErrorKind::TooLarge,
            400 if self.sent_schema && self.says(&["schema", "too many states"]) => ErrorKind::SchemaRejected,
            status => kind_of_failure(status, wait),
        }
    }

    fn is_bad_key(&self) -> bool {
        self.details.iter().filter_map(|detail| detail["reason"].as_str()).any(|reason| reason.starts_with("API_KEY_"))
            || self.says(&["api key not valid", "api key expired"])
    }

    /// Returns whether a quota whose id contains the text is exhausted.
    fn has_quota(&self, text: &str) -> bool {
        self.violations().filter_map(|violation| violation["quotaId"].as_str()).any(|id| id.contains(text))
    }

    /// Returns whether the project has no quota at all for the model.
    fn has_no_quota(&self) -> bool {
        self.violations().any(|violation| violation["quotaValue"] == "0" || violation["quotaValue"] == 0)
    }

    fn violations(&self) -> impl Iterator<Item = &'a Value> + use<'a> {
        self.details.iter().filter_map(|detail| detail["violations"].as_array()).flatten()
    }

    fn wait(&self, response: &HttpResponse) -> Option<Duration> {
        let delay = self.details.iter().find_map(|detail| detail["retryDelay"].as_str());
        wait_hint(response).or_else(|| delay.and_then(parse_wait)).or_else(|| wait_in_text(self.message))
    }

    /// Returns whether the message contains one of the texts, which are in lower case.
    fn says(&self, any: &[&str]) -> bool {
        let message = self.message.to_ascii_lowercase();
        any.iter().any(|text| message.contains(text))
    }

    /// Returns the next step for failures that have one of their own here.
    fn hint(&self, kind: ErrorKind, settings: &Settings) -> Option<String> {
        let hint = match kind {
            ErrorKind::Auth => {
                "check the key of `api_key` and its permissions; keys are made at https://aistudio.google.com/apikey"
            }
            ErrorKind::NotFound => {
                return Some(format!("check `model` ({}), `api_version` and `base_url`", settings.service.model()));
            }
            ErrorKind::QuotaExhausted if self.has_no_quota() => {
                "the key's project has no quota for this model: use another `model`, or enable billing for the project"
            }
            ErrorKind::QuotaExhausted => {
                "run again after the quota resets (daily quotas: midnight Pacific time), use another `model`, or \
                 upgrade the plan"
            }
            ErrorKind::Billing => {
                "add credit or raise the spending limit of the key's project at https://aistudio.google.com"
            }
            ErrorKind::BadRequest if self.name == "FAILED_PRECONDITION" => {
                "the service is not free of charge in this region: enable billing for the key's project"
            }
            _ => return None,
        };
        Some(hint.to_owned())
    }
}
