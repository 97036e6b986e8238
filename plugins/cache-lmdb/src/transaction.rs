//! Transactions on a store that grows.
//!
//! Every transaction runs behind a gate. When the map is full, or another process has made the store larger than our map,
//! the gate is closed, the map is made larger, and the transaction runs again from its start.

use crate::config::MEBIBYTE;
use crate::env::remap;
use crate::error::{from_heed, full, read_only, unmapped};
use heed::{Env, MdbError, RoTxn, RwTxn, WithoutTls};
use rowsmith_plugin_api::prelude::{Result, log};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Whether the map is there: a change of its size that failed leaves none.
#[derive(Debug)]
pub(crate) struct Gate {
    mapped: bool,
}

/// The proof that no transaction of this process is active.
pub(crate) type Exclusive<'a> = RwLockWriteGuard<'a, Gate>;

/// The environment of an open store.
#[derive(Debug)]
pub(crate) struct Transactions {
    env: Env<WithoutTls>,
    gate: RwLock<Gate>,
    folder: PathBuf,
    max_size: Option<u64>,
    read_only: bool,
}

impl Transactions {
    /// Takes over an environment.
    pub(crate) fn new(env: Env<WithoutTls>, folder: PathBuf, max_size: Option<u64>, read_only: bool) -> Self {
        Self { env, gate: RwLock::new(Gate { mapped: true }), folder, max_size, read_only }
    }

    /// The store's canonical folder.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Runs `work` on one unchanging state of the store.
    ///
    /// # Errors
    /// Those of `work` and of LMDB.
    pub(crate) fn read<T>(&self, mut work: impl FnMut(&RoTxn<'_>) -> heed::Result<T>) -> Result<T> {
        self.run(0, |env| work(&*env.read_txn()?))
    }

    /// Runs `work` and keeps all that it did, or nothing after an error. It may run more than once; `incoming` is about
    /// how many bytes it stores.
    ///
    /// # Errors
    /// Those of `work` and of LMDB; a config error when the store was opened for reading.
    pub(crate) fn write<T>(&self, incoming: u64, mut work: impl FnMut(&mut RwTxn<'_>) -> heed::Result<T>) -> Result<T> {
        if self.read_only {
            return Err(read_only(&self.folder));
        }
        self.run(incoming, |env| {
            let mut txn = env.write_txn()?;
            let result = work(&mut txn)?;
            txn.commit()?;
            Ok(result)
        })
    }

    /// Runs `look` on the environment itself. It must not begin a transaction that outlives it.
    ///
    /// # Errors
    /// Those of `look`.
    pub(crate) fn with_env<T>(&self, mut look: impl FnMut(&Env<WithoutTls>) -> heed::Result<T>) -> Result<T> {
        self.run(0, |env| look(env))
    }

    fn enter(&self) -> Result<RwLockReadGuard<'_, Gate>> {
        let gate = self.gate.read().unwrap_or_else(PoisonError::into_inner);
        if gate.mapped { Ok(gate) } else { Err(unmapped(&self.folder)) }
    }

    fn run<T>(&self, incoming: u64, mut attempt: impl FnMut(&Env<WithoutTls>) -> heed::Result<T>) -> Result<T> {
        let mut cut_off = false;
        loop {
            let (result, map_size) = {
                let _open = self.enter()?;
                (attempt(&self.env), self.env.info().map_size)
            };
            match result {
                Ok(value) => return Ok(value),
                Err(heed::Error::Mdb(MdbError::MapFull)) => self.grow(map_size, incoming)?,
                Err(heed::Error::Mdb(MdbError::MapResized)) => self.follow(map_size)?,
                // LMDB says so when the disk took a part of what it wrote; what the disk says the next time is clearer.
                Err(heed::Error::Io(error)) if !cut_off && is_io_failure(&error) => cut_off = true,
                Err(error) => return Err(from_heed(error, &self.folder)),
            }
        }
    }

    /// Makes the map larger, unless another thread has done so since it was `seen`.
    fn grow(&self, seen: usize, incoming: u64) -> Result<()> {
        let mut gate = self.close()?;
        let now = self.env.info().map_size;
        if now > seen {
            return Ok(());
        }
        let target = grown(now as u64, incoming, self.max_size).ok_or_else(|| full(&self.folder, now))?;
        self.resize(&mut gate, target)
    }

    /// Makes the map as large as another process has made the store.
    fn follow(&self, seen: usize) -> Result<()> {
        let mut gate = self.close()?;
        let info = self.env.info();
        if info.map_size > seen {
            return Ok(());
        }
        let pages = info.last_page_number as u64 + 1;
        let used = pages.saturating_mul(u64::from(self.env.unnamed_database_stat().page_size));
        self.resize(&mut gate, room_for(used))
    }

    fn close(&self) -> Result<Exclusive<'_>> {
        let gate = self.gate.write().unwrap_or_else(PoisonError::into_inner);
        if gate.mapped { Ok(gate) } else { Err(unmapped(&self.folder)) }
    }

    fn resize(&self, gate: &mut Exclusive<'_>, target: u64) -> Result<()> {
        log::debug!("the map of the cache {} grows to {target} bytes", self.folder.display());
        gate.mapped = false;
        remap(&self.env, gate, usize::try_from(target).unwrap_or(usize::MAX))
            .map_err(|error| from_heed(error, &self.folder))?;
        gate.mapped = true;
        Ok(())
    }
}

/// `EIO`, which has no kind of its own.
fn is_io_failure(error: &io::Error) -> bool {
    error.raw_os_error() == Some(5)
}

/// The size of a map that holds `used` bytes and has some room to begin with.
pub(crate) fn room_for(used: u64) -> u64 {
    used.div_ceil(MEBIBYTE).saturating_add(1).saturating_mul(MEBIBYTE)
}

/// The next size of a map that was full at `now`, or nothing when it may not grow.
fn grown(now: u64, incoming: u64, max: Option<u64>) -> Option<u64> {
    // Values fill whole pages and trees need room of their own, so what comes in counts twice.
    let wanted = now.saturating_mul(2).max(now.saturating_add(incoming.saturating_mul(2)));
    let wanted = wanted.div_ceil(MEBIBYTE).saturating_mul(MEBIBYTE);
    Some(max.map_or(wanted, |max| wanted.min(max))).filter(|size| *size > now)
}

#[cfg(test)]
mod tests {
    use super::{grown, room_for};
    use crate::config::MEBIBYTE as M;

    #[test]
    fn maps_double_or_make_room_for_what_comes() {
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
