//! Copies of plugins with changed bytes, as builds of other versions and damaged files have them.

use object::{Object as _, ObjectSection as _};
use rowsmith_plugin_api::manifest::MANIFEST_SECTION;
use rowsmith_test_harness::{library_name, plugins};
use std::fs;

/// The bytes of a plugin.
pub(crate) struct Plugin(pub(crate) Vec<u8>);

impl Plugin {
    /// Reads a plugin of this build.
    pub(crate) fn built(kind: &str, name: &str) -> Self {
        Self(fs::read(plugins().join(library_name(kind, name))).expect("a plugin"))
    }

    /// Replaces every occurrence of `from`.
    #[track_caller]
    pub(crate) fn change_all(mut self, from: &[u8], to: &[u8]) -> Self {
        let mut count = 0;
        while let Some(at) = find(&self.0, from) {
            self.put(at, from, to);
            count += 1;
        }
        assert!(count > 0, "{:?} is not in the file", String::from_utf8_lossy(from));
        self
    }

    /// Replaces a text of the manifest section, but not of the copy that the library holds in memory.
    #[track_caller]
    pub(crate) fn change_manifest(mut self, from: &[u8], to: &[u8]) -> Self {
        let file = object::File::parse(&*self.0).expect("a library");
        let section = file.section_by_name(MANIFEST_SECTION).and_then(|section| section.file_range());
        let (start, length) = section.expect("a plugin has a manifest");
        let (start, length) = (usize::try_from(start).expect("small"), usize::try_from(length).expect("small"));
        let at = find(&self.0[start..start + length], from);
        let at = at.unwrap_or_else(|| panic!("{:?} is not in the manifest", String::from_utf8_lossy(from)));
        self.put(start + at, from, to);
        self
    }

    #[track_caller]
    fn put(&mut self, at: usize, from: &[u8], to: &[u8]) {
        assert!(from.len() == to.len() && from != to, "the replacement must keep the length");
        self.0[at..at + to.len()].copy_from_slice(to);
    }
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}
