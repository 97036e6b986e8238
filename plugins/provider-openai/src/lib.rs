//! Rowsmith provider for OpenAI's chat completions, and for every service and local server that speaks them.
//!
//! A pure mapping: `request` makes the HTTP request of a question, `response` reads the answer, `error` tells
//! the failures apart. Sending, waiting, limits and retries are the host's. What differs between services (the role of
//! the system text, the name of the output cap, how a schema is asked for) is config, with defaults by `base_url`.

#![forbid(unsafe_code)]

mod config;
mod error;
mod failure;
mod limits;
mod request;
mod response;
mod settings;
mod verify;

#[cfg(test)]
mod dialect_tests;
#[cfg(test)]
mod error_tests;
#[cfg(test)]
mod response_tests;
#[cfg(test)]
mod settings_tests;

use config::Config;
use rowsmith_plugin_api::prelude::*;
use settings::Settings;

/// A model behind a chat completions endpoint, with its settings.
pub struct OpenAi {
    settings: Settings,
    host: Host,
}

impl Provider for OpenAi {
    type Config = Config;

    fn new(config: Config, host: Host) -> Result<Self> {
        Ok(Self { settings: Settings::check(config)?, host })
    }

    fn info(&self) -> ProviderInfo {
        self.settings.info()
    }

    async fn complete(&self, request: CompletionRequest) -> Result<Completion> {
        let sent = request::complete(&self.settings, &request)?;
        let response = self.host.http().send(&sent).await?;
        response::completion(&self.settings, &response, request.schema.is_some())
    }

    async fn verify(&self) -> Result<String> {
        let response = self.host.http().send(&request::list_models(&self.settings)).await?;
        verify::sentence(&self.settings, &response)
    }
}

export_plugin!(
    provider: OpenAi,
    name = "openai",
    about = "OpenAI and every service that speaks its chat completions",
    capabilities = ["verify"],
);
