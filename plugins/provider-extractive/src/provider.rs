//! The provider: waits for `latency_ms`, then answers the request.

use crate::config::Config;
use rowsmith_plugin_api::prelude::{
    Completion, CompletionRequest, Error, Host, Provider, ProviderInfo, Result, StructuredOutput,
};
use std::time::Duration;

/// Version of the answers in cache keys. Raise it when equal requests get other answers.
const ANSWERS_VERSION: &str = "0.2";

/// Part of every cache key. A new number states that answers differ from those of earlier versions.
const MODEL: &str = "extractive-1";

/// Maximum of `latency_ms`.
const MAX_LATENCY_MS: u64 = 600_000;

/// Answers with the row's own words. Not a language model.
#[derive(Debug)]
pub struct Extractive {
    config: Config,
    host: Host,
}

impl Provider for Extractive {
    type Config = Config;

    fn new(config: Config, host: Host) -> Result<Self> {
        if config.latency_ms > MAX_LATENCY_MS {
            return Err(Error::config(
                "latency_ms",
                format!("`latency_ms` is {}, the maximum is {MAX_LATENCY_MS}", config.latency_ms),
            ));
        }
        Ok(Self { config, host })
    }

    fn info(&self) -> ProviderInfo {
        // The host then sends rows in the keyed shape, in which a row cannot be missed.
        let mut info = ProviderInfo::new(MODEL);
        info.structured_output = StructuredOutput::JsonSchema;
        info.answers_version = Some(ANSWERS_VERSION.to_owned());
        info.is_language_model = false;
        info
    }

    async fn complete(&self, request: CompletionRequest) -> Result<Completion> {
        if self.config.latency_ms > 0 {
            self.host.sleep(Duration::from_millis(self.config.latency_ms)).await?;
        }
        let mut completion = crate::answer::answer(&request)?;
        completion.model = Some(MODEL.to_owned());
        Ok(completion)
    }

    async fn verify(&self) -> Result<String> {
        Ok("extractive needs no key and no network; it is not a language model".to_owned())
    }
}
