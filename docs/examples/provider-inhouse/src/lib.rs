//! Asks the gateway in front of our own models.
//!
//! The gateway takes one text and answers with one: `{"profile", "prompt", "max_tokens"}` to
//! `{"status": "ok", "output": …}` or `{"status": "error", "code", "reason"}`.
#![forbid(unsafe_code)]

mod answer;
mod config;

use config::{Config, Settings};
use rowsmith_plugin_api::prelude::*;
use std::time::Duration;

/// One profile of the gateway.
#[derive(Debug)]
pub struct Inhouse {
    settings: Settings,
    host: Host,
}

/// What the gateway is asked.
#[derive(Serialize)]
struct Question<'a> {
    profile: &'a str,
    prompt: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
}

impl Inhouse {
    fn request(&self, method: Method, path: &str) -> HttpRequest {
        let settings = &self.settings;
        HttpRequest::new(method, settings.base_url.join(path))
            .header("x-api-key", settings.api_key.expose())
            .timeout(Duration::from_secs(settings.timeout_secs))
    }
}

impl Provider for Inhouse {
    type Config = Config;

    fn new(config: Config, host: Host) -> Result<Self> {
        Ok(Self { settings: Settings::check(config)?, host })
    }

    fn info(&self) -> ProviderInfo {
        self.settings.info()
    }

    async fn complete(&self, request: CompletionRequest) -> Result<Completion> {
        let question = Question {
            profile: &self.settings.profile,
            // There is one text only, so what never changes comes first: a gateway can cache a beginning.
            prompt: format!("{}\n\n{}", request.system, request.user_text()),
            max_tokens: request.max_output_tokens,
        };
        let mut sent = self.request(Method::POST, "generate").header("content-type", "application/json");
        sent.body = serde_json::to_vec(&question)?;
        let response = self.host.http().send(&sent).await?;
        answer::completion(&response, &self.settings.api_key)
    }

    async fn verify(&self) -> Result<String> {
        let profile = &self.settings.profile;
        let response = self.host.http().send(&self.request(Method::GET, "profiles")).await?.ok()?;
        let known: Vec<String> = response.json()?;
        if known.contains(profile) {
            return Ok(format!("the gateway answers and knows the profile {profile}"));
        }
        Err(Error::new(ErrorKind::NotFound, format!("the gateway knows no profile {profile}"))
            .hint(format!("it knows: {}", known.join(", "))))
    }
}

export_plugin!(
    provider: Inhouse,
    name = "inhouse",
    about = "The gateway in front of our own models",
    capabilities = ["verify"],
);
