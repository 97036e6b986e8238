//! Figures, memory and bundled plugins of the benchmarks.

mod figures;

pub(crate) use figures::{bundled, line, lmdb, say, status_kib, watch_own_memory};
