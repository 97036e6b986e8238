//! The two calls of LMDB that the compiler cannot check. All unsafe code of the crate is here.
#![expect(unsafe_code, reason = "LMDB maps a file that others could change; each block says why that does not happen")]

use crate::transaction::Exclusive;
use heed::{Env, EnvFlags, EnvOpenOptions, WithoutTls};
use std::path::Path;

/// Room for our tables and for those of later formats beside them.
const MAX_TABLES: u32 = 16;
/// How many transactions may read at once, over all processes.
const MAX_READERS: u32 = 126;

/// Maps the store of a folder that [`crate::inspect`] found sound.
///
/// # Errors
/// LMDB's own.
pub(crate) fn map(folder: &Path, map_size: usize, sync: bool, read_only: bool) -> heed::Result<Env<WithoutTls>> {
    let mut flags = EnvFlags::empty();
    flags.set(EnvFlags::NO_SYNC, !sync);
    flags.set(EnvFlags::READ_ONLY, read_only);
    // Reader slots belong to transactions: the host's threads come and go, and outlive the plugin.
    let mut options = EnvOpenOptions::new().read_txn_without_tls();
    options.map_size(map_size).max_dbs(MAX_TABLES).max_readers(MAX_READERS);
    // SAFETY: the mapped file must not change but through LMDB. Its folder is the store's own, its length was compared
    // with its header just now, one process opens it once (heed refuses within this library, the host between
    // libraries), and LMDB's locks are on. Without NO_SYNC nothing is given up; with it, a power failure may damage the
    // file, which the user has asked for and the next start looks for.
    unsafe { options.flags(flags).open(folder) }
}

/// Changes the size of the map.
///
/// # Errors
/// LMDB's own; the map is gone then.
pub(crate) fn remap(env: &Env<WithoutTls>, _nobody_else: &mut Exclusive<'_>, map_size: usize) -> heed::Result<()> {
    // SAFETY: no transaction of this process may be active. Every transaction holds the gate for reading while it lives
    // (see `Transactions`), and `Exclusive` is that gate held for writing.
    unsafe { env.resize(map_size) }
}
