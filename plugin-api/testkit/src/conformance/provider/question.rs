//! The question that the checks ask, and how they ask it.

use crate::FakeHost;
use crate::conformance::finding::{Judged, outcome, skipped};
use crate::conformance::subject::Subject;
use rowsmith_plugin_api::glue::client::ProviderClient;
use rowsmith_plugin_api::{Completion, CompletionRequest, HttpRequest, HttpResponse, Result};
use serde_json::json;

/// A question as the host asks it: two rows, one column.
pub(super) fn question() -> CompletionRequest {
    let rule = json!({"summary": {"type": "string", "max_words": 12, "description": "what the row is about"}});
    let answer = json!({"type": "object", "properties": {"summary": {"type": "string"}}, "required": ["summary"]});
    let schema = json!({"type": "object", "properties": {"r0": answer, "r1": answer}, "required": ["r0", "r1"]});
    let row = |topic: &str, text: &str| json!({"row": {"topic": topic, "text": text}});
    CompletionRequest {
        system: "Summarise each row.".to_owned(),
        note: "These are the rows.".to_owned(),
        rows: json!({
            "r0": row("The Moon", "The Moon is the best first target. Sketch its craters along the terminator."),
            "r1": row("Jupiter", "Jupiter shows four moons, even in a small telescope."),
        })
        .to_string(),
        schema: Some(schema.to_string()),
        rules: rule.to_string(),
        max_output_tokens: Some(400),
        row_count: 2,
        json_mode: false,
    }
}

/// Asks a fresh provider once, whose requests are answered with `answer`; returns what came and what was sent.
pub(super) fn asked(
    subject: &Subject,
    answer: impl Fn() -> Result<HttpResponse> + Send + Sync + 'static,
) -> Judged<(Result<Completion>, Vec<HttpRequest>)> {
    let place = subject.place()?;
    let host = FakeHost::new(move |_| answer());
    let opened = subject.open(&place, &host)?;
    let client = ProviderClient(opened.remote.clone());
    let result = outcome("a question", client.complete(&question()))?;
    Ok((result, host.requests()))
}

/// As [`asked`], for checks that mean nothing for a provider that sends no request.
pub(super) fn asked_service(
    subject: &Subject,
    answer: impl Fn() -> Result<HttpResponse> + Send + Sync + 'static,
) -> Judged<(Result<Completion>, Vec<HttpRequest>)> {
    let (result, requests) = asked(subject, answer)?;
    if requests.is_empty() { skipped("the provider sends no request") } else { Ok((result, requests)) }
}
