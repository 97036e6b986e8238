//! The error in a failed response, in the form of any service.
//!
//! OpenAI nests an `error` object whose `code` is text or null; llama-server and `OpenRouter` put a number there;
//! Ollama may write `error` as plain text; Mistral's errors are flat; validation errors have a `detail` that is text or
//! a list.

use rowsmith_plugin_api::prelude::*;

/// The error in a failed response.
pub(crate) struct OpenAiError<'a> {
    /// The HTTP status, or the one in the body of a success.
    pub(crate) status: u16,
    pub(crate) code: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) param: &'a str,
    pub(crate) message: String,
    /// `OpenRouter`'s additions: the source of a limit, the text of the model's own provider.
    pub(crate) metadata: &'a Value,
    pub(crate) sent_schema: bool,
    withheld: &'a str,
}

impl<'a> OpenAiError<'a> {
    /// Reads the body of a response; `None` when it is not JSON.
    pub(crate) fn read(http_status: u16, body: Option<&'a Value>, sent_schema: bool) -> Self {
        let body = body.unwrap_or(&Value::Null);
        let error = match &body["error"] {
            Value::Object(_) => &body["error"],
            _ => body,
        };
        let text = |key: &str| error[key].as_str().unwrap_or_default();
        Self {
            status: status(http_status, body, error),
            code: text("code"),
            kind: text("type"),
            param: text("param"),
            message: message(body, error),
            metadata: &error["metadata"],
            sent_schema,
            withheld: text("failed_generation"),
        }
    }

    /// Returns whether code or type is one of the given.
    pub(crate) fn is(&self, any: &[&str]) -> bool {
        any.contains(&self.code) || any.contains(&self.kind)
    }

    /// Returns whether the message contains one of the texts, which are in lower case.
    pub(crate) fn says(&self, any: &[&str]) -> bool {
        let message = self.message.to_ascii_lowercase();
        any.iter().any(|text| message.contains(text))
    }

    /// Returns whether a content filter rejected the question.
    pub(crate) fn is_filtered(&self) -> bool {
        self.is(&["content_filter", "content_policy_violation", "data_inspection_failed"])
            || self.metadata.get("flagged_input").is_some()
    }

    /// Returns the model's text that the service withheld because it does not match the schema.
    pub(crate) fn withheld_text(&self) -> Option<&'a str> {
        (self.code == "json_validate_failed" && !self.withheld.is_empty()).then_some(self.withheld)
    }
}

fn status(http_status: u16, body: &Value, error: &Value) -> u16 {
    if http_status >= 300 {
        return http_status;
    }
    let candidates = [&error["code"], &error["status"], &error["status_code"], &body["raw_status_code"]];
    let number = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
    let named = candidates.into_iter().filter_map(number).find(|code| (400..600).contains(code));
    // An error in a success without a status of its own is unusual, and so assumed to be temporary.
    named.and_then(|code| u16::try_from(code).ok()).unwrap_or(500)
}

fn message(body: &Value, error: &Value) -> String {
    if let Some(text) = error["message"].as_str() {
        // The model's own provider is more exact than the router in front of it.
        return match error["metadata"]["raw"].as_str() {
            Some(raw) if !raw.is_empty() => format!("{text}: {raw}"),
            _ => text.to_owned(),
        };
    }
    match (&body["error"], &body["detail"], &body["message"]) {
        (Value::String(text), _, _) | (_, Value::String(text), _) | (_, Value::Null, Value::String(text)) => {
            text.clone()
        }
        (_, Value::Null, _) => String::new(),
        (_, detail, _) => problems(detail),
    }
}

/// Returns a list of validation problems, each with its path and message, as one text.
fn problems(value: &Value) -> String {
    let Some(items) = value.as_array() else {
        return value.to_string();
    };
    let one = |item: &Value| {
        let Some(message) = item["msg"].as_str() else {
            return item.to_string();
        };
        let path = item["loc"].as_array().map(Vec::as_slice).unwrap_or_default();
        let path: Vec<String> =
            path.iter().map(|step| step.as_str().map_or_else(|| step.to_string(), str::to_owned)).collect();
        if path.is_empty() { message.to_owned() } else { format!("{}: {message}", path.join(".")) }
    };
    items.iter().map(one).collect::<Vec<_>>().join("; ")
}
