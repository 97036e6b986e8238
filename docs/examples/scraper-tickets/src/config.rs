//! The plugin's table in the config.

use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{BaseUrl, header_secret};

/// Which tickets to read, and from where.
#[derive(Debug, Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The address of the help desk's API, for example `https://desk.example.org/api`.
    #[config(format = "uri")]
    pub(crate) base_url: String,
    /// The queue whose tickets are read; `rowsmith list` names them all.
    pub(crate) queue: String,
    /// The access token, for a help desk that wants one.
    pub(crate) token: Option<Secret>,
    /// Most tickets to read; all, when absent.
    #[config(min = 1)]
    pub(crate) max_tickets: Option<u64>,
    /// How many tickets one request asks for.
    #[serde(default = "default_page_size")]
    #[config(default = "100", min = 1, max = 500)]
    pub(crate) page_size: u32,
}

fn default_page_size() -> u32 {
    100
}

impl Config {
    /// Checks what the schema cannot say, and reads the address and the token.
    pub(crate) fn check(&self) -> Result<(BaseUrl, Option<Secret>)> {
        if self.queue.trim().is_empty() {
            return Err(Error::config("queue", "`queue` is empty").hint("`rowsmith list` names the queues"));
        }
        Ok((BaseUrl::parse(&self.base_url)?, header_secret("token", self.token.as_ref())?))
    }
}
