//! One exchange: who asked what, and what came of it.

use super::{Body, Headers};
use crate::error::{Error, ErrorKind, Result};
use crate::http::{HttpRequest, HttpResponse, StatusCode, header_map, header_texts};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// The version of the format that is written; no other is read.
pub const VERSION: u32 = 1;

/// One exchange over HTTP, as it stands in a file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Exchange {
    /// [`VERSION`].
    pub version: u32,
    /// Who asked, for example `provider-gemini`.
    pub plugin: String,
    /// What was asked.
    pub request: RecordedRequest,
    /// What came of it: `response` or `error` in the file.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// How long it took, with the redirects and repeats that the plugin allowed the host.
    pub seconds: f64,
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedRequest {
    /// `GET`, `POST`, …
    pub method: String,
    /// The address.
    pub url: String,
    /// Names and values.
    #[serde(default, skip_serializing_if = "Headers::is_empty")]
    pub headers: Headers,
    /// What was sent.
    #[serde(default, skip_serializing_if = "Body::is_empty")]
    pub body: Body,
}

/// A response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedResponse {
    /// The status code.
    pub status: u16,
    /// The address that answered, after redirects.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub url: String,
    /// Names and values.
    #[serde(default, skip_serializing_if = "Headers::is_empty")]
    pub headers: Headers,
    /// What was answered.
    #[serde(default)]
    pub body: Body,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The service answered, with whatever status.
    Response(RecordedResponse),
    /// There was no whole answer.
    Error(Error),
}

/// The file's own shape. Reading through it names the missing field, which a flattened enum does not.
#[derive(Deserialize)]
struct Written {
    version: u32,
    plugin: String,
    request: RecordedRequest,
    response: Option<RecordedResponse>,
    error: Option<Error>,
    #[serde(default)]
    seconds: f64,
}

impl<'de> Deserialize<'de> for Exchange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        let outcome = match (written.response, written.error) {
            (Some(response), None) => Outcome::Response(response),
            (None, Some(error)) => Outcome::Error(error.without_legacy_context()),
            (None, None) => return Err(D::Error::custom("there is neither `response` nor `error`")),
            (Some(_), Some(_)) => return Err(D::Error::custom("there are both `response` and `error`")),
        };
        let Written { version, plugin, request, seconds, .. } = written;
        Ok(Self { version, plugin, request, outcome, seconds })
    }
}

impl From<&HttpRequest> for RecordedRequest {
    fn from(request: &HttpRequest) -> Self {
        Self {
            method: request.method.to_string(),
            url: request.url.clone(),
            headers: Headers(header_texts(&request.headers)),
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

impl From<&Result<HttpResponse>> for Outcome {
    fn from(result: &Result<HttpResponse>) -> Self {
        match result {
            Ok(response) => Self::Response(RecordedResponse::from(response)),
            Err(error) => Self::Error(error.clone()),
        }
    }
}

impl From<Outcome> for Result<HttpResponse> {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Response(RecordedResponse { status, url, headers, body }) => {
                let status = StatusCode::from_u16(status)
                    .map_err(|_| Error::new(ErrorKind::InvalidData, format!("invalid HTTP status {status}")))?;
                Ok(HttpResponse { status, headers: header_map(&headers.0)?, url, body: body.0 })
            }
            Outcome::Error(error) => Err(error),
        }
    }
}
