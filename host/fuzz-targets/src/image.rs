//! Checks a file as the library of a plugin, without opening it.
//!
//! Properties: an accepted file has a manifest and keeps its bytes; a reason for a refusal is one line.

use crate::folder::Folder;
use rowsmith::plugin::PluginError;
use rowsmith::plugin::image::Image;

static FOLDER: Folder = Folder::new();

/// Runs the target.
pub(crate) fn run(bytes: &[u8]) {
    let path = FOLDER.write("librowsmith_scraper_x.so", bytes);
    match Image::read(&path) {
        Ok(image) => {
            assert_eq!(image.bytes, bytes);
            assert_eq!(image.sha256().len(), 64);
            assert!(!image.manifest.entry.is_empty());
        }
        Err(PluginError::Unusable { reason, .. }) => {
            assert!(!reason.is_empty());
            assert!(!reason.contains('\n'), "{reason:?}");
        }
        Err(other) => panic!("{other}"),
    }
}
