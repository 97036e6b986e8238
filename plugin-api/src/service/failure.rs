//! Failed responses of a service as errors.

use super::Service;
use super::diagnosis::{AskedFor, Diagnosis, FailureReport};
use super::json_response::{JsonResponse, QUOTED_CHARS};
use super::text::one_line;
use crate::completion::CompletionRequest;
use crate::error::{Error, ErrorKind, Result};
use crate::http::{HttpResponse, kind_of_status};
use serde_json::Value;
use std::time::Duration;

/// Maximum wait of a run. A service that asks for a longer one has a quota of hours or days.
const MAX_WAIT: Duration = Duration::from_secs(300);
const NO_QUOTA_HINT: &str =
    "the project of the key has no quota for this model: use another `model`, or enable billing for the project";

/// A failed response, as a provider classifies it.
#[derive(Debug, Clone)]
pub struct ServiceFailure<'a> {
    /// The class of the failure.
    pub kind: ErrorKind,
    /// The status: that of the response, or the one that its body names.
    pub status: u16,
    /// The service's own name of the status, for example `RESOURCE_EXHAUSTED`; may be empty.
    pub status_name: &'a str,
    /// The service's own text; may be empty.
    pub message: &'a str,
    /// The wait that the service asks for.
    pub wait: Option<Duration>,
    /// The next step for the user, in place of the hint for the kind.
    pub hint: Option<String>,
}

/// Returns the kind of a failure that only status and wait describe.
pub fn kind_of_failure(status: u16, wait: Option<Duration>) -> ErrorKind {
    match status {
        429 if wait.is_some_and(|wait| wait > MAX_WAIT) => ErrorKind::QuotaExhausted,
        // Google's status of a call that it cancelled.
        499 => ErrorKind::Retryable,
        status => kind_of_status(status),
    }
}

/// Returns the service's id of the exchange, for its support.
pub fn request_id(response: &HttpResponse) -> Option<String> {
    let ids = ["x-request-id", "request-id"].into_iter().filter_map(|name| response.header(name));
    ids.filter(|id| !id.is_empty()).map(str::to_owned).next()
}

impl Service {
    /// Returns the JSON body of a success.
    ///
    /// This is the reading of failures for services without codes of their own.
    ///
    /// # Errors
    /// That of [`Service::read`], or that of [`Service::error`].
    pub fn success(&self, response: &HttpResponse) -> Result<Value> {
        match self.read(response)? {
            JsonResponse::Success(body) => Ok(body),
            JsonResponse::Failure(body) => {
                let report = FailureReport::of(response, body.as_ref());
                Err(self.error(response, &report, None))
            }
        }
    }

    /// Returns the error that a failed response reports, in the words of any service: its kind, wait, sizes and hint.
    ///
    /// The question is that of the response, if it has one: its schema and output cap decide between kinds.
    pub fn error(
        &self,
        response: &HttpResponse,
        report: &FailureReport,
        question: Option<&CompletionRequest>,
    ) -> Error {
        let asked = question.map_or_else(AskedFor::default, |question| AskedFor {
            schema: question.schema.is_some(),
            output_cap: self.max_output_tokens(question),
        });
        let diagnosis = Diagnosis::of(report, response, asked);
        let failure = ServiceFailure {
            kind: diagnosis.kind,
            status: report.status,
            status_name: status_name(report),
            message: &report.message,
            wait: diagnosis.wait,
            hint: report.has_no_quota().then(|| NO_QUOTA_HINT.to_owned()),
        };
        let mut error = self.failure(response, &failure);
        if matches!(error.kind, ErrorKind::Retryable | ErrorKind::QuotaExhausted) && error.retry_after_ms.is_none() {
            error.retry_at_ms = diagnosis.retry_at_ms;
        }
        error.is_loading = diagnosis.is_loading;
        error.is_about_account = diagnosis.is_about_account;
        error.sizes = diagnosis.sizes;
        error
    }

    /// Returns the error of a failed response.
    pub fn failure(&self, response: &HttpResponse, failure: &ServiceFailure<'_>) -> Error {
        let ServiceFailure { kind, status, .. } = *failure;
        let mut message = format!("{} answered with status {status}", self.name);
        for (before, text) in [(" ", failure.status_name), (": ", failure.message)] {
            let text = self.quote(text);
            if !text.is_empty() {
                message.push_str(before);
                message.push_str(&text);
            }
        }
        let mut error = Error::new(kind, message).with_http_status(status).with_context("url", response.url.clone());
        if let Some(id) = request_id(response) {
            error = error.with_context("request_id", id);
        }
        if let Some(hint) = failure.hint.clone().or_else(|| self.hint(kind, status)) {
            error = error.hint(hint);
        }
        match kind {
            ErrorKind::Retryable => error.retry_after(failure.wait),
            ErrorKind::QuotaExhausted => error.retry_after(failure.wait.filter(|wait| *wait > MAX_WAIT)),
            _ => error,
        }
    }

    /// Returns the error of a success whose JSON is not what the provider expects, for example `a completion`.
    pub fn unexpected_json(&self, response: &HttpResponse, expected: &str) -> Error {
        Error::new(ErrorKind::InvalidData, format!("{} answered with JSON that is not {expected}", self.name))
            .with_http_status(response.status.as_u16())
            .with_context("url", response.url.clone())
            .with_context("body_start", one_line(&response.text(), QUOTED_CHARS))
            .hint("check `base_url`")
    }

    /// Returns the next step for the user after a failure of the kind.
    fn hint(&self, kind: ErrorKind, status: u16) -> Option<String> {
        let hint = match kind {
            ErrorKind::Auth if !self.has_key() => "the service requires a key: set `api_key` to a reference to it",
            ErrorKind::Auth => "check that the key of `api_key` is a key of this service and has the permission",
            ErrorKind::NotFound => return Some(format!("check `model` ({}) and `base_url`", self.model)),
            ErrorKind::QuotaExhausted => "run again after the quota resets, use another `model`, or upgrade the plan",
            ErrorKind::Billing => "add credit to the account of the key, or raise its spending limit",
            ErrorKind::TooLarge => "lower `batch.max_rows`, or limit the input columns with `max_chars`",
            ErrorKind::OutputLimit => "set `max_output_tokens` to the maximum of the model, or lower `batch.max_rows`",
            ErrorKind::Blocked => {
                "the service refuses the content of these rows; another service or model may accept it"
            }
            ErrorKind::SchemaRejected => "set `schema_mode = \"json_object\"` to request JSON without a schema",
            ErrorKind::BadRequest => "check the options in the provider's config: not every model accepts all of them",
            ErrorKind::Other if (300..400).contains(&status) => {
                "set `base_url` to the final address: redirects are not followed, so that the key stays with the service"
            }
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

/// Returns the service's name of the status, which is written in capitals: `RESOURCE_EXHAUSTED`.
fn status_name(report: &FailureReport) -> &str {
    let is_name = |name: &&str| name.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    report.code("status").filter(is_name).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::ServiceOptions;
    use serde_json::json;

    fn service() -> Service {
        let table = json!({"model": "m", "base_url": "http://h.example/v1", "api_key": "test-key"});
        serde_json::from_value::<ServiceOptions>(table).unwrap().check().unwrap()
    }

    fn error_of(response: &HttpResponse) -> Error {
        service().success(response).unwrap_err()
    }

    #[test]
    fn status_text_and_wait_of_a_failure_are_kept() {
        use ErrorKind::{Auth, BadRequest, NotFound, Other, QuotaExhausted, Retryable, TooLarge};
        for (status, body, kind, wait) in [
            (401, r#"{"error":{"message":"no"}}"#, Auth, None),
            (404, r#"{"error":"no"}"#, NotFound, None),
            (413, r#"{"message":"no"}"#, TooLarge, None),
            (422, "<html>", BadRequest, None),
            (301, "", Other, None),
            (499, "", Retryable, None),
            (503, "", Retryable, None),
            (429, r#"{"error":{"message":"try again in 3s"}}"#, Retryable, Some(3_000)),
            (429, r#"{"error":{"message":"try again in 2h0m0s"}}"#, QuotaExhausted, Some(7_200_000)),
            (200, r#"{"error":{"message":"no"}}"#, Retryable, None),
        ] {
            let error = error_of(&HttpResponse::new(status, body));
            assert_eq!((error.kind, error.retry_after_ms), (kind, wait), "{status} {body}");
            assert_eq!(error.http_status, Some(if status == 200 { 500 } else { status }), "{status} {body}");
            assert!(kind == Retryable || error.hint.is_some(), "{status} needs a hint");
        }
        let error = error_of(&HttpResponse::new(429, "").with_header("retry-after", "7"));
        assert_eq!(error.retry_after_ms, Some(7_000));
    }

    #[test]
    fn messages_quote_the_service_without_the_key() {
        let body = json!({"error": {"message": format!("no\n test-key {}", "x".repeat(400))}}).to_string();
        let error = error_of(&HttpResponse::new(400, body).with_header("request-id", "id-1"));
        assert!(error.message.starts_with("h.example answered with status 400: no [secret] xxx"), "{error}");
        assert!(error.message.chars().count() < 350 && error.message.ends_with('…'), "{error}");
        assert_eq!(error.context("request_id"), Some("id-1"));
    }

    #[test]
    fn a_success_is_its_body() {
        assert_eq!(service().success(&HttpResponse::new(200, r#"{"a":1}"#)).unwrap(), json!({"a": 1}));
        let error = service().unexpected_json(&HttpResponse::new(200, "[1]"), "a completion");
        assert_eq!((error.kind, error.context("body_start")), (ErrorKind::InvalidData, Some("[1]")));
    }
}
