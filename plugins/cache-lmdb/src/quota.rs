//! The table of quota windows, shared by all processes of the machine.

use crate::tables::Table;
use crate::window::Taken;
use heed::RwTxn;
use rowsmith_plugin_api::prelude::{Error, ErrorKind, QuotaRequest, QuotaWindow, Result};

/// LMDB's keys have at most 511 bytes.
const MAX_KEY: usize = 511;

/// The keys of a request's windows: name, unit and length. Windows of different lengths keep their own records.
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
        return Err(Error::new(ErrorKind::InvalidData, format!("the quota name \"{name}\" is too long to be stored")));
    }
    Ok(key)
}

/// Takes room in all windows and returns 0, or takes nothing and returns how long to wait.
pub(crate) fn acquire(
    table: Table,
    txn: &mut RwTxn<'_>,
    request: &QuotaRequest,
    keys: &[Vec<u8>],
) -> heed::Result<u64> {
    let mut wait = 0;
    let mut all_taken = Vec::with_capacity(keys.len());
    for (key, window) in keys.iter().zip(&request.windows) {
        let mut taken = table.get(txn, key)?.map(Taken::decode).unwrap_or_default();
        taken.forget(request.now_ms, window.window_ms);
        wait = wait.max(taken.wait(request.now_ms, window));
        all_taken.push(taken);
    }
    if wait == 0 {
        for ((key, window), mut taken) in keys.iter().zip(&request.windows).zip(all_taken) {
            taken.take(request.now_ms, window);
            table.put(txn, key, &taken.encode())?;
        }
    }
    Ok(wait)
}
