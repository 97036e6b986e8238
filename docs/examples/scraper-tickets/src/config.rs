//! The plugin's table in the config.

use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{BaseUrl, header_secret};

/// Settings of the tickets scraper.
#[derive(Debug, PluginConfig)]
pub struct Config {
    /// Address of the help desk's API, for example `https://desk.example.org/api`.
    #[config(format = "uri")]
    pub(crate) base_url: String,
    /// Queue of the tickets; `rowsmith list` prints all queues.
    pub(crate) queue: String,
    /// Access token, if the help desk requires one.
    pub(crate) token: Option<Secret>,
    /// Maximum number of tickets. Default: all.
    #[config(min = 1)]
    pub(crate) max_tickets: Option<u64>,
    /// Tickets per request.
    #[config(default = 100, min = 1, max = 500)]
    pub(crate) page_size: u32,
}

impl Config {
    /// Checks the values that the schema cannot check, and parses the address and the token.
    pub(crate) fn check(&self) -> Result<(BaseUrl, Option<Secret>)> {
        if self.queue.trim().is_empty() {
            return Err(Error::config("queue", "`queue` is empty").hint("list the queues with `rowsmith list`"));
        }
        Ok((BaseUrl::parse(&self.base_url)?, header_secret("token", self.token.as_ref())?))
    }
}
