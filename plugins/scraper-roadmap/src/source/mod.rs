//! Where a roadmap is read from.
//!
//! - [`github`]: raw files of the public repository, its folders through GitHub's contents API.
//! - [`api`]: roadmap.sh itself.
//! - [`directory`]: a local copy of the repository's folder.
//!
//! Texts are found by node id ([`index`]), not by the topic's label: labels are edited, and then the files keep their
//! old names.

mod address;
mod api;
mod directory;
mod github;
mod index;
mod kinds;

pub(crate) use kinds::Source;
