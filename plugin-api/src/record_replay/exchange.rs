//! One exchange: a request, and its response or error.

use super::test_case::TestCase;
use super::{Body, Headers};
use crate::error::{Error, ErrorKind, Result};
use crate::http::{HttpRequest, HttpResponse, StatusCode, header_map, header_texts};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Version of the format.
pub const VERSION: u32 = 1;

/// One exchange over HTTP, as it is stored in a file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ExchangeFile")]
pub struct Exchange {
    /// [`VERSION`].
    pub version: u32,
    /// Kind and name of the plugin that sent the request, for example `provider-gemini`. An empty name stands for any.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub plugin: String,
    /// The request.
    pub request: RecordedRequest,
    /// Its result: `response` or `error` in the file.
    #[serde(flatten)]
    pub outcome: ExchangeOutcome,
    /// Duration in seconds, with the redirects and retries that the plugin left to the host.
    pub seconds: f64,
    /// The question and answer of a provider's test: `config`, `question` and `answer` in the file.
    #[serde(flatten)]
    pub test_case: Option<TestCase>,
}

/// A request in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedRequest {
    /// `GET`, `POST`, …
    pub method: String,
    /// Address.
    pub url: String,
    /// Names and values.
    #[serde(default, skip_serializing_if = "Headers::is_empty")]
    pub headers: Headers,
    /// Timeout that the plugin asked for, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// Body.
    #[serde(default, skip_serializing_if = "Body::is_empty")]
    pub body: Body,
}

/// A response in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedResponse {
    /// Status code.
    pub status: u16,
    /// Address that responded, after redirects.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub url: String,
    /// Names and values.
    #[serde(default, skip_serializing_if = "Headers::is_empty")]
    pub headers: Headers,
    /// Body.
    #[serde(default)]
    pub body: Body,
}

/// The result of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ExchangeOutcome {
    /// A response of any status.
    Response(RecordedResponse),
    /// The connection failed, or the response is incomplete.
    Error(Error),
}

/// The fields of a file. Unlike a flattened enum, it names a missing field.
#[derive(Deserialize)]
struct ExchangeFile {
    version: Option<u32>,
    #[serde(default)]
    plugin: String,
    request: RecordedRequest,
    response: Option<RecordedResponse>,
    error: Option<Value>,
    #[serde(default)]
    seconds: f64,
    config: Option<Value>,
    question: Option<Value>,
    answer: Option<Value>,
}

impl ExchangeFile {
    /// Reads the files of plugin tests of 0.2 and earlier. They have no version, and the provider's error is beside
    /// the response.
    fn upgraded(mut self) -> Self {
        if self.version.is_none() && self.response.is_some() {
            self.answer = self.error.take().map(|error| json!({ "error": error })).or(self.answer.take());
            self.version = self.answer.is_some().then_some(VERSION);
        }
        self
    }

    fn test_case(&mut self) -> std::result::Result<Option<TestCase>, String> {
        match (self.config.take(), self.question.take(), self.answer.take()) {
            (None, None, None) => Ok(None),
            (Some(config), question, Some(mut answer)) => {
                if let Some(error) = answer.get_mut("error") {
                    *error = json!(read_error(error.take())?);
                }
                Ok(Some(TestCase { config, question, answer }))
            }
            (None, ..) => Err("`config` is missing beside `question` or `answer`".to_owned()),
            (_, _, None) => Err("`answer` is missing beside `config`".to_owned()),
        }
    }
}

/// Reads an error of this or an older version.
fn read_error(error: Value) -> std::result::Result<Error, String> {
    let error = serde_json::from_value(error).map_err(|error| format!("`error`: {error}"))?;
    Ok(Error::without_legacy_texts(error))
}

impl TryFrom<ExchangeFile> for Exchange {
    type Error = String;

    fn try_from(file: ExchangeFile) -> std::result::Result<Self, String> {
        let mut file = file.upgraded();
        let version = file.version.ok_or("missing field `version`")?;
        let test_case = file.test_case()?;
        let outcome = match (file.response, file.error) {
            (Some(response), None) => ExchangeOutcome::Response(response),
            (None, Some(error)) => ExchangeOutcome::Error(read_error(error)?),
            (None, None) => return Err("`response` or `error` is missing".to_owned()),
            (Some(_), Some(_)) => {
                return Err(
                    "`response` and `error` exclude each other; the error of a provider is an `answer`".to_owned()
                );
            }
        };
        Ok(Self { version, plugin: file.plugin, request: file.request, outcome, seconds: file.seconds, test_case })
    }
}

impl From<&HttpRequest> for RecordedRequest {
    fn from(request: &HttpRequest) -> Self {
        Self {
            method: request.method.to_string(),
            url: request.url.clone(),
            headers: Headers(header_texts(&request.headers)),
            timeout_ms: request.timeout_ms,
            body: Body(request.body.clone()),
        }
    }
}

impl From<&HttpResponse> for RecordedResponse {
    fn from(response: &HttpResponse) -> Self {
        Self {
            status: response.status.as_u16(),
            url: response.url.clone(),
            headers: Headers(header_texts(&response.headers)),
            body: Body(response.body.clone()),
        }
    }
}

impl From<&Result<HttpResponse>> for ExchangeOutcome {
    fn from(result: &Result<HttpResponse>) -> Self {
        match result {
            Ok(response) => Self::Response(RecordedResponse::from(response)),
            Err(error) => Self::Error(error.clone()),
        }
    }
}

impl From<ExchangeOutcome> for Result<HttpResponse> {
    fn from(outcome: ExchangeOutcome) -> Self {
        match outcome {
            ExchangeOutcome::Response(RecordedResponse { status, url, headers, body }) => {
                let status = StatusCode::from_u16(status)
                    .map_err(|_| Error::new(ErrorKind::InvalidData, format!("invalid HTTP status {status}")))?;
                Ok(HttpResponse { status, headers: header_map(&headers.0)?, url, body: body.0 })
            }
            ExchangeOutcome::Error(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(changes: &Value) -> Value {
        let mut file = json!({
            "version": 1,
            "request": {"method": "GET", "url": "http://h"},
            "response": {"status": 200},
        });
        for (key, value) in changes.as_object().into_iter().flatten() {
            file[key] = value.clone();
        }
        file
    }

    fn read(file: Value) -> std::result::Result<Exchange, String> {
        serde_json::from_value(file).map_err(|error| error.to_string())
    }

    #[test]
    fn exchanges_survive_storage() {
        let error = Error::new(ErrorKind::Retryable, "connection reset").with_context("url", "http://h");
        let plain = read(file(&json!({"plugin": "provider-x", "seconds": 0.5}))).expect("an exchange");
        let failed = Exchange { outcome: ExchangeOutcome::Error(error), ..plain.clone() };
        let with_case = read(file(&json!({"config": {"a": 1}, "question": {"rows": "[]"}, "answer": "fine"})));
        for exchange in [plain, failed, with_case.expect("an exchange")] {
            let stored = serde_json::to_value(&exchange).expect("JSON");
            assert_eq!(read(stored), Ok(exchange));
        }
    }

    #[test]
    fn incomplete_files_name_the_field() {
        for (changes, field) in [
            (json!({"version": null}), "`version`"),
            (json!({"response": null}), "`response` or `error`"),
            (json!({"error": {"kind": "auth", "message": "m"}}), "exclude each other"),
            (json!({"config": {}}), "`answer`"),
            (json!({"question": {}, "answer": "a"}), "`config`"),
            (json!({"request": {"method": "GET"}}), "`url`"),
        ] {
            let error = read(file(&changes)).expect_err(field);
            assert!(error.contains(field), "{error}");
        }
    }

    #[test]
    fn test_cases_of_older_versions_are_read() {
        let failure = json!({"kind": "auth", "message": "the key is wrong", "context": [["status", "401"]]});
        let upgraded = json!({"kind": "auth", "message": "the key is wrong", "http_status": 401});
        for (key, value, answer) in
            [("answer", json!("fine"), json!("fine")), ("error", failure, json!({ "error": upgraded }))]
        {
            let exchange = read(file(&json!({"version": null, "config": {"a": 1}, key: value}))).expect(key);
            assert_eq!(exchange.version, VERSION);
            assert_eq!(exchange.test_case, Some(TestCase { config: json!({"a": 1}), question: None, answer }));
            assert!(matches!(exchange.outcome, ExchangeOutcome::Response(_)));
        }
    }
}
