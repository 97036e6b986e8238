//! Transactions on a growing store.
//!
//! Every transaction holds a lock on the map for reading. When the map is full, or smaller than a store that another
//! process has grown, the lock is taken for writing, the map is enlarged, and the transaction runs again.
//!
//! Transactions that write run on a thread of their own, because LMDB waits for other writers without a limit.

use crate::config::MEBIBYTE;
use crate::env::remap;
use crate::error::{from_heed, full, read_only, unmapped};
use crate::holders;
use crate::open_files::{LOCK_FILE, OpenFiles};
use crate::worker::Worker;
use heed::{Env, MdbError, RoTxn, RwTxn, WithoutTls};
use rowsmith_plugin_api::prelude::{Result, log};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

/// State of the map.
#[derive(Debug)]
pub(crate) struct MapState {
    /// False after a failed change of size, which leaves no map.
    is_mapped: bool,
}

/// Proof that no transaction of this process is active.
pub(crate) type ExclusiveMap<'a> = RwLockWriteGuard<'a, MapState>;

/// The environment of an open store, and the thread that writes.
#[derive(Debug)]
pub(crate) struct Transactions {
    map: Arc<OpenMap>,
    worker: Worker,
    limits: Limits,
}

/// Limits of the transactions of a store.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Maximum size of the map in bytes.
    pub(crate) max_size: Option<u64>,
    /// Maximum wait for other writers.
    pub(crate) lock_wait: Duration,
    /// True if nothing may be written.
    pub(crate) read_only: bool,
}

#[derive(Debug)]
struct OpenMap {
    env: Env<WithoutTls>,
    state: RwLock<MapState>,
    folder: PathBuf,
    files: OpenFiles,
    max_size: Option<u64>,
}

impl Transactions {
    /// Wraps the environment of a store that was just opened.
    pub(crate) fn new(env: Env<WithoutTls>, folder: PathBuf, worker: Worker, limits: Limits) -> Self {
        let state = RwLock::new(MapState { is_mapped: true });
        let files = OpenFiles::of(&folder);
        let map = OpenMap { env, state, folder, files, max_size: limits.max_size };
        Self { map: Arc::new(map), worker, limits }
    }

    /// Canonical folder of the store.
    pub(crate) fn folder(&self) -> &Path {
        &self.map.folder
    }

    /// Runs `work` on a snapshot of the store.
    ///
    /// # Errors
    /// Those of `work` and of LMDB; [`ErrorKind::Corrupt`] when the files of the store were changed by another program.
    pub(crate) fn read<T>(&self, mut work: impl FnMut(&RoTxn<'_>) -> heed::Result<T>) -> Result<T> {
        self.map.run(0, |env| work(&*env.read_txn()?))
    }

    /// Runs `work` and commits its changes; after an error, none of them. It may run more than once.
    ///
    /// `incoming` is the approximate number of bytes that it stores.
    ///
    /// # Errors
    /// Those of [`Transactions::read`]; [`ErrorKind::Busy`] when another process holds the lock of writers for too long; a
    /// config error when the store was opened for reading.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        incoming: u64,
        mut work: impl FnMut(&mut RwTxn<'_>) -> heed::Result<T> + Send + 'static,
    ) -> Result<T> {
        let folder = self.folder();
        if self.limits.read_only {
            return Err(read_only(folder));
        }
        let map = Arc::clone(&self.map);
        let written = self.worker.run(self.limits.lock_wait, move |progress| {
            let result = map.run(incoming, |env| {
                let mut txn = env.write_txn()?;
                if !progress.start() {
                    // The caller has gone, and a later try may have the same changes.
                    return Err(io::Error::from(io::ErrorKind::TimedOut).into());
                }
                let result = work(&mut txn)?;
                txn.commit()?;
                Ok(result)
            });
            // Changes of files that were deleted are lost.
            result.and_then(|result| map.files.check().map(|()| result))
        })?;
        let wait = self.limits.lock_wait;
        written.unwrap_or_else(|| Err(holders::busy(folder, &folder.join(LOCK_FILE), "is being written", wait)))
    }

    /// Runs `read` on the environment itself. It must not begin a transaction that outlives it.
    ///
    /// # Errors
    /// Those of `read`.
    pub(crate) fn with_env<T>(&self, mut read: impl FnMut(&Env<WithoutTls>) -> heed::Result<T>) -> Result<T> {
        self.map.run(0, |env| read(env))
    }

    /// Waits until all transactions are on the disk, for a store that does not wait at each of them.
    ///
    /// # Errors
    /// LMDB's own; [`ErrorKind::Corrupt`] when the files of the store were changed by another program.
    pub(crate) fn flush(&self) -> Result<()> {
        if self.limits.read_only { Ok(()) } else { self.with_env(Env::force_sync) }
    }
}

impl OpenMap {
    fn lock_shared(&self) -> Result<RwLockReadGuard<'_, MapState>> {
        let map = self.state.read().unwrap_or_else(PoisonError::into_inner);
        if map.is_mapped { Ok(map) } else { Err(unmapped(&self.folder)) }
    }

    fn run<T>(&self, incoming: u64, mut attempt: impl FnMut(&Env<WithoutTls>) -> heed::Result<T>) -> Result<T> {
        let (mut has_retried, mut has_cleared) = (false, false);
        loop {
            let (result, map_size) = {
                let _lock = self.lock_shared()?;
                self.files.check()?;
                (attempt(&self.env), self.env.info().map_size)
            };
            match result {
                Ok(value) => return Ok(value),
                Err(heed::Error::Mdb(MdbError::MapFull)) => self.grow(map_size, incoming)?,
                Err(heed::Error::Mdb(MdbError::MapResized)) => self.follow(map_size)?,
                Err(heed::Error::Mdb(MdbError::ReadersFull)) if !has_cleared => {
                    has_cleared = true;
                    self.env.clear_stale_readers().map_err(|error| from_heed(error, &self.folder))?;
                }
                // LMDB reports this after a partial write; the error of the next try is clearer.
                Err(heed::Error::Io(error)) if !has_retried && is_io_failure(&error) => has_retried = true,
                Err(heed::Error::Io(error)) if is_io_failure(&error) && self.files.is_at_size_limit() => {
                    let too_large = io::Error::from(io::ErrorKind::FileTooLarge);
                    return Err(from_heed(too_large.into(), &self.folder));
                }
                Err(error) => return Err(from_heed(error, &self.folder)),
            }
        }
    }

    /// Enlarges a map of the `seen` size, unless another thread has done so.
    fn grow(&self, seen: usize, incoming: u64) -> Result<()> {
        let mut map = self.lock_exclusive()?;
        let now = self.env.info().map_size;
        if now > seen {
            return Ok(());
        }
        let target = grown(now as u64, incoming, self.max_size).ok_or_else(|| full(&self.folder, now))?;
        self.resize(&mut map, target)
    }

    /// Enlarges a map of the `seen` size to the store that another process has grown.
    fn follow(&self, seen: usize) -> Result<()> {
        let mut map = self.lock_exclusive()?;
        let info = self.env.info();
        if info.map_size > seen {
            return Ok(());
        }
        let pages = info.last_page_number as u64 + 1;
        let used = pages.saturating_mul(u64::from(self.env.unnamed_database_stat().page_size));
        self.resize(&mut map, room_for(used))
    }

    fn lock_exclusive(&self) -> Result<ExclusiveMap<'_>> {
        let map = self.state.write().unwrap_or_else(PoisonError::into_inner);
        if map.is_mapped { Ok(map) } else { Err(unmapped(&self.folder)) }
    }

    fn resize(&self, map: &mut ExclusiveMap<'_>, target: u64) -> Result<()> {
        log::debug!("the map of the cache {} grows to {target} bytes", self.folder.display());
        map.is_mapped = false;
        remap(&self.env, map, usize::try_from(target).unwrap_or(usize::MAX))
            .map_err(|error| from_heed(error, &self.folder))?;
        map.is_mapped = true;
        Ok(())
    }
}

/// Returns true for `EIO`, which has no `ErrorKind`.
fn is_io_failure(error: &io::Error) -> bool {
    error.raw_os_error() == Some(5)
}

/// Returns the size of a map for `used` bytes and some more.
pub(crate) fn room_for(used: u64) -> u64 {
    used.div_ceil(MEBIBYTE).saturating_add(1).saturating_mul(MEBIBYTE)
}

/// Returns the next size of a full map, or `None` at its maximum.
fn grown(now: u64, incoming: u64, max: Option<u64>) -> Option<u64> {
    // Values fill whole pages, and the tree needs room as well, so incoming bytes count twice.
    let wanted = now.saturating_mul(2).max(now.saturating_add(incoming.saturating_mul(2)));
    let wanted = wanted.div_ceil(MEBIBYTE).saturating_mul(MEBIBYTE);
    Some(max.map_or(wanted, |max| wanted.min(max))).filter(|size| *size > now)
}

#[cfg(test)]
mod tests {
    use super::{grown, room_for};
    use crate::config::MEBIBYTE as M;

    #[test]
    fn maps_double_or_grow_by_the_incoming_bytes() {
        let cases = [
            ("doubles", M, 10, None, Some(2 * M)),
            ("a large value", M, 10 * M, None, Some(21 * M)),
            ("up to the limit", 3 * M, 0, Some(4 * M), Some(4 * M)),
            ("not over the limit", 4 * M, 0, Some(4 * M), None),
            ("a store over the limit stays", 9 * M, 0, Some(4 * M), None),
            ("whole mebibytes", M + 4096, 0, None, Some(3 * M)),
        ];
        for (case, now, incoming, max, expected) in cases {
            assert_eq!(grown(now, incoming, max), expected, "{case}");
        }
        assert_eq!(room_for(M), 2 * M);
        assert_eq!(room_for(M + 1), 3 * M);
    }
}
