//! Inspects the bytes of a cache's file before LMDB maps it.
//!
//! Properties: a file that is accepted is not empty; a refusal names the file.

use crate::folder::Folder;
use rowsmith_cache_lmdb::inspect::{DATA_FILE, Extent, StoreFile, inspect};

static FOLDER: Folder = Folder::new();

/// Runs the target.
pub(crate) fn run(bytes: &[u8]) {
    FOLDER.write(DATA_FILE, bytes);
    for (has_marker, extent) in [(false, Extent::Header), (false, Extent::Pages), (true, Extent::Pages)] {
        match inspect(FOLDER.path(), has_marker, extent) {
            Ok(StoreFile::Missing) => assert!(!has_marker && bytes.is_empty(), "a file counts as missing"),
            Ok(StoreFile::Sound { used }) => assert!(used > 0 && !bytes.is_empty()),
            Err(error) => assert!(error.message.contains(DATA_FILE), "{error}"),
        }
    }
}
