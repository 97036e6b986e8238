//! The two unsafe calls of LMDB. The crate has no other unsafe code.
#![expect(unsafe_code, reason = "LMDB maps a file that other programs could change; each block names the protection")]

use crate::transaction::ExclusiveMap;
use heed::{Env, EnvFlags, EnvOpenOptions, WithoutTls};
use std::path::Path;

/// Maximum tables, with room for those of later formats.
const MAX_TABLES: u32 = 16;
/// Maximum concurrent read transactions over all processes.
const MAX_READERS: u32 = 126;

/// Maps the store of a folder that [`crate::inspect`] has found sound.
///
/// # Errors
/// LMDB's own.
pub(crate) fn map(folder: &Path, map_size: usize, sync: bool, read_only: bool) -> heed::Result<Env<WithoutTls>> {
    let mut flags = EnvFlags::empty();
    flags.set(EnvFlags::NO_SYNC, !sync);
    flags.set(EnvFlags::READ_ONLY, read_only);
    // Reader slots belong to transactions instead of threads: the host's threads change, and outlive the plugin.
    let mut options = EnvOpenOptions::new().read_txn_without_tls();
    options.map_size(map_size).max_dbs(MAX_TABLES).max_readers(MAX_READERS);
    // SAFETY: the mapped file must change only through LMDB. Its folder is the store's own, its length was compared with
    // its header just now, one process opens it once (heed refuses within this library, the host between libraries), and
    // LMDB's locks are on. With NO_SYNC, which the user has asked for, a power failure may damage the file; the next
    // start detects that.
    unsafe { options.flags(flags).open(folder) }
}

/// Changes the size of the map.
///
/// # Errors
/// LMDB's own; after an error there is no map.
pub(crate) fn remap(env: &Env<WithoutTls>, _lock: &mut ExclusiveMap<'_>, map_size: usize) -> heed::Result<()> {
    // SAFETY: no transaction of this process may be active. Every transaction holds the map's lock for reading while it
    // lives (see `Transactions`), and `ExclusiveMap` is that lock held for writing.
    unsafe { env.resize(map_size) }
}
