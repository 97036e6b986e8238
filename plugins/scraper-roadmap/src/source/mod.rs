//! The sources of a roadmap.
//!
//! - [`github`]: raw files of the public repository, folder listings from GitHub's contents API.
//! - [`api`]: the API of roadmap.sh.
//! - [`directory`]: a local copy of the repository's folder.
//!
//! Texts are found by node id ([`index`]), not by label: when a label is edited, the file keeps its old name. A file
//! without the id of a node is found by its slug.

mod address;
mod api;
mod directory;
mod github;
mod index;
mod roadmap_source;

pub(crate) use index::TextIndex;
pub(crate) use roadmap_source::RoadmapSource;
