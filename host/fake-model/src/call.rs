//! One request of a client, read by its wire format. Pure: no socket, no clock.

use crate::dialect::{CallId, Dialect, Operation, recognize};
use crate::http::HttpRequest;
use crate::prompt::Prompt;
use crate::record::RequestRecord;
use serde_json::Value;
use std::time::Duration;

/// The name of the model if neither the script nor the request has one.
pub(crate) const DEFAULT_MODEL: &str = "fake-model";

/// A request and what it asks for.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) dialect: &'static dyn Dialect,
    pub(crate) operation: Operation,
    pub(crate) model: Option<String>,
    pub(crate) prompt: Prompt,
    /// True for a completion request whose body is not JSON.
    pub(crate) malformed: bool,
}

impl Call {
    /// Reads a request. Position and time of the record are set when it is admitted.
    pub(crate) fn read(request: HttpRequest) -> (Self, RequestRecord) {
        let (dialect, operation) = recognize(&request);
        let completion = operation.is_completion();
        let body: Option<Value> = serde_json::from_slice(&request.body).ok();
        let malformed = completion && body.is_none();
        let body = body.unwrap_or_default();
        let has_prompt = completion || matches!(operation, Operation::CountTokens { .. });
        let parts = if has_prompt { dialect.read(&body) } else { <_>::default() };
        let model = match &operation {
            Operation::Complete { model: Some(model) }
            | Operation::ShowModel { model }
            | Operation::CountTokens { model } => Some(model.clone()),
            _ => parts.model.map(str::to_owned),
        };
        let prompt = Prompt::read(&parts);
        let record = RequestRecord {
            index: 0,
            at: Duration::ZERO,
            path: request.target,
            dialect: dialect.name(),
            completion,
            model: model.clone(),
            key: dialect.key(&request.headers).map(str::to_owned),
            headers: request.headers,
            body,
            rows: prompt.rows.clone(),
            prompt_tokens: prompt.tokens(),
            output_cap: prompt.output_cap,
            status: None,
            sent: false,
        };
        (Self { dialect, operation, model, prompt, malformed }, record)
    }

    /// Returns the values that the reply repeats.
    pub(crate) fn id(&self, index: usize) -> CallId<'_> {
        CallId { index, model: self.model.as_deref().unwrap_or(DEFAULT_MODEL) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::Field;
    use serde_json::json;

    fn read(target: &str, body: &Value) -> Call {
        let request = HttpRequest {
            method: "POST".to_owned(),
            target: target.to_owned(),
            headers: <_>::default(),
            body: body.to_string().into_bytes(),
        };
        Call::read(request).0
    }

    #[test]
    fn every_format_gives_the_same_prompt() {
        let text = r#"Rows: {"r0":{"tag":"t","row":{"Topic":"a"},"rejected":"why"}}"#;
        let schema = json!({"type": "object", "properties": {"r0": {"type": "object", "properties": {"t": {"type": "string"}}}}});
        let gemini = json!({"systemInstruction": {"parts": [{"text": "Label."}]},
            "contents": [{"parts": [{"text": "old"}]}, {"parts": [{"text": text}]}],
            "generationConfig": {"maxOutputTokens": 9, "responseJsonSchema": schema}});
        let openai = json!({"messages": [{"role": "system", "content": "Label."}, {"role": "user", "content": "old"},
            {"role": "user", "content": [{"type": "text", "text": text}]}], "max_tokens": 9, "model": "m",
            "response_format": {"type": "json_schema", "json_schema": {"name": "rows", "schema": schema}}});
        for (path, body) in [("/v1beta/models/m:generateContent", gemini), ("/v1/chat/completions", openai)] {
            let call = read(path, &body);
            assert_eq!(call.model.as_deref(), Some("m"), "{path}");
            assert_eq!(call.prompt.rows.len(), 1, "{path}");
            assert_eq!(call.prompt.rows[0].rejected.as_deref(), Some("why"), "{path}");
            assert_eq!(call.prompt.fields, Some(vec![Field::text("t")]), "{path}");
            assert_eq!(call.prompt.chars, 9 + text.len(), "{path}");
            assert_eq!(call.prompt.output_cap, Some(9), "{path}");
        }
    }
}
