//! Rowsmith provider for Google's Gemini models, by the Gemini API's `generateContent`.
//!
//! A pure mapping: `request` makes the HTTP request of a question, `response` reads the answer, `error` tells
//! the failures apart. Sending, waiting, limits and retries are the host's. The key travels in the header
//! `x-goog-api-key` only, never in an address.

#![forbid(unsafe_code)]

mod config;
mod error;
mod request;
mod response;
mod settings;
mod verify;

#[cfg(test)]
mod error_tests;
#[cfg(test)]
mod response_tests;

use config::Config;
use rowsmith_plugin_api::prelude::*;
use settings::Settings;

/// A Gemini model with its settings.
pub struct Gemini {
    settings: Settings,
    host: Host,
}

impl Provider for Gemini {
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
        let response = self.host.http().send(&request::look_up(&self.settings)).await?;
        verify::sentence(&self.settings, &response)
    }
}

export_plugin!(
    provider: Gemini,
    name = "gemini",
    about = "Google's Gemini models, by the Gemini API",
    capabilities = ["verify"],
);
