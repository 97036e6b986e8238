//! HTTP, lent by the host.
//!
//! The host owns one client for all plugins: connections, TLS, proxies, time and size limits, redaction.
//! So a plugin is a pure mapping from a question to a request and from a response to an answer.

use crate::envelope;
use crate::error::{Error, ErrorKind, Result};
use crate::host::{Host, operation};
use crate::secret::Secret;
use rowsmith_abi::Buffer;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HttpRequest {
    /// `GET`, `POST`, …
    pub method: String,
    /// The absolute address, `http` or `https`.
    pub url: String,
    /// Names and values. Values of names that carry keys are never logged.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// What to send.
    #[serde(skip)]
    pub body: Vec<u8>,
    /// Longest time for the whole exchange; the host's default when absent.
    #[serde(default)]
    pub timeout_ms: Option<u64>,
    /// Most bytes of the response's body, after decompression; the host's default when absent.
    #[serde(default)]
    pub max_body_bytes: Option<u64>,
    /// How many redirects to follow. Providers follow none: their keys must not travel.
    #[serde(default)]
    pub redirects: u8,
    /// How often the host repeats the request after a 429, a 5xx or a broken connection, waiting as the
    /// server asks. Providers leave this at 0: the pipeline repeats their calls, within its limits.
    #[serde(default)]
    pub retries: u8,
}

impl HttpRequest {
    /// A request without headers or body.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            url: url.into(),
            headers: Vec::new(),
            body: Vec::new(),
            timeout_ms: None,
            max_body_bytes: None,
            redirects: 0,
            retries: 0,
        }
    }

    /// A `GET` that follows up to five redirects.
    pub fn get(url: impl Into<String>) -> Self {
        Self { redirects: 5, ..Self::new("GET", url) }
    }

    /// A `POST` of a JSON body.
    ///
    /// # Errors
    /// When `body` cannot be JSON.
    pub fn post_json<T: Serialize + ?Sized>(url: impl Into<String>, body: &T) -> Result<Self> {
        let mut request = Self::new("POST", url).header("content-type", "application/json");
        request.body = serde_json::to_vec(body)?;
        Ok(request)
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Adds `Authorization: Bearer …`.
    #[must_use]
    pub fn bearer(self, key: &Secret) -> Self {
        self.header("authorization", format!("Bearer {}", key.expose()))
    }

    /// Limits the time of the whole exchange.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout_ms = Some(u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX));
        self
    }

    /// Lets the host repeat the request when it failed for a passing reason.
    #[must_use]
    pub fn retries(mut self, retries: u8) -> Self {
        self.retries = retries;
        self
    }

    /// The request as bytes, for the boundary.
    ///
    /// # Errors
    /// When the body is over 4 GiB.
    pub fn encode(&self) -> Result<Buffer> {
        envelope::encode(self, &[&self.body])
    }

    /// Reads what [`HttpRequest::encode`] wrote.
    ///
    /// # Errors
    /// When the bytes are not such a message.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let (mut head, [body]): (Self, [&[u8]; 1]) = envelope::decode(bytes)?;
        head.body = body.to_vec();
        Ok(head)
    }
}

/// A response. Every status is a response; only a failed exchange is an error.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HttpResponse {
    /// The status code.
    pub status: u16,
    /// Names, in lower case, and values.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    /// The address that answered, after redirects.
    #[serde(default)]
    pub url: String,
    /// The body, decompressed.
    #[serde(skip)]
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// A response of the given status and body.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), url: String::new(), body: body.into() }
    }

    /// The first header of a name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str())
    }

    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as text; bytes that are not UTF-8 are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] with the address and how the body begins.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|e| {
            let start: String = self.text().chars().take(80).collect();
            Error::new(
                ErrorKind::InvalidData,
                format!("{} did not answer with the JSON that was expected: {e}", self.url),
            )
            .with_context("body_start", start)
        })
    }

    /// The response if its status is 2xx, else an error of the fitting kind.
    ///
    /// # Errors
    /// See [`kind_of_status`].
    pub fn ok(self) -> Result<Self> {
        if self.is_success() {
            return Ok(self);
        }
        let wait = self.header("retry-after").and_then(crate::duration::parse_wait);
        Err(Error::new(kind_of_status(self.status), format!("{} answered with status {}", self.url, self.status))
            .with_context("status", self.status.to_string())
            .retry_after(wait))
    }

    /// The response as bytes, for the boundary.
    ///
    /// # Errors
    /// When the body is over 4 GiB.
    pub fn encode(&self) -> Result<Buffer> {
        envelope::encode(self, &[&self.body])
    }

    /// Reads what [`HttpResponse::encode`] wrote.
    ///
    /// # Errors
    /// When the bytes are not such a message.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let (mut head, [body]): (Self, [&[u8]; 1]) = envelope::decode(bytes)?;
        head.body = body.to_vec();
        Ok(head)
    }
}

/// What a status means when the body says nothing more exact.
pub fn kind_of_status(status: u16) -> ErrorKind {
    match status {
        401 | 403 => ErrorKind::Auth,
        402 => ErrorKind::Billing,
        404 | 410 => ErrorKind::NotFound,
        408 | 409 | 425 | 429 | 500..=599 => ErrorKind::Retryable,
        413 => ErrorKind::TooLarge,
        400..=499 => ErrorKind::BadRequest,
        _ => ErrorKind::Other,
    }
}

/// The host's HTTP client.
#[derive(Clone, Copy, Debug)]
pub struct Http<'a> {
    pub(crate) host: &'a Host,
}

impl Http<'_> {
    /// Sends a request and waits for the whole response.
    ///
    /// # Errors
    /// [`ErrorKind::Retryable`] for timeouts and broken connections, [`ErrorKind::TooLarge`] for a body over the limit.
    pub async fn send(&self, request: &HttpRequest) -> Result<HttpResponse> {
        let reply = self.host.call(operation::HTTP, request.encode()?).await?;
        HttpResponse::decode(&reply)
    }

    /// Gets an address.
    ///
    /// # Errors
    /// As [`Http::send`].
    pub async fn get(&self, url: &str) -> Result<HttpResponse> {
        self.send(&HttpRequest::get(url)).await
    }
}
