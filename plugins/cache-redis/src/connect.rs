//! Opening of one connection.

use crate::address::Address;
use crate::config::Config;
use crate::error::from_redis;
use redis::{Client, Connection, RedisError, RedisResult, cmd};
use rowsmith_plugin_api::prelude::{Error, ErrorKind, Result, Secret};
use std::time::Duration;

/// Connects with the credentials and limits of the config.
#[derive(Debug)]
pub(crate) struct Connector {
    client: Client,
    pub(crate) address: Address,
    username: Option<String>,
    password: Option<Secret>,
    connect_timeout: Duration,
    command_timeout: Duration,
}

impl Connector {
    /// # Errors
    /// A config error.
    pub(crate) fn new(config: &Config) -> Result<Self> {
        config.check()?;
        let address = Address::parse(&config.url)?;
        #[cfg(feature = "tls")]
        {
            // Another instance of the plugin may have installed it.
            drop(rustls::crypto::ring::default_provider().install_default());
        }
        let client = Client::open(address.bare()).map_err(|error| from_redis(&error, &address.name))?;
        Ok(Self {
            client,
            address,
            username: config.username.clone(),
            password: config.password.clone(),
            connect_timeout: config.connect_timeout(),
            command_timeout: config.command_timeout(),
        })
    }

    /// Opens a connection, logs in and selects the database.
    ///
    /// # Errors
    /// [`ErrorKind::Retryable`] without a connection; [`ErrorKind::Auth`] when the credentials are refused.
    pub(crate) fn connect(&self) -> Result<Connection> {
        let name = &self.address.name;
        let failed = |error: RedisError| from_redis(&error, name);
        let mut connection = self.client.get_connection_with_timeout(self.connect_timeout).map_err(failed)?;
        connection.set_read_timeout(Some(self.command_timeout)).map_err(failed)?;
        connection.set_write_timeout(Some(self.command_timeout)).map_err(failed)?;
        self.log_in(&mut connection).map_err(|error| name_login(from_redis(&error, name)))?;
        if self.address.database != 0 {
            let selected: RedisResult<()> = cmd("SELECT").arg(self.address.database).query(&mut connection);
            selected.map_err(|error| self.name_database(from_redis(&error, name)))?;
        }
        Ok(connection)
    }

    fn log_in(&self, connection: &mut Connection) -> RedisResult<()> {
        let Some(password) = &self.password else { return Ok(()) };
        let mut command = cmd("AUTH");
        if let Some(username) = &self.username {
            command.arg(username);
        }
        command.arg(password.expose()).query(connection)
    }

    fn name_database(&self, error: Error) -> Error {
        match error.kind {
            ErrorKind::Other => {
                Error::config("url", format!("{}: no database {}", self.address.name, self.address.database))
            }
            _ => error,
        }
    }
}

/// A server without a password replies to `AUTH` with a general error.
fn name_login(error: Error) -> Error {
    match error.kind {
        ErrorKind::Other => Error { kind: ErrorKind::Auth, ..error }
            .hint("remove `password` from [cache.config] if the server has none"),
        _ => error,
    }
}
