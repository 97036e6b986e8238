//! Replay of the test cases of a cassette.

use crate::{FakeHost, block_on};
use rowsmith_abi::{Buffer, Instance};
use rowsmith_plugin_api::bridge::client::{ProviderClient, Remote};
use rowsmith_plugin_api::bridge::provider;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::record_replay::credential::REDACTED;
use rowsmith_plugin_api::record_replay::{
    Cassette, ExchangeOutcome, Headers, NoSecrets, RecordedRequest, RequestIdentity, TestCase,
};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Replays the test cases of a cassette through the provider `P`. Compares the requests that it sends and the answers
/// that it makes of the responses.
///
/// # Panics
/// When the folder has no test case, a file is invalid, or something differs from the recording.
pub fn assert_replays<P: Provider>(folder: &Path) {
    let create = |config: &Value, host: &FakeHost| {
        let config = Buffer::from(serde_json::to_vec(config)?);
        let callee = provider::create::<P>(&config, host.handle()).map_err(|error| Error::decode(&error))?;
        Ok(ProviderClient(Remote::new(Arc::new(Instance::new(callee)))))
    };
    let cassette = Cassette::read(folder).unwrap_or_else(|error| panic!("{error}"));
    assert!(has_test_cases(&cassette), "no file in {} has a `config` and an `answer` to compare", folder.display());
    if let Err(difference) = replay_test_cases(&cassette, &create) {
        panic!("{difference}");
    }
}

/// Creates the provider with the config of a test case.
type CreateProvider<'a> = &'a dyn Fn(&Value, &FakeHost) -> Result<ProviderClient>;

/// Returns true if a cassette has something to compare.
pub(crate) fn has_test_cases(cassette: &Cassette) -> bool {
    cassette.files().iter().any(|file| file.exchange.test_case.is_some())
}

/// Replays the test cases of a cassette. Returns an error that describes the first difference.
pub(crate) fn replay_test_cases(cassette: &Cassette, create: CreateProvider<'_>) -> Result<(), String> {
    for file in cassette.files() {
        let Some(test_case) = &file.exchange.test_case else { continue };
        let (request, answer) = replay(test_case, &file.exchange.outcome, create);
        let recorded = &file.exchange.request;
        if !request.as_ref().is_some_and(|request| is_same_request(request, recorded)) {
            return Err(difference(&file.name, "request", &json!(request), &json!(recorded)));
        }
        if answer != test_case.answer {
            return Err(difference(&file.name, "answer", &answer, &test_case.answer));
        }
    }
    Ok(())
}

fn difference(file: &str, what: &str, found: &Value, recorded: &Value) -> String {
    format!("{file}: the {what} differs: got {found}, recorded {recorded}")
}

fn replay(
    test_case: &TestCase,
    outcome: &ExchangeOutcome,
    create: CreateProvider<'_>,
) -> (Option<RecordedRequest>, Value) {
    let outcome = outcome.clone();
    let host = FakeHost::new(move |_| outcome.clone().into());
    let answer = create(&test_case.config, &host).and_then(|provider| match &test_case.question {
        None => block_on(provider.verify()).map(|sentence| json!(sentence)),
        Some(question) => block_on(provider.complete(&completion_request(question))).map(|done| answer(&done)),
    });
    let request = host.requests().first().map(RecordedRequest::from);
    (request, answer.unwrap_or_else(|error| json!({ "error": error })))
}

fn is_same_request(sent: &RecordedRequest, recorded: &RecordedRequest) -> bool {
    let identity = |request| RequestIdentity::new(request, &NoSecrets);
    identity(sent) == identity(recorded)
        && sent.timeout_ms == recorded.timeout_ms
        && are_same_headers(&sent.headers, &recorded.headers)
}

/// Compares headers without regard to their order. A recorded `[secret]` matches any value.
fn are_same_headers(sent: &Headers, recorded: &Headers) -> bool {
    let by_name = |headers: &Headers| {
        let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in &headers.0 {
            values.entry(name.to_ascii_lowercase()).or_default().push(value.clone());
        }
        values
    };
    let (sent, recorded) = (by_name(sent), by_name(recorded));
    let matches = |(name, values): (&String, &Vec<String>)| {
        values == &[REDACTED] || sent.get(name).is_some_and(|sent| sent == values)
    };
    sent.keys().eq(recorded.keys()) && recorded.iter().all(matches)
}

fn completion_request(question: &Value) -> CompletionRequest {
    let text = |key: &str| question[key].as_str().unwrap_or_default().to_owned();
    CompletionRequest {
        system: text("system"),
        note: text("note"),
        rows: text("rows"),
        schema: Some(&question["schema"]).filter(|schema| !schema.is_null()).map(Value::to_string),
        max_output_tokens: question["max_output_tokens"].as_u64().and_then(|tokens| u32::try_from(tokens).ok()),
        json_mode: question["json_mode"] == true,
        ..CompletionRequest::default()
    }
}

fn answer(completion: &Completion) -> Value {
    let mut answer = json!({"text": completion.text, "finish": completion.finish, "usage": completion.usage});
    for (key, text) in [
        ("finish_detail", &completion.finish_detail),
        ("model", &completion.model),
        ("request_id", &completion.request_id),
    ] {
        if let Some(text) = text {
            answer[key] = Value::from(text.as_str());
        }
    }
    if !completion.limits.is_empty() {
        answer["limits"] = json!(completion.limits);
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_match_in_any_order_and_without_secrets() {
        let headers = |pairs: &[(&str, &str)]| {
            Headers(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
        };
        let recorded = headers(&[("a", "1"), ("x-key", REDACTED), ("b", "2"), ("b", "3")]);
        for (case, sent, expected) in [
            ("order and key", headers(&[("B", "2"), ("b", "3"), ("x-key", "k"), ("a", "1")]), true),
            ("missing key", headers(&[("b", "2"), ("b", "3"), ("a", "1")]), false),
            ("another value", headers(&[("b", "3"), ("b", "2"), ("x-key", "k"), ("a", "1")]), false),
            ("one more", headers(&[("b", "2"), ("b", "3"), ("x-key", "k"), ("a", "1"), ("c", "4")]), false),
        ] {
            assert_eq!(are_same_headers(&sent, &recorded), expected, "{case}");
        }
    }
}
