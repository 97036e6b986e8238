//! The implementation of the cache trait.

use crate::config::Config;
use crate::connections::{Connections, Repeat};
use crate::names::Names;
use crate::server::Server;
use crate::{answers, expiring, leases, quota, verify};
use redis::cmd;
use rowsmith_plugin_api::prelude::{
    Cache, CacheStats, Change, Error, ErrorKind, Host, Key, LeaseRequest, QuotaRequest, Result, Store, StoreClock,
};
use std::time::Duration;

/// A cache on a Redis or Valkey server.
#[derive(Debug)]
pub struct RedisCache {
    connections: Connections,
    names: Names,
    store: Store,
}

impl RedisCache {
    fn open(config: &Config) -> Result<Self> {
        let connections = Connections::new(config)?;
        let names = Names::new(&config.prefix);
        Server::ask(&connections)?.check(&connections, &names)?;
        let store = Store::persistent(format!("{} with the prefix {}", connections.server(), config.prefix));
        Ok(Self { connections, names, store: store.with_clock(StoreClock::Own) })
    }
}

/// Points at the setting when the server refuses the credentials of the config.
fn name_setting(error: Error, config: &Config) -> Error {
    if error.kind != ErrorKind::Auth {
        return error;
    }
    let key = if config.username.is_some() && config.password.is_none() { "username" } else { "password" };
    let key = if config.password.is_some() { key } else { "url" };
    Error { kind: ErrorKind::Config, ..error }.with_context("config_key", key)
}

impl Cache for RedisCache {
    type Config = Config;

    fn new(config: Config, _host: Host) -> Result<Self> {
        Self::open(&config).map_err(|error| name_setting(error, &config))
    }

    fn store(&self) -> Store {
        self.store.clone()
    }

    async fn get_many(&self, keys: &[Key]) -> Result<Vec<Option<Vec<u8>>>> {
        answers::get(&self.connections, &self.names, keys)
    }

    async fn put_many(&self, entries: Vec<(Key, Vec<u8>)>) -> Result<()> {
        answers::put(&self.connections, &self.names, &entries)
    }

    async fn put_many_expiring(&self, entries: Vec<(Key, Vec<u8>)>, time_to_live: Duration) -> Result<()> {
        expiring::put(&self.connections, &self.names, &entries, time_to_live)
    }

    async fn apply(&self, changes: Vec<Change>) -> Result<()> {
        answers::apply(&self.connections, &self.names, &changes)
    }

    async fn scan(&self, after: Option<Key>, limit: usize) -> Result<Vec<(Key, Vec<u8>)>> {
        answers::scan(&self.connections, &self.names, after, limit)
    }

    async fn delete_many(&self, keys: &[Key]) -> Result<u64> {
        answers::delete(&self.connections, &self.names, keys)
    }

    async fn clear(&self) -> Result<u64> {
        answers::clear(&self.connections, &self.names)
    }

    async fn stats(&self) -> Result<CacheStats> {
        expiring::sweep_all(&self.connections, &self.names)?;
        let mut count = cmd("ZCARD");
        count.arg(&self.names.index);
        let entries = self.connections.run(Repeat::Idempotent, |connection| count.query(connection))?;
        // The server does not count the bytes of a prefix.
        Ok(CacheStats { entries, bytes: None, details: Server::ask(&self.connections)?.details() })
    }

    async fn verify(&self) -> Result<Vec<String>> {
        verify::verify(&self.connections, &self.names)
    }

    async fn acquire_quota(&self, request: QuotaRequest) -> Result<u64> {
        quota::acquire(&self.connections, &self.names, &request)
    }

    async fn lease_many(&self, request: LeaseRequest) -> Result<Vec<bool>> {
        leases::acquire(&self.connections, &self.names, &request)
    }

    async fn release_many(&self, owner: u64, keys: &[Key]) -> Result<()> {
        leases::release(&self.connections, &self.names, owner, keys)
    }
}
