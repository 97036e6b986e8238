//! Calls of a provider with the question of the checks.

use crate::FakeHost;
use crate::conformance::assertion::{CheckResult, skip, wait_for};
use crate::conformance::plugin_under_test::PluginUnderTest;
use rowsmith_plugin_api::bridge::client::ProviderClient;
use rowsmith_plugin_api::completion::{ProviderInfo, StructuredOutput};
use rowsmith_plugin_api::{Completion, CompletionRequest, Error, ErrorKind, HttpRequest, HttpResponse, Result};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Rows of the question: key under a schema, id in a list, tag to copy, and the columns of the row.
pub(super) const ROWS: [(&str, &str, &str, &str, &str); 2] = [
    ("r0", "k3f9a", "x7q2", "The Moon", "The Moon is the best first target. Sketch its craters along the terminator."),
    ("r1", "b81mz", "k2w9", "Jupiter", "Jupiter shows four moons, even in a small telescope."),
];

/// Returns a question of two rows and one column, as the host asks it for a kind of structured output.
pub(super) fn question(output: StructuredOutput) -> CompletionRequest {
    let rule = json!({"summary": {"type": "string", "max_words": 12, "description": "what the row is about"}});
    let question = CompletionRequest {
        system: "Summarise each row.".to_owned(),
        note: "These are the rows. Copy each row's \"tag\" into the field \"tag\" of its answer.".to_owned(),
        rules: rule.to_string(),
        max_output_tokens: Some(400),
        row_count: 2,
        ..CompletionRequest::default()
    };
    if output == StructuredOutput::JsonSchema {
        let rows: Map<String, Value> = ROWS
            .iter()
            .map(|(key, _, tag, topic, text)| {
                ((*key).to_owned(), json!({"tag": tag, "row": {"topic": topic, "text": text}}))
            })
            .collect();
        return CompletionRequest {
            rows: Value::Object(rows).to_string(),
            schema: Some(schema().to_string()),
            ..question
        };
    }
    let rows: Value = ROWS
        .iter()
        .map(|(_, id, tag, topic, text)| json!({"id": id, "tag": tag, "row": {"topic": topic, "text": text}}))
        .collect();
    CompletionRequest { rows: rows.to_string(), json_mode: output == StructuredOutput::JsonObject, ..question }
}

/// The schema of a keyed answer.
fn schema() -> Value {
    let text = json!({"type": "string"});
    let answer = json!({
        "type": "object",
        "properties": {"tag": text, "summary": text},
        "required": ["tag", "summary"],
        "additionalProperties": false,
    });
    json!({
        "type": "object",
        "properties": {"r0": answer, "r1": answer},
        "required": ["r0", "r1"],
        "additionalProperties": false,
    })
}

/// Returns the provider's description of itself. Skips the check if there is none.
pub(super) fn describe(client: &ProviderClient) -> CheckResult<ProviderInfo> {
    wait_for("describing the provider", client.info())?.or_else(|_| skip("the provider does not describe itself"))
}

/// One call: the question, the result, and the requests that were sent.
pub(super) struct ProviderCall {
    pub(super) question: CompletionRequest,
    pub(super) result: Result<Completion>,
    pub(super) requests: Vec<HttpRequest>,
    /// Maximum requests that the provider declares for one answer.
    pub(super) max_requests: usize,
}

/// Calls a new instance once. `answer` answers its requests, as many as the provider declares: one that waits for another
/// response ends too.
pub(super) fn call(
    plugin: &PluginUnderTest,
    answer: impl Fn(&HttpRequest) -> Result<HttpResponse> + Send + Sync + 'static,
) -> CheckResult<ProviderCall> {
    let folder = plugin.test_folder()?;
    let left = Arc::new(AtomicUsize::new(0));
    let left_of_host = Arc::clone(&left);
    let host = FakeHost::new(move |request| {
        let before = left_of_host.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        before.map_err(|_| Error::new(ErrorKind::Cancelled, "the suite answers no more requests"))?;
        answer(request)
    });
    let opened = plugin.open(&folder, &host)?;
    let client = ProviderClient(opened.remote.clone());
    let info = describe(&client)?;
    let max_requests = usize::try_from(info.max_requests_per_answer).unwrap_or(usize::MAX).max(1);
    left.store(max_requests, Ordering::SeqCst);
    let question = question(info.structured_output);
    let result = wait_for("a question", client.complete(&question))?;
    Ok(ProviderCall { question, result, requests: host.requests(), max_requests })
}

/// Calls a new instance once. Skips the check if the provider sends no request.
pub(super) fn call_service(
    plugin: &PluginUnderTest,
    answer: impl Fn(&HttpRequest) -> Result<HttpResponse> + Send + Sync + 'static,
) -> CheckResult<ProviderCall> {
    let called = call(plugin, answer)?;
    if called.requests.is_empty() { skip("the provider sends no request") } else { Ok(called) }
}
