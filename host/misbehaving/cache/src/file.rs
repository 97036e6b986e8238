//! Entries in a file, which a second run reads.

use rowsmith_plugin_api::prelude::{Error, Key, Result, serde_json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Reads the entries; returns an empty map without a file.
pub(crate) fn read(path: &str) -> Result<BTreeMap<Key, Vec<u8>>> {
    if path.is_empty() || !Path::new(path).exists() {
        return Ok(BTreeMap::new());
    }
    let text = fs::read(path).map_err(|error| Error::io("read", path, &error))?;
    let entries: Vec<(Key, Vec<u8>)> = serde_json::from_slice(&text)?;
    Ok(entries.into_iter().collect())
}

/// Writes all entries.
pub(crate) fn write(path: &str, entries: &BTreeMap<Key, Vec<u8>>) -> Result<()> {
    if path.is_empty() {
        return Ok(());
    }
    let entries: Vec<_> = entries.iter().collect();
    fs::write(path, serde_json::to_vec(&entries)?).map_err(|error| Error::io("write", path, &error))
}
