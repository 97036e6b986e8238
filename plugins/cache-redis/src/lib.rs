//! A cache on a Redis or Valkey server, shared by all machines that reach it.
//!
//! Answers are string keys, so that a look-up of many rows is one command. A sorted set holds their keys in order, for scans
//! and counts. Leases are keys that expire, and quota windows are lists that scripts change. All times are those of the
//! server's clock. All keys begin with the prefix of the config; the plugin touches no others.
//!
//! | module | content |
//! |---|---|
//! | `store` | the implementation of the trait |
//! | `answers`, `expiring`, `leases`, `quota` | the parts of the store |
//! | `connections`, `connect`, `address` | connections to the server, and their number |
//! | `server` | what the server must be and should be |
//! | `verify` | the comparison of answers and index |

#![forbid(unsafe_code)]

mod address;
mod answers;
mod config;
mod connect;
mod connections;
mod error;
mod expiring;
mod leases;
mod names;
mod quota;
mod server;
mod store;
mod verify;

pub use config::Config;
pub use store::RedisCache;

use rowsmith_plugin_api::prelude::export_plugin;

export_plugin!(
    cache: RedisCache,
    name = "redis",
    about = "Answers on a Redis or Valkey server that several machines share",
    capabilities = ["coordination", "expiry", "transactions"],
);
