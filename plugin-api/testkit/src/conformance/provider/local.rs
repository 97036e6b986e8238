//! Providers that answer by themselves.

use super::question::asked;
use crate::conformance::finding::{Judged, answer, done, ensure, skipped};
use crate::conformance::subject::Subject;
use rowsmith_plugin_api::completion::FinishReason;
use rowsmith_plugin_api::{Error, ErrorKind};
use serde_json::Value;

pub(super) fn answers(subject: &Subject) -> Judged {
    let unreachable = || Err(Error::new(ErrorKind::Retryable, "there is no network"));
    let (result, requests) = asked(subject, unreachable)?;
    if !requests.is_empty() {
        return skipped("the provider asks a service");
    }
    let completion = answer("a question", std::future::ready(result))?;
    ensure(completion.finish == FinishReason::Stop, || "the answer is not finished".to_owned())?;
    let value: Value = done("reading the answer as JSON", serde_json::from_str(&completion.text))?;
    for row in ["r0", "r1"] {
        ensure(value[row]["summary"].is_string(), || {
            format!("the answer has no text for the column `summary` of the row `{row}`: {}", completion.text)
        })?;
    }
    Ok(())
}
