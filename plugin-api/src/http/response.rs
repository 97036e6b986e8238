//! [`HttpResponse`] and its readers.

use super::status::kind_of_status;
use super::wire::{self, ResponseHead};
use super::{HeaderMap, StatusCode};
use crate::duration::parse_wait;
use crate::envelope;
use crate::error::{Error, ErrorKind, Result};
use ::http::header::RETRY_AFTER;
use rowsmith_abi::Buffer;
use serde::de::DeserializeOwned;

/// Characters of a body that an error quotes.
const QUOTED_CHARS: usize = 80;

/// HTTP response. Every status is a response; only a failed exchange is an error.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpResponse {
    /// Status code.
    pub status: StatusCode,
    /// Headers. A `Retry-After` date is seconds: the host converts it, as plugins have no clock.
    pub headers: HeaderMap,
    /// Address of the response, after redirects.
    pub url: String,
    /// Body, decompressed.
    pub body: Vec<u8>,
}

impl HttpResponse {
    /// Returns a response without headers, for tests and hosts.
    ///
    /// # Panics
    /// When `status` is not in `100..=999`.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let status = StatusCode::from_u16(status).expect("a status code is between 100 and 999");
        Self { status, headers: HeaderMap::new(), url: String::new(), body: body.into() }
    }

    /// Adds a header, for tests and hosts.
    ///
    /// # Panics
    /// When HTTP does not allow the name or the value.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        wire::append(&mut self.headers, name, value.as_ref()).expect("a header has a valid name and value");
        self
    }

    /// Returns the first header of a name; `None` without such a header or with a value that is not UTF-8.
    pub fn header(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.headers.get(name)?.as_bytes()).ok()
    }

    /// Returns whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        self.status.is_success()
    }

    /// Returns the body as text; bytes that are not UTF-8 are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Deserializes the body from JSON.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] with the address and the start of the body.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|e| {
            let start: String = self.text().chars().take(QUOTED_CHARS).collect();
            Error::new(ErrorKind::InvalidData, format!("unexpected JSON in the response of {}: {e}", self.url))
                .with_context("body_start", start)
        })
    }

    /// Returns the response if its status is 2xx.
    ///
    /// # Errors
    /// The kind of [`kind_of_status`] for every other status.
    pub fn ok(self) -> Result<Self> {
        if self.is_success() {
            return Ok(self);
        }
        let status = self.status.as_u16();
        let wait = self.header(RETRY_AFTER.as_str()).and_then(parse_wait);
        Err(Error::new(kind_of_status(status), format!("{} answered with status {status}", self.url))
            .with_context("status", status.to_string())
            .retry_after(wait))
    }

    /// Encodes the response for the plugin boundary.
    ///
    /// # Errors
    /// When the body is over 4 GiB.
    pub fn encode(&self) -> Result<Buffer> {
        envelope::encode(&ResponseHead::from(self), &[&self.body])
    }

    /// Decodes the bytes of [`HttpResponse::encode`].
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] when the bytes are not such a message.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let (head, [body]): (ResponseHead, [&[u8]; 1]) = envelope::decode(bytes)?;
        let status = StatusCode::from_u16(head.status)
            .map_err(|_| Error::new(ErrorKind::InvalidData, format!("invalid HTTP status {}", head.status)))?;
        Ok(Self { status, headers: wire::header_map(&head.headers)?, url: head.url, body: body.to_vec() })
    }
}
