//! Converts requests to messages of the protocol, and replies to completions.

use rowsmith_exec::Reply;
use rowsmith_plugin_api::prelude::serde_json::value::RawValue;
use rowsmith_plugin_api::prelude::*;

/// The value of `complete`. Parts of the request that are JSON text are embedded as JSON.
#[derive(Serialize)]
struct CompleteMessage<'a> {
    system: &'a str,
    user: String,
    rows: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<&'a RawValue>,
    rules: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_output_tokens: Option<u32>,
    row_count: u32,
}

/// Writes the request as JSON on one line.
pub(crate) fn question(request: &CompletionRequest) -> Result<String> {
    let question = CompleteMessage {
        system: &request.system,
        user: request.user_text(),
        rows: json("rows", &request.rows)?,
        schema: request.schema.as_deref().map(|schema| json("schema", schema)).transpose()?,
        rules: json("rules", &request.rules)?,
        max_output_tokens: request.max_output_tokens,
        row_count: request.row_count,
    };
    // JSON text has line feeds only between tokens; inside strings they are escaped.
    Ok(serde_json::to_string(&question)?.replace(['\n', '\r'], " "))
}

fn json<'a>(part: &str, text: &'a str) -> Result<&'a RawValue> {
    let text = if text.is_empty() { "{}" } else { text };
    serde_json::from_str(text)
        .map_err(|error| Error::new(ErrorKind::BadRequest, format!("the {part} of the request are not JSON: {error}")))
}

/// Converts a reply to a completion.
pub(crate) fn completion(title: &str, reply: Reply) -> Result<Completion> {
    let text = match (reply.text, reply.answer) {
        (Some(text), None) => text,
        (None, Some(answer)) => answer.get().to_owned(),
        (None, None) | (Some(_), Some(_)) => {
            let message = format!("expected either `text` or `answer` from `{title}`, received neither or both");
            return Err(Error::new(ErrorKind::InvalidData, message).maybe_billed());
        }
    };
    let mut completion = Completion::text(text);
    completion.finish = reply.finish.unwrap_or(FinishReason::Stop);
    completion.usage = reply.usage;
    completion.model = reply.model;
    completion.requests = reply.requests;
    completion.limits = reply.limits.unwrap_or_default();
    Ok(completion)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_one_line() {
        let request = CompletionRequest {
            system: "be\nbrief".to_owned(),
            note: "rows:".to_owned(),
            rows: "{\"r0\":\n {\"row\": {\"n\": 1.50}}}".to_owned(),
            row_count: 1,
            ..CompletionRequest::default()
        };
        let line = question(&request).unwrap();
        assert!(!line.contains('\n'), "{line}");
        assert!(line.contains("1.50"), "numbers keep their digits: {line}");
        let read: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(read["system"], "be\nbrief");
        assert_eq!(read["user"], "rows:\n{\"r0\":\n {\"row\": {\"n\": 1.50}}}");
        assert_eq!(read["rows"]["r0"]["row"]["n"], 1.5);
        assert_eq!((&read["rules"], &read["schema"]), (&json!({}), &Value::Null));
    }
}
