//! The trait of providers.

use crate::completion::{Completion, CompletionRequest, ModelInfo, ProviderInfo};
use crate::error::{Error, Result};
use crate::host::Host;
use crate::schema::ConfigSchema;
use serde::de::DeserializeOwned;
use std::future::Future;

/// A model, usually behind a service.
///
/// A provider makes exactly one attempt per call. The host batches, limits and retries calls, and parses answers. A
/// provider classifies failures with [`crate::ErrorKind`] and quotes the service. A service that needs several requests for
/// one answer, such as creating a job and fetching its result, is declared with [`ProviderInfo::max_requests_per_answer`].
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

    /// Asks the service for the number of input tokens of a question, without answering it (capability `count_tokens`).
    fn count_tokens(&self, _request: CompletionRequest) -> impl Future<Output = Result<u64>> + Send {
        async { Err(Error::unsupported("count_tokens")) }
    }

    /// Asks the service for the limits and prices of the configured model (capability `model_info`).
    fn model_info(&self) -> impl Future<Output = Result<ModelInfo>> + Send {
        async { Err(Error::unsupported("model_info")) }
    }
}
