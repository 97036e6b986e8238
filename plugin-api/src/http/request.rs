//! [`HttpRequest`] and its builder.

use super::wire::{self, RequestHead};
use super::{HeaderMap, HeaderValue, Method};
use crate::envelope;
use crate::error::{Error, ErrorKind, Result};
use crate::secret::Secret;
use ::http::header::{AUTHORIZATION, CONTENT_TYPE};
use rowsmith_abi::Buffer;
use serde::Serialize;
use std::time::Duration;

/// HTTP request of a plugin.
///
/// The builder methods cannot fail: they keep the first mistake, and [`Http::send`](super::Http::send) reports it.
#[derive(Debug, Clone, PartialEq)]
pub struct HttpRequest {
    /// Method.
    pub method: Method,
    /// Absolute `http` or `https` address. The host parses it, so it is text.
    pub url: String,
    /// Headers. Values of names that carry credentials are never logged.
    pub headers: HeaderMap,
    /// Body.
    pub body: Vec<u8>,
    /// Time limit of the whole exchange in milliseconds; the host's default when absent.
    pub timeout_ms: Option<u64>,
    /// Time limit without any byte of the response in milliseconds; none when absent. Useful for services that send an
    /// answer in pieces.
    pub idle_timeout_ms: Option<u64>,
    /// Maximum bytes of the response's body, after decompression; the host's default when absent.
    pub max_body_bytes: Option<u64>,
    /// Maximum redirects to follow. Providers follow none, so that keys stay with the service.
    pub redirects: u8,
    /// Maximum retries after a 429, a 5xx or a broken connection, with the wait that the server asks for. Providers
    /// leave it at 0: the pipeline retries their calls within its limits.
    pub retries: u8,
    /// The first mistake of the builder.
    pub(super) invalid: Option<Error>,
}

impl HttpRequest {
    /// Returns a request without headers or body.
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        Self {
            method,
            url: url.into(),
            headers: HeaderMap::new(),
            body: Vec::new(),
            timeout_ms: None,
            idle_timeout_ms: None,
            max_body_bytes: None,
            redirects: 0,
            retries: 0,
            invalid: None,
        }
    }

    /// Returns a `GET` that follows up to five redirects.
    pub fn get(url: impl Into<String>) -> Self {
        Self { redirects: 5, ..Self::new(Method::GET, url) }
    }

    /// Returns a `POST` of a JSON body.
    ///
    /// # Errors
    /// When `body` cannot be JSON.
    pub fn post_json<T: Serialize + ?Sized>(url: impl Into<String>, body: &T) -> Result<Self> {
        let mut request = Self::new(Method::POST, url);
        request.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        request.body = serde_json::to_vec(body)?;
        Ok(request)
    }

    /// Adds a header; a name may have several values.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl AsRef<str>) -> Self {
        let added = wire::append(&mut self.headers, name, value.as_ref().as_bytes());
        self.invalid = self.invalid.or(added.err());
        self
    }

    /// Adds `Authorization: Bearer …`.
    #[must_use]
    pub fn bearer(mut self, key: &Secret) -> Self {
        match HeaderValue::from_str(&format!("Bearer {}", key.expose())) {
            Ok(mut value) => {
                value.set_sensitive(true);
                self.headers.append(AUTHORIZATION, value);
            }
            Err(_) => self.invalid = self.invalid.or_else(|| Some(wire::invalid_value(&AUTHORIZATION))),
        }
        self
    }

    /// Limits the time of the whole exchange.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout_ms = Some(u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX));
        self
    }

    /// Limits the time without any byte of the response, the time before its first byte included.
    #[must_use]
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout_ms = Some(u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX));
        self
    }

    /// Lets the host retry the request after a temporary failure.
    #[must_use]
    pub fn retries(mut self, retries: u8) -> Self {
        self.retries = retries;
        self
    }

    /// Encodes the request for the plugin boundary.
    ///
    /// # Errors
    /// The first mistake of the builder, or a body over 4 GiB.
    pub fn encode(&self) -> Result<Buffer> {
        match &self.invalid {
            Some(error) => Err(error.clone()),
            None => envelope::encode(&RequestHead::from(self), &[&self.body]),
        }
    }

    /// Decodes the bytes of [`HttpRequest::encode`].
    ///
    /// # Errors
    /// [`ErrorKind::BadRequest`] for a method or a header that HTTP does not allow, [`ErrorKind::InvalidData`] when the
    /// bytes are not such a message.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let (head, [body]): (RequestHead, [&[u8]; 1]) = envelope::decode(bytes)?;
        let mut headers = HeaderMap::with_capacity(head.headers.len());
        for (name, value) in &head.headers {
            wire::append(&mut headers, name, value.as_bytes())?;
        }
        let method = Method::from_bytes(head.method.as_bytes())
            .map_err(|_| Error::new(ErrorKind::BadRequest, format!("invalid HTTP method {:?}", head.method)))?;
        Ok(Self {
            headers,
            body: body.to_vec(),
            timeout_ms: head.timeout_ms,
            max_body_bytes: head.max_body_bytes,
            redirects: head.redirects,
            retries: head.retries,
            idle_timeout_ms: head.idle_timeout_ms,
            ..Self::new(method, head.url)
        })
    }
}
