//! Who answers.

use crate::completion::{Completion, CompletionRequest, ProviderInfo};
use crate::error::{Error, Result};
use crate::host::Host;
use crate::schema::ConfigSchema;
use serde::de::DeserializeOwned;
use std::future::Future;

/// A model behind some service.
///
/// A provider makes exactly one attempt a call. Batching, limits, retries and the reading of answers are
/// the host's; a provider tells failures apart by [`crate::ErrorKind`] and passes on what the service said.
pub trait Provider: Send + Sync + Sized + 'static {
    /// The plugin's table in the config.
    type Config: DeserializeOwned + ConfigSchema;

    /// Makes the provider. Nothing is sent yet.
    ///
    /// # Errors
    /// [`Error::config`] when the config cannot work.
    fn new(config: Self::Config, host: Host) -> Result<Self>;

    /// What this configured provider is.
    fn info(&self) -> ProviderInfo;

    /// Asks once.
    fn complete(&self, request: CompletionRequest) -> impl Future<Output = Result<Completion>> + Send;

    /// Asks the service whether key and model are good, without spending tokens (capability `verify`).
    /// Returns a sentence for the user.
    fn verify(&self) -> impl Future<Output = Result<String>> + Send {
        async { Err(Error::unsupported("verify")) }
    }
}
