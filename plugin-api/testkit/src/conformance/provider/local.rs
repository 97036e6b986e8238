//! Checks of providers that answer without a service.

use super::calls::{ProviderCall, ROWS, call};
use crate::conformance::assertion::{CheckResult, ensure, expect_ok, fail, skip, suite_step};
use crate::conformance::plugin_under_test::PluginUnderTest;
use rowsmith_plugin_api::completion::FinishReason;
use rowsmith_plugin_api::{Error, ErrorKind, HttpRequest};
use serde_json::Value;

pub(super) fn answers(plugin: &PluginUnderTest) -> CheckResult {
    let unreachable = |_: &HttpRequest| Err(Error::new(ErrorKind::Retryable, "there is no network"));
    let ProviderCall { question, result, requests, .. } = call(plugin, unreachable)?;
    if !requests.is_empty() {
        return skip("the provider uses a service");
    }
    let completion = expect_ok("a question", std::future::ready(result))?;
    ensure(completion.finish == FinishReason::Stop, || "the answer is not finished".to_owned())?;
    let value: Value = suite_step("reading the answer as JSON", serde_json::from_str(&completion.text))?;
    ROWS.iter().try_for_each(|(key, id, tag, ..)| {
        let name = if question.schema.is_some() { *key } else { *id };
        let Some(row) = row_answer(&value, name) else {
            return fail(format!("the answer lacks the row `{name}`: {}", completion.text));
        };
        ensure(row["summary"].is_string(), || {
            format!("the answer lacks the text `summary` of the row `{name}`: {}", completion.text)
        })?;
        ensure(row["tag"] == *tag, || {
            format!("the answer lacks the tag `{tag}` of the row `{name}`: {}", completion.text)
        })
    })
}

/// Returns the answer for one row: under its name, or in the list that is the answer or its only member.
fn row_answer<'a>(answer: &'a Value, name: &str) -> Option<&'a Value> {
    let in_list = |items: &'a Vec<Value>| items.iter().find(|item| item["id"] == name);
    match answer {
        Value::Array(items) => in_list(items),
        Value::Object(members) if members.len() == 1 => {
            members.get(name).or_else(|| members.values().find_map(Value::as_array).and_then(in_list))
        }
        other => other.get(name),
    }
}
