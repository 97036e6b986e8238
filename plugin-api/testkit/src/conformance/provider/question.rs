//! The question that the checks ask, and how they ask it.

use crate::FakeHost;
use crate::conformance::finding::{Judged, outcome, skipped};
use crate::conformance::subject::Subject;
use rowsmith_plugin_api::bridge::client::ProviderClient;
use rowsmith_plugin_api::completion::StructuredOutput;
use rowsmith_plugin_api::{Completion, CompletionRequest, HttpRequest, HttpResponse, Result};
use serde_json::{Map, Value, json};

/// The rows of the question: the key under a schema, the id in a list, the tag to copy, and the row itself.
pub(super) const ROWS: [(&str, &str, &str, &str, &str); 2] = [
    ("r0", "k3f9a", "x7q2", "The Moon", "The Moon is the best first target. Sketch its craters along the terminator."),
    ("r1", "b81mz", "k2w9", "Jupiter", "Jupiter shows four moons, even in a small telescope."),
];

/// A question as the host asks it, of a provider that makes its answers JSON in the given way: two rows, one column.
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

/// The question in the shape that the provider asks for.
pub(super) fn question_for(client: &ProviderClient) -> Judged<CompletionRequest> {
    match outcome("asking the provider what it is", client.info())? {
        Ok(info) => Ok(question(info.structured_output)),
        Err(_) => skipped("the provider does not say what it is"),
    }
}

/// What a provider was asked, what it said, and what it sent.
pub(super) struct Asked {
    pub(super) question: CompletionRequest,
    pub(super) result: Result<Completion>,
    pub(super) requests: Vec<HttpRequest>,
}

/// Asks a fresh provider once, whose requests are answered with `answer`.
pub(super) fn asked(
    subject: &Subject,
    answer: impl Fn() -> Result<HttpResponse> + Send + Sync + 'static,
) -> Judged<Asked> {
    let place = subject.place()?;
    let host = FakeHost::new(move |_| answer());
    let opened = subject.open(&place, &host)?;
    let client = ProviderClient(opened.remote.clone());
    let question = question_for(&client)?;
    let result = outcome("a question", client.complete(&question))?;
    Ok(Asked { question, result, requests: host.requests() })
}

/// As [`asked`], for checks that mean nothing for a provider that sends no request.
pub(super) fn asked_service(
    subject: &Subject,
    answer: impl Fn() -> Result<HttpResponse> + Send + Sync + 'static,
) -> Judged<(Result<Completion>, Vec<HttpRequest>)> {
    let Asked { result, requests, .. } = asked(subject, answer)?;
    if requests.is_empty() { skipped("the provider sends no request") } else { Ok((result, requests)) }
}
