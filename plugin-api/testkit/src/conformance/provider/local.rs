//! Providers that answer by themselves.

use super::question::{Asked, ROWS, asked};
use crate::conformance::finding::{Judged, answer, done, ensure, failed, skipped};
use crate::conformance::subject::Subject;
use rowsmith_plugin_api::completion::FinishReason;
use rowsmith_plugin_api::{Error, ErrorKind};
use serde_json::Value;

pub(super) fn answers(subject: &Subject) -> Judged {
    let unreachable = || Err(Error::new(ErrorKind::Retryable, "there is no network"));
    let Asked { question, result, requests } = asked(subject, unreachable)?;
    if !requests.is_empty() {
        return skipped("the provider asks a service");
    }
    let completion = answer("a question", std::future::ready(result))?;
    ensure(completion.finish == FinishReason::Stop, || "the answer is not finished".to_owned())?;
    let value: Value = done("reading the answer as JSON", serde_json::from_str(&completion.text))?;
    ROWS.iter().try_for_each(|(key, id, tag, ..)| {
        let name = if question.schema.is_some() { *key } else { *id };
        let Some(row) = part(&value, name) else {
            return failed(format!("the answer has nothing for the row `{name}`: {}", completion.text));
        };
        ensure(row["summary"].is_string(), || {
            format!("the answer has no text for the column `summary` of the row `{name}`: {}", completion.text)
        })?;
        ensure(row["tag"] == *tag, || {
            format!("the tag `{tag}` of the row `{name}` is not copied into its answer: {}", completion.text)
        })
    })
}

/// What an answer says of one row: under its name, or in the list that is the answer or its only member.
fn part<'a>(answer: &'a Value, name: &str) -> Option<&'a Value> {
    let in_list = |items: &'a Vec<Value>| items.iter().find(|item| item["id"] == name);
    match answer {
        Value::Array(items) => in_list(items),
        Value::Object(members) if members.len() == 1 => {
            members.get(name).or_else(|| members.values().find_map(Value::as_array).and_then(in_list))
        }
        other => other.get(name),
    }
}
