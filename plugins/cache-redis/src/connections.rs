//! A bounded number of connections, each used by one call at a time.

use crate::config::Config;
use crate::connect::Connector;
use crate::error::{from_redis, is_lost_connection, is_reply};
use redis::{Connection, RedisResult};
use rowsmith_plugin_api::prelude::{Error, ErrorKind, Result, log};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Attempts of a command that may be retried: each connection may have been lost while it was idle.
const ATTEMPTS: u8 = 2;

/// True if the effect of a command is the same when it is retried after a lost reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Repeat {
    /// A lost connection is replaced, and the command repeated.
    Idempotent,
    /// The caller decides.
    Never,
}

/// The connections of one cache.
pub(crate) struct Connections {
    connector: Connector,
    max: u64,
    /// Maximum wait for a connection that other calls use.
    patience: Duration,
    state: Mutex<Pool>,
    returned: Condvar,
}

#[derive(Default)]
struct Pool {
    idle: Vec<Connection>,
    /// Number of connections, idle or in use.
    open: u64,
}

impl std::fmt::Debug for Connections {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connections").field("server", &self.connector.address.name).finish_non_exhaustive()
    }
}

impl Connections {
    /// # Errors
    /// A config error. No connection is opened.
    pub(crate) fn new(config: &Config) -> Result<Self> {
        Ok(Self {
            connector: Connector::new(config)?,
            max: config.max_connections,
            patience: config.command_timeout(),
            state: Mutex::default(),
            returned: Condvar::new(),
        })
    }

    /// Address of the server, for messages.
    pub(crate) fn server(&self) -> &str {
        &self.connector.address.name
    }

    /// Runs commands on a connection.
    ///
    /// # Errors
    /// [`ErrorKind::Retryable`] when the connection is lost; [`ErrorKind::Busy`] while the server does not accept commands,
    /// or all connections are in use.
    pub(crate) fn run<T>(&self, repeat: Repeat, mut work: impl FnMut(&mut Connection) -> RedisResult<T>) -> Result<T> {
        let mut attempt = 1;
        loop {
            let mut pooled = self.take()?;
            let Some(connection) = pooled.connection.as_mut() else { return Err(self.all_in_use()) };
            let error = match work(connection) {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            if !is_reply(&error) {
                pooled.discard();
            }
            if repeat == Repeat::Never || attempt == ATTEMPTS || !is_lost_connection(&error) {
                return Err(from_redis(&error, self.server()));
            }
            log::debug!("the connection to {} was lost; the command is retried", self.server());
            attempt += 1;
        }
    }

    fn pool(&self) -> MutexGuard<'_, Pool> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an idle connection, or opens one. Waits while all are in use.
    fn take(&self) -> Result<PooledConnection<'_>> {
        let is_used_up = |pool: &mut Pool| pool.idle.is_empty() && pool.open >= self.max;
        let waited = self.returned.wait_timeout_while(self.pool(), self.patience, is_used_up);
        let (mut pool, result) = waited.unwrap_or_else(PoisonError::into_inner);
        if result.timed_out() {
            return Err(self.all_in_use());
        }
        if let Some(connection) = pool.idle.pop() {
            return Ok(PooledConnection { connections: self, connection: Some(connection) });
        }
        pool.open += 1;
        drop(pool);
        // Counted as in use while it is opened, and no longer if that fails.
        let mut pooled = PooledConnection { connections: self, connection: None };
        pooled.connection = Some(self.connector.connect()?);
        Ok(pooled)
    }

    fn all_in_use(&self) -> Error {
        let message = format!("all {} connections to {} are in use", self.max, self.server());
        Error::new(ErrorKind::Busy, message).hint("raise `max_connections` in [cache.config]")
    }
}

/// A connection in use; returned when it is dropped.
struct PooledConnection<'a> {
    connections: &'a Connections,
    connection: Option<Connection>,
}

impl PooledConnection<'_> {
    /// Closes the connection, and all idle ones: a server that restarts has closed them as well.
    fn discard(&mut self) {
        self.connection = None;
        let mut pool = self.connections.pool();
        let closed = std::mem::take(&mut pool.idle);
        pool.open = pool.open.saturating_sub(closed.len() as u64);
    }
}

impl Drop for PooledConnection<'_> {
    fn drop(&mut self) {
        let mut pool = self.connections.pool();
        match self.connection.take() {
            Some(connection) => pool.idle.push(connection),
            None => pool.open = pool.open.saturating_sub(1),
        }
        drop(pool);
        self.connections.returned.notify_one();
    }
}
