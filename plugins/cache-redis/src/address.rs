//! The address of the server.

use redis::{ConnectionInfo, IntoConnectionInfo, RedisConnectionInfo};
use rowsmith_plugin_api::prelude::{Error, Result};

/// The address of the server, without credentials.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    /// The address for messages.
    pub(crate) name: String,
    /// Number of the database.
    pub(crate) database: i64,
    /// The place to connect to. Credentials and database are selected after the connection, with their own errors.
    pub(crate) connection: ConnectionInfo,
}

impl Address {
    /// Parses the setting `url`.
    ///
    /// # Errors
    /// A config error, which does not repeat credentials.
    pub(crate) fn parse(url: &str) -> Result<Self> {
        let invalid = |problem: &str| {
            Error::config("url", format!("`url` {problem}"))
                .hint("expected redis://HOST:PORT/DATABASE, unix:///PATH, or rediss://HOST:PORT/DATABASE for TLS")
        };
        let (scheme, rest) = url.split_once("://").ok_or_else(|| invalid("has no scheme"))?;
        let authority = rest.split('/').next().unwrap_or_default();
        if authority.contains('@') {
            return Err(Error::config("url", "`url` contains a user or a password")
                .hint("set `username`, and `password = { env = \"NAME\" }` with the name of an environment variable"));
        }
        if url.contains(['?', '#']) {
            return Err(invalid("has options, which are settings of their own"));
        }
        let is_encrypted = matches!(scheme, "rediss" | "valkeys");
        if is_encrypted && !cfg!(feature = "tls") {
            return Err(Error::config("url", format!("`{scheme}` needs TLS, which this library was built without"))
                .hint("build it with `cargo build --release -p rowsmith-cache-redis --features tls`"));
        }
        let connection = url.into_connection_info().map_err(|error| invalid(&format!("cannot be read: {error}")))?;
        Ok(Self { name: url.trim_end_matches('/').to_owned(), database: connection.redis_settings().db(), connection })
    }

    /// Returns the connection without database and library name, which are not part of every server's permissions.
    pub(crate) fn bare(&self) -> ConnectionInfo {
        self.connection.clone().set_redis_settings(RedisConnectionInfo::default().set_skip_set_lib_name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rowsmith_plugin_api::prelude::ErrorKind;

    #[test]
    fn addresses_are_read_and_named() {
        for (url, name, database) in [
            ("redis://127.0.0.1", "redis://127.0.0.1", 0),
            ("redis://localhost:7000/3", "redis://localhost:7000/3", 3),
            ("valkey://[::1]:7000/", "valkey://[::1]:7000", 0),
            ("unix:///run/redis.sock", "unix:///run/redis.sock", 0),
        ] {
            let address = Address::parse(url).unwrap();
            assert_eq!((address.name.as_str(), address.database), (name, database), "{url}");
        }
    }

    #[test]
    fn invalid_addresses_are_config_errors_without_credentials() {
        for url in [
            "",
            "localhost:6379",
            "http://localhost",
            "redis://",
            "redis://0.0.0.0",
            "redis://localhost/first",
            "redis://localhost/?protocol=resp3",
            "redis://localhost#insecure",
            "redis://user:hunter2@localhost",
            "redis://:hunter2@localhost",
        ] {
            let error = Address::parse(url).unwrap_err();
            assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some("url")), "{url}");
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }

    #[test]
    #[cfg(not(feature = "tls"))]
    fn encrypted_addresses_name_the_feature() {
        let error = Address::parse("rediss://localhost").unwrap_err();
        assert!(error.hint.unwrap().contains("--features tls"));
    }
}
