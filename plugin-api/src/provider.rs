//! The trait of providers.

use crate::completion::{Completion, CompletionRequest, ProviderInfo};
use crate::error::{Error, Result};
use crate::host::Host;
use crate::schema::ConfigSchema;
use serde::de::DeserializeOwned;
use std::future::Future;

/// A model, usually behind a service.
///
/// A provider makes exactly one attempt per call. The host batches, limits and retries calls, and parses answers. A
/// provider classifies failures with [`crate::ErrorKind`] and quotes the service.
///
/// A provider over HTTP implements [`HttpProvider`](crate::HttpProvider) instead.
pub trait Provider: Send + Sync + Sized + 'static {
    /// The plugin's table in the config.
    type Config: DeserializeOwned + ConfigSchema;

    /// Creates the provider, without sending anything.
    ///
    /// # Errors
    /// [`Error::config`] for a config that cannot work.
    fn new(config: Self::Config, host: Host) -> Result<Self>;

    /// Describes the configured provider.
    fn info(&self) -> ProviderInfo;

    /// Answers a question, in one attempt.
    fn complete(&self, request: CompletionRequest) -> impl Future<Output = Result<Completion>> + Send;

    /// Checks key and model with the service, without spending tokens (capability `verify`). Returns a sentence for the
    /// user.
    fn verify(&self) -> impl Future<Output = Result<String>> + Send {
        async { Err(Error::unsupported("verify")) }
    }
}
