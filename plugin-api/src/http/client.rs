//! The host's HTTP client, as a plugin calls it.

use super::{HttpRequest, HttpResponse};
use crate::error::Result;
use crate::host::{Host, operation};

/// The host's HTTP client.
#[derive(Clone, Copy, Debug)]
pub struct Http<'a> {
    pub(crate) host: &'a Host,
}

impl Http<'_> {
    /// Sends a request and waits for the whole response.
    ///
    /// # Errors
    /// [`ErrorKind::Retryable`] for timeouts and broken connections, [`ErrorKind::TooLarge`] for a body over the limit,
    /// [`ErrorKind::BadRequest`] for a request that cannot be sent.
    ///
    /// [`ErrorKind::Retryable`]: crate::ErrorKind::Retryable
    /// [`ErrorKind::TooLarge`]: crate::ErrorKind::TooLarge
    /// [`ErrorKind::BadRequest`]: crate::ErrorKind::BadRequest
    pub async fn send(&self, request: &HttpRequest) -> Result<HttpResponse> {
        let reply = self.host.call(operation::HTTP, request.encode()?).await?;
        HttpResponse::decode(&reply)
    }

    /// Sends an [`HttpRequest::get`].
    ///
    /// # Errors
    /// As [`Http::send`].
    pub async fn get(&self, url: &str) -> Result<HttpResponse> {
        self.send(&HttpRequest::get(url)).await
    }
}
