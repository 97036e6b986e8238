//! The error in a failed response, in the form of any service.
//!
//! Services put their text into `error.message`, `error`, `message`, `detail`, `msg` and other places, their codes into
//! `code`, `type`, `status`, `reason` and others, at several depths, and proxies put the whole of it as JSON into a text.

use super::patterns::Patterns;
use super::wording::{message, words};
use crate::http::HttpResponse;
use crate::service::Streamed;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// Members that hold a text for people.
const TEXTS: [&str; 17] = [
    "message",
    "msg",
    "error",
    "detail",
    "details",
    "description",
    "error_description",
    "error_msg",
    "error_message",
    "errormessage",
    "status_msg",
    "title",
    "raw",
    "errors",
    "cause",
    "explanation",
    "failure",
];
/// Members that hold a code.
const CODES: [&str; 15] = [
    "code",
    "type",
    "status",
    "reason",
    "reasons",
    "error_type",
    "error_code",
    "errorcode",
    "status_code",
    "limit_source",
    "quotaid",
    "param",
    "finish_reason",
    "finishreason",
    "exception",
];
/// Members that repeat parts of the request or of the answer, whose words are not the service's.
const FOREIGN: [&str; 11] = [
    "input",
    "messages",
    "request",
    "prompt",
    "choices",
    "candidates",
    "usage",
    "content",
    "failed_generation",
    "flagged_input",
    "ctx",
];
/// Maximum depth of the members that are read.
const MAX_DEPTH: usize = 8;
/// Maximum characters of all texts, so that a page of prose costs no time.
const MAX_TEXT_CHARS: usize = 8_000;

/// Maximum bytes of a body that is a message of plain text.
const MAX_PLAIN_BYTES: usize = 1_000;

/// Addresses contain words like `safety` and `policies`.
static ADDRESSES: LazyLock<Patterns> = LazyLock::new(|| Patterns::new(&[r"https?://[^\s\x22]+"]));

/// The error in a failed response.
#[derive(Debug, Clone, Default)]
pub struct FailureReport {
    /// The HTTP status; for a success the one that its body names, or 500.
    pub status: u16,
    /// The service's text for people; may be empty.
    pub message: String,
    /// The service's codes, types and reasons, as they are written.
    pub codes: Vec<String>,
    /// All texts in lower case, without addresses.
    pub(super) texts: String,
    /// All codes in lower case, as words: `DataInspectionFailed` and `data_inspection_failed` are equal.
    pub(super) code_words: String,
    /// The body.
    pub(super) body: Value,
}

impl FailureReport {
    /// Reads the error in a response. `body` is its JSON, or the part of it that holds the error; without one, the text of
    /// the response counts, and the last part of a stream.
    pub fn of(response: &HttpResponse, body: Option<&Value>) -> Self {
        let status = response.status.as_u16();
        if body.is_some() {
            return Self::read(status, body);
        }
        if let Some(part) = Streamed::read(response).and_then(|streamed| streamed.parts.into_iter().last()) {
            return Self::read(status, Some(&part));
        }
        let text = response.text();
        let text = text.trim();
        let is_page = text.starts_with('<') || text.len() > MAX_PLAIN_BYTES;
        Self::read(status, (!is_page && !text.is_empty()).then(|| json!({ "message": text })).as_ref())
    }

    /// Reads the error in a body.
    pub(super) fn read(http_status: u16, body: Option<&Value>) -> Self {
        let body = body.cloned().unwrap_or_default();
        let mut found = Found::default();
        found.walk("", &body, 0);
        let error = if body["error"].is_object() { &body["error"] } else { &body };
        let message = message(&body, error).or_else(|| found.texts.first().cloned()).unwrap_or_default();
        if !found.texts.contains(&message) {
            found.texts.push(message.clone());
        }
        let texts: String = found.texts.join("\n").chars().take(MAX_TEXT_CHARS).collect();
        Self {
            status: status(http_status, &body, error),
            message,
            texts: ADDRESSES.removed(&texts.to_lowercase()),
            code_words: found.codes.iter().map(|code| words(code)).collect::<Vec<_>>().join("\n"),
            codes: found.codes,
            body,
        }
    }

    /// Returns whether one of the codes is one of the given.
    pub fn has_code(&self, any: &[&str]) -> bool {
        self.codes.iter().any(|code| any.contains(&code.as_str()))
    }

    /// Returns whether the texts contain one of the given, which are in lower case.
    pub fn says(&self, any: &[&str]) -> bool {
        any.iter().any(|text| self.texts.contains(text))
    }

    /// Returns the code under this name in the error.
    pub fn code(&self, name: &str) -> Option<&str> {
        let error = if self.body["error"].is_object() { &self.body["error"] } else { &self.body };
        error[name].as_str().filter(|code| !code.is_empty())
    }
}

/// The texts and codes of a body, in its order.
#[derive(Default)]
struct Found {
    texts: Vec<String>,
    codes: Vec<String>,
}

impl Found {
    fn walk(&mut self, key: &str, value: &Value, depth: usize) {
        if depth > MAX_DEPTH {
            return;
        }
        match value {
            Value::Object(members) => {
                for (key, value) in members {
                    let key = key.to_ascii_lowercase();
                    if !FOREIGN.contains(&key.as_str()) {
                        self.walk(&key, value, depth + 1);
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.walk(key, item, depth + 1)),
            Value::String(text) if !text.is_empty() => self.text(key, text, depth),
            Value::Number(number) if CODES.contains(&key) => self.codes.push(number.to_string()),
            _ => {}
        }
    }

    fn text(&mut self, key: &str, text: &str, depth: usize) {
        if CODES.contains(&key) {
            self.codes.push(text.to_owned());
        } else if TEXTS.contains(&key) {
            self.texts.push(text.to_owned());
        }
        // A proxy's text may hold the whole error of the service behind it.
        let nested = text.find(['{', '[']).and_then(|at| text.get(at..));
        let mut nested = serde_json::Deserializer::from_str(nested.unwrap_or_default()).into_iter::<Value>();
        if let Some(Ok(nested)) = nested.next() {
            self.walk("", &nested, depth + 1);
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_is_found_in_every_form() {
        for (name, body, message) in [
            ("nested", json!({"error": {"message": "m", "code": 1}}), "m"),
            ("behind a router", json!({"error": {"message": "m", "metadata": {"raw": "r"}}}), "m: r"),
            ("text", json!({"error": "m", "code": "c"}), "m"),
            ("detail", json!({"detail": "m"}), "m"),
            ("flat", json!({"object": "error", "message": "m"}), "m"),
            ("short", json!({"code": 1, "msg": "m"}), "m"),
            ("one kind", json!({"error_code": 1, "error_msg": "m"}), "m"),
            ("another kind", json!({"base_resp": {"status_code": 1026, "status_msg": "m"}}), "m"),
            ("problems", json!({"detail": [{"loc": ["body", "a", 0], "msg": "m"}, 1]}), "body.a.0: m; 1"),
            ("inner", json!({"error": {"innererror": {"message": "m"}}}), "m"),
            ("a list of errors", json!({"errors": [{"message": "m"}]}), "m"),
            ("nothing", json!({}), ""),
        ] {
            assert_eq!(FailureReport::read(400, Some(&body)).message, message, "{name}");
        }
        assert_eq!(FailureReport::read(502, None).message, "");
    }

    #[test]
    fn codes_and_texts_of_all_depths_are_read_but_not_the_request() {
        let raw = json!({"error": {"message": "Inner Text", "code": "inner_code"}}).to_string();
        let report = FailureReport::read(
            400,
            Some(&json!({
                "error": {"message": format!("proxy: {raw} See https://x.example/safety."), "type": null, "code": "OuterCode"},
                "input": {"message": "row text"}, "detail": [{"msg": "bad", "input": {"message": "row text"}}],
            })),
        );
        assert!(report.has_code(&["inner_code"]) && report.has_code(&["OuterCode"]));
        assert!(report.says(&["inner text"]) && report.says(&["bad"]));
        assert!(!report.says(&["row text"]) && !report.says(&["safety"]), "{}", report.texts);
        assert_eq!(report.code_words, "inner code\nouter code");
    }

    #[test]
    fn the_status_of_a_success_is_the_one_in_its_body() {
        for (http, body, status) in [
            (429, json!({"error": {"code": 500}}), 429),
            (200, json!({"error": {"code": 402}}), 402),
            (200, json!({"error": {"code": "429"}}), 429),
            (200, json!({"raw_status_code": 503}), 503),
            (200, json!({"error": {"code": 7}}), 500),
            (200, json!({"error": "odd"}), 500),
        ] {
            assert_eq!(FailureReport::read(http, Some(&body)).status, status, "{body}");
        }
    }
}
