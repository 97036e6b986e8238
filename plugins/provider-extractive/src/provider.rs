//! The provider itself: takes a request, waits if asked to, and hands back the answer.

use crate::config::Config;
use rowsmith_plugin_api::prelude::{
    Completion, CompletionRequest, Error, Host, Provider, ProviderInfo, Result, StructuredOutput,
};
use std::time::Duration;

/// The version of the answers in row keys; equal requests have got equal answers since plugin version 0.2.
const ANSWERS_VERSION: &str = "0.2";

/// Part of every row's key: a new number means that answers differ from those of earlier versions.
const MODEL: &str = "extractive-1";

/// The longest pause that the config accepts, in milliseconds.
const MAX_LATENCY_MS: u64 = 600_000;

/// Answers from the row's own words. Not a language model.
#[derive(Debug)]
pub struct Extractive {
    config: Config,
    host: Host,
}

impl Provider for Extractive {
    type Config = Config;

    fn new(config: Config, host: Host) -> Result<Self> {
        if config.latency_ms > MAX_LATENCY_MS {
            return Err(Error::config("latency_ms", format!("latency_ms is over {MAX_LATENCY_MS} (ten minutes)")));
        }
        Ok(Self { config, host })
    }

    fn info(&self) -> ProviderInfo {
        // Rows are asked for in the keyed shape, which is the easier one to get right.
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
