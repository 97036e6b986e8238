//! The server: what it must be, and what it should be.

use crate::connections::{Connections, Repeat};
use crate::names::Names;
use redis::{ErrorKind as ClientKind, InfoDict, ServerErrorKind, cmd};
use rowsmith_plugin_api::prelude::{Error, Result, log};

/// Oldest major version that has all commands.
const MIN_MAJOR: u64 = 7;
/// The policy under which the server refuses new answers instead of removing stored ones.
const NO_EVICTION: &str = "noeviction";

/// Facts that a server reports about itself.
#[derive(Debug, Default)]
pub(crate) struct Server(Option<InfoDict>);

impl Server {
    /// Asks the server. One that does not allow it is used all the same.
    ///
    /// # Errors
    /// If the server cannot be used.
    pub(crate) fn ask(connections: &Connections) -> Result<Self> {
        let info =
            connections.run(Repeat::Idempotent, |connection| match cmd("INFO").query::<InfoDict>(connection) {
                Err(error) if error.kind() == ClientKind::Server(ServerErrorKind::NoPerm) => Ok(None),
                info => info.map(Some),
            })?;
        Ok(Self(info))
    }

    fn text(&self, name: &str) -> Option<String> {
        self.0.as_ref()?.get(name)
    }

    /// Name and version.
    pub(crate) fn version(&self) -> Option<String> {
        match self.text("valkey_version") {
            Some(version) => Some(format!("valkey {version}")),
            None => self.text("redis_version").map(|version| format!("redis {version}")),
        }
    }

    /// Fails if the server lacks what the plugin needs, and warns about settings that lose answers.
    ///
    /// # Errors
    /// A config error for `url` or `prefix`.
    pub(crate) fn check(&self, connections: &Connections, names: &Names) -> Result<()> {
        let server = connections.server();
        // Valkey reports the version of Redis that it is compatible with.
        if let Some(version) = self.text("redis_version")
            && version
                .split('.')
                .next()
                .and_then(|major| major.parse().ok())
                .is_some_and(|major: u64| major < MIN_MAJOR)
        {
            let message = format!("{server} is Redis {version}, expected {MIN_MAJOR}.0 or later, or Valkey");
            return Err(Error::config("url", message));
        }
        if self.text("role").as_deref() == Some("slave") {
            return Err(Error::config("url", format!("{server} is a replica, which accepts no answers"))
                .hint("set `url` to the primary server"));
        }
        if self.text("cluster_enabled").as_deref() == Some("1") {
            return Err(Error::config("url", format!("{server} is a cluster, which is not supported"))
                .hint("use a server without cluster mode"));
        }
        for set in [&names.index, &names.expiring] {
            let kind: String =
                connections.run(Repeat::Idempotent, |connection| cmd("TYPE").arg(set).query(connection))?;
            if !matches!(kind.as_str(), "none" | "zset") {
                let message = format!("the key `{set}` on {server} is a {kind} of another program");
                return Err(Error::config("prefix", message).hint("set `prefix` to another text"));
            }
        }
        self.warn(server);
        Ok(())
    }

    fn warn(&self, server: &str) {
        if let Some(policy) = self.text("maxmemory_policy").filter(|policy| policy != NO_EVICTION) {
            log::warn!(
                "{server} may remove answers that are paid for: its `maxmemory-policy` is `{policy}`; set it to `{NO_EVICTION}`"
            );
        }
        if self.text("aof_enabled").as_deref() == Some("0") {
            log::info!("{server} may lose the latest answers when it ends: its `appendonly` is `no`");
        }
    }

    /// Names and values for statistics.
    pub(crate) fn details(&self) -> Vec<(String, String)> {
        let fields = [
            ("used_memory", "used_memory"),
            ("maxmemory", "maxmemory"),
            ("eviction", "maxmemory_policy"),
            ("append_only", "aof_enabled"),
            ("clients", "connected_clients"),
        ];
        let version = self.version().map(|version| ("server".to_owned(), version));
        let details = fields.into_iter().filter_map(|(name, field)| Some((name.to_owned(), self.text(field)?)));
        version.into_iter().chain(details).collect()
    }
}
