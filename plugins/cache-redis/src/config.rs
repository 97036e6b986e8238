//! Settings of the plugin.

use rowsmith_plugin_api::prelude::{Error, PluginConfig, Result, Secret};
use std::time::Duration;

/// Maximum length of a prefix in bytes.
const MAX_PREFIX: usize = 200;

/// Settings of the store.
#[derive(Debug, PluginConfig)]
pub struct Config {
    /// Address of the server, Redis 7 or later or Valkey: `redis://HOST:PORT/DATABASE`, `unix:///PATH`, or `rediss://…` for TLS.
    pub(crate) url: String,
    /// User of the server's access control list. Default: the default user of the server.
    pub(crate) username: Option<String>,
    /// Password of the user.
    pub(crate) password: Option<Secret>,
    /// Allows an unencrypted address of another machine together with a password. The host refuses it otherwise.
    #[config(default = false)]
    #[expect(dead_code, reason = "the host reads it")]
    pub(crate) allow_insecure: bool,
    /// Beginning of all keys of this cache on the server: letters, digits, `.`, `_`, `-` and `/`. Runs with another prefix
    /// share nothing with it.
    #[config(default = "rowsmith")]
    pub(crate) prefix: String,
    /// Maximum time to connect, in seconds.
    #[config(default = 5, min = 1, max = 600)]
    pub(crate) connect_timeout_secs: u64,
    /// Maximum time without a reply of the server, in seconds.
    #[config(default = 10, min = 1, max = 600)]
    pub(crate) command_timeout_secs: u64,
    /// Maximum connections; they serve calls in parallel.
    #[config(default = 8, min = 1, max = 256)]
    pub(crate) max_connections: u64,
}

impl Config {
    /// Checks what the schema cannot express.
    ///
    /// # Errors
    /// [`Error::config`] with the option's name.
    pub(crate) fn check(&self) -> Result<()> {
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
        if self.prefix.is_empty() || self.prefix.len() > MAX_PREFIX || !self.prefix.chars().all(is_allowed) {
            let expected = "letters, digits, `.`, `_`, `-` and `/`";
            let message = format!("`prefix` is \"{}\", expected 1 to {MAX_PREFIX} {expected}", self.prefix);
            return Err(Error::config("prefix", message));
        }
        if self.username.is_some() && self.password.is_none() {
            return Err(Error::config("username", "`username` is set without `password`"));
        }
        Ok(())
    }

    pub(crate) fn connect_timeout(&self) -> Duration {
        Duration::from_secs(self.connect_timeout_secs)
    }

    pub(crate) fn command_timeout(&self) -> Duration {
        Duration::from_secs(self.command_timeout_secs)
    }
}
