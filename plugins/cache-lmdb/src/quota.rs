//! The table of quota windows, shared by all processes of the machine.

use crate::tables::Table;
use heed::RwTxn;
use rowsmith_plugin_api::prelude::{Error, ErrorKind, QuotaRequest, QuotaWindow, Result};
use rowsmith_plugin_api::quota::{self, SlidingWindow};

/// Maximum length of a key in LMDB, in bytes.
const MAX_KEY: usize = 511;

/// Returns the keys of a request's windows: name, unit and length. Windows of different lengths have their own records.
///
/// # Errors
/// [`ErrorKind::InvalidData`] when a name is too long to be stored.
pub(crate) fn keys(request: &QuotaRequest) -> Result<Vec<Vec<u8>>> {
    request.windows.iter().map(|window| key(&request.name, window)).collect()
}

fn key(name: &str, window: &QuotaWindow) -> Result<Vec<u8>> {
    let length = window.window_ms.to_be_bytes();
    let key = [name.as_bytes(), &[0], window.unit.as_bytes(), &[0], &length].concat();
    if key.len() > MAX_KEY {
        let message = format!("quota name `{name}` needs a key of {} bytes, over the maximum of {MAX_KEY}", key.len());
        return Err(Error::new(ErrorKind::InvalidData, message));
    }
    Ok(key)
}

/// Takes room in all windows and returns 0, or takes nothing and returns the milliseconds to wait.
pub(crate) fn acquire(
    table: Table,
    txn: &mut RwTxn<'_>,
    request: &QuotaRequest,
    keys: &[Vec<u8>],
) -> heed::Result<u64> {
    let mut windows = Vec::with_capacity(keys.len());
    for (key, window) in keys.iter().zip(&request.windows) {
        let stored = table.get(txn, key)?.unwrap_or_default();
        windows.push(SlidingWindow::from_bytes(window.window_ms, stored));
    }
    let wait = quota::acquire(&mut windows, request);
    for (key, window) in keys.iter().zip(&windows) {
        let bytes = window.to_bytes();
        // A refused request can change a window too: entries of a clock that was set back get another time.
        if wait == 0 || table.get(txn, key)?.unwrap_or_default() != bytes {
            table.put(txn, key, &bytes)?;
        }
    }
    Ok(wait)
}
