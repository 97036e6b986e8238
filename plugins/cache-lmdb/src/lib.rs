//! Answers in an LMDB store on this machine, shared by all runs and processes that name the same folder.
//!
//! What this store adds to LMDB: it looks at the file before LMDB maps it, because a file that was cut short would end
//! the process (`inspect`); it never takes a store that has lost its data for a new one (`marker`); it grows its map
//! when it is full (`transaction`); and it lets the processes of one machine share quota windows and leases.
//!
//! | room | what it holds |
//! |---|---|
//! | `store` | the cache as the host sees it |
//! | `answers`, `quota`, `leases` | the three tables |
//! | `transaction`, `env` | transactions, growth, and the only unsafe code |
//! | `open`, `folder`, `inspect`, `meta`, `free_list`, `marker`, `quarantine` | opening a folder safely |

#![deny(unsafe_code)]

mod answers;
mod config;
mod env;
mod error;
mod filesystem;
mod folder;
mod free_list;
mod inspect;
mod leases;
mod marker;
mod meta;
mod open;
mod quarantine;
mod quota;
mod store;
mod tables;
mod transaction;

pub use config::{Config, OnCorrupt};
pub use store::LmdbCache;

use rowsmith_plugin_api::prelude::export_plugin;

export_plugin!(
    cache: LmdbCache,
    name = "lmdb",
    about = "Answers in an LMDB store on this machine, kept between runs",
    capabilities = ["coordination"],
);
