//! [`Diagnosis`]: the class of a failure.

use super::patterns::Patterns;
use super::rejected_part::{self, RequestPart};
use super::report::FailureReport;
use super::reset::{self, Reset};
use super::sizes::{self, TooBig};
use super::{quota, refusal};
use crate::error::{ErrorKind, ReportedSizes};
use crate::http::HttpResponse;
use crate::service::kind_of_failure;
use std::sync::LazyLock;
use std::time::Duration;

const AUTH: [&str; 5] =
    ["invalid_api_key", "authentication_error", "permission_error", "API_KEY_INVALID", "API_KEY_SERVICE_BLOCKED"];
const AUTH_TEXTS: [&str; 5] =
    ["api key not valid", "api key expired", "incorrect api key", "invalid api key", "api key is invalid"];
const NOT_FOUND: [&str; 2] = ["model_not_found", "DeploymentNotFound"];
const TEMPORARY: [&str; 9] = [
    "rate_limit_exceeded",
    "rate_limit_error",
    "slow_down",
    "server_is_overloaded",
    "overloaded_error",
    "server_error",
    "provider_overloaded",
    "in_flight_budget_exhausted",
    "json_validate_failed",
];
const SCHEMA_TEXTS: [&str; 4] = ["response_format", "schema", "grammar", "too many states"];
/// The wait for a quota per minute when the service names none.
const MINUTE: Duration = Duration::from_secs(60);

static LOADING: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        r"\bloading (?:the )?model|model[^.]{0,60}\b(?:is|are|still|currently|being)[^.]{0,20} load(?:ing|ed)?\b",
        r"warming up|starting up|cold start|(?:model|server)[^.]{0,40}not (?:yet )?(?:ready|loaded)|still initiali[sz]ing",
    ])
});
static NOT_LOADING: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[r"(?:fail|error|unable|cannot|could not)\w*[^.]{0,40}load|load\w*[^.]{0,20}fail"])
});

/// The part of a question that decides between classes.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::service) struct AskedFor {
    /// True if the request had a schema.
    pub(in crate::service) schema: bool,
    /// The output cap that the request asked for.
    pub(in crate::service) output_cap: Option<u32>,
}

/// The class of a failure, with everything that the service reports about it.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::service) struct Diagnosis {
    pub(in crate::service) kind: ErrorKind,
    pub(in crate::service) wait: Option<Duration>,
    pub(in crate::service) retry_at_ms: Option<u64>,
    pub(in crate::service) is_loading: bool,
    pub(in crate::service) is_about_account: bool,
    pub(in crate::service) sizes: Option<ReportedSizes>,
}

impl Diagnosis {
    /// Classifies a failure.
    pub(in crate::service) fn of(report: &FailureReport, response: &HttpResponse, asked: AskedFor) -> Self {
        let reset = reset::reset(response, &report.body, &report.message);
        let wait = reset.and_then(Reset::wait);
        let (kind, sizes) = kind(report, wait, asked);
        let is_loading = kind == ErrorKind::Retryable && is_loading(report);
        let is_per_minute = quota::violations(&report.body)
            .filter_map(|violation| violation["quotaId"].as_str())
            .any(|id| id.contains("PerMinute"));
        Self {
            kind,
            wait: wait.or_else(|| (reset.is_none() && is_per_minute).then_some(MINUTE)),
            retry_at_ms: reset.and_then(|reset| if let Reset::AtMs(at) = reset { Some(at) } else { None }),
            is_loading,
            is_about_account: kind == ErrorKind::Auth && refusal::names_account(report),
            sizes: sizes.filter(|sizes| *sizes != ReportedSizes::default()),
        }
    }
}

impl FailureReport {
    /// Returns whether the service refused the content of the call.
    pub fn is_refusal(&self) -> bool {
        refusal::is_refusal(self)
    }

    /// Returns whether the project of the key has no quota at all for the model.
    pub fn has_no_quota(&self) -> bool {
        quota::has_no_quota(&self.body)
    }

    /// Returns the part of the request that the model does not accept, when the failure names one.
    pub fn rejected_part(&self) -> Option<RequestPart> {
        rejected_part::rejected_part(self)
    }
}

fn kind(report: &FailureReport, wait: Option<Duration>, asked: AskedFor) -> (ErrorKind, Option<ReportedSizes>) {
    if let Some(kind) = kind_of_words(report) {
        return (kind, None);
    }
    if is_about_the_schema(report, asked) {
        return (ErrorKind::SchemaRejected, None);
    }
    match sizes::too_big(report, asked.output_cap) {
        Some(TooBig::Prompt(sizes)) => return (ErrorKind::TooLarge, Some(sizes)),
        Some(TooBig::OutputCap(sizes)) => return (ErrorKind::OutputLimit, Some(sizes)),
        None => {}
    }
    let is_temporary = report.has_code(&TEMPORARY) || is_loading(report);
    let kind = match report.status {
        402 if !is_temporary => ErrorKind::Billing,
        // Groq's status of a full flex tier.
        498 => ErrorKind::Retryable,
        status => match kind_of_failure(status, wait) {
            ErrorKind::QuotaExhausted => ErrorKind::QuotaExhausted,
            _ if is_temporary => ErrorKind::Retryable,
            kind => kind,
        },
    };
    (kind, None)
}

/// Returns the kind of codes and texts that are the same under every status.
fn kind_of_words(report: &FailureReport) -> Option<ErrorKind> {
    if report.is_refusal() {
        Some(ErrorKind::Blocked)
    } else if report.has_code(&AUTH) || (report.status == 400 && report.says(&AUTH_TEXTS)) {
        Some(ErrorKind::Auth)
    } else if report.has_code(&NOT_FOUND) {
        Some(ErrorKind::NotFound)
    } else if quota::is_billing(report) {
        Some(ErrorKind::Billing)
    } else if quota::is_long_quota(report) {
        Some(ErrorKind::QuotaExhausted)
    } else {
        None
    }
}

fn is_about_the_schema(report: &FailureReport, asked: AskedFor) -> bool {
    let is_wrong = matches!(report.status, 400 | 422);
    let names_it = report.has_code(&["invalid_json_schema"])
        || report.code("param").is_some_and(|param| param.starts_with("response_format"))
        || report.says(&SCHEMA_TEXTS);
    asked.schema && is_wrong && names_it && !report.has_code(&["json_validate_failed"])
}

fn is_loading(report: &FailureReport) -> bool {
    (matches!(report.status, 500..=599) || report.status == 429)
        && !NOT_LOADING.matches(&report.texts)
        && (LOADING.matches(&report.texts) || report.body.get("estimated_time").is_some())
}
