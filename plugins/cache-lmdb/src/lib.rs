//! A cache in an LMDB store, shared by all runs and processes of this machine that use its folder.
//!
//! It adds to LMDB: inspection of the file before it is mapped, because a truncated or damaged file would end the process
//! (`inspect`, `structure`); a marker that distinguishes a store that lost its data from a new one (`marker`); growth of a full map
//! (`transaction`); quota windows and leases that processes share.
//!
//! | module | content |
//! |---|---|
//! | `store` | the implementation of the trait |
//! | `answers`, `quota`, `leases` | the three tables |
//! | `boot_time` | quota and leases on a machine whose clock is set |
//! | `transaction`, `worker`, `env` | transactions, growth, and all unsafe code |
//! | `open`, `folder`, `inspect`, `meta`, `free_list`, `structure`, `page`, `marker`, `quarantine` | opening of a folder |
//! | `folder_lock`, `open_files`, `holders` | other processes: who may open the folder, changed files, messages |

#![deny(unsafe_code)]

mod answers;
mod boot_time;
mod config;
mod env;
mod error;
mod filesystem;
mod folder;
mod folder_lock;
mod free_list;
mod holders;
pub mod inspect;
mod leases;
mod marker;
mod meta;
mod open;
mod open_files;
mod page;
mod process_id;
mod quarantine;
mod quota;
mod store;
mod structure;
mod tables;
mod transaction;
mod worker;

pub use config::{Config, OnCorrupt};
pub use store::LmdbCache;

use rowsmith_plugin_api::prelude::export_plugin;

export_plugin!(
    cache: LmdbCache,
    name = "lmdb",
    about = "Answers in an LMDB store on this machine, kept between runs",
    capabilities = ["coordination", "transactions"],
);
