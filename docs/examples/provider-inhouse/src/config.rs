//! The plugin's table in the config, and what the rest of the crate makes of it.

use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{BaseUrl, header_secret};

/// Which of the gateway's models answers, and how to reach it.
#[derive(Debug, Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The gateway's address, for example `https://models.example.org`.
    #[config(format = "uri")]
    pub(crate) base_url: String,
    /// The profile to ask: the gateway's name for a model with its settings.
    pub(crate) profile: String,
    /// The team's key, as a reference.
    pub(crate) api_key: Secret,
    /// The longest time for one answer.
    #[serde(default = "default_timeout_secs")]
    #[config(default = "120", min = 1, max = 3_600)]
    pub(crate) timeout_secs: u64,
}

fn default_timeout_secs() -> u64 {
    120
}

/// A config that can work.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) base_url: BaseUrl,
    pub(crate) profile: String,
    pub(crate) api_key: Secret,
    pub(crate) timeout_secs: u64,
}

impl Settings {
    /// Checks what the schema cannot say.
    pub(crate) fn check(config: Config) -> Result<Self> {
        if config.profile.trim().is_empty() {
            return Err(Error::config("profile", "`profile` is empty").hint("name one that the gateway knows"));
        }
        let api_key = header_secret("api_key", Some(&config.api_key))?
            .ok_or_else(|| Error::config("api_key", "`api_key` is empty").hint("set the variable that it names"))?;
        Ok(Self {
            base_url: BaseUrl::parse(&config.base_url)?,
            profile: config.profile,
            api_key,
            timeout_secs: config.timeout_secs,
        })
    }

    /// What this provider is. The identity holds what changes answers, so neither the key nor the timeout.
    pub(crate) fn info(&self) -> ProviderInfo {
        ProviderInfo {
            identity: json!({ "gateway": self.base_url.authority(), "profile": self.profile }),
            ..ProviderInfo::new(self.profile.clone())
        }
    }
}
