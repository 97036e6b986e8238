//! A local copy of the repository's folder: `<slug>.json` and `content/`.
//!
//! Nothing outside of the folder is read, whatever its links and the ids of the drawing name.

use super::index::TextIndex;
use crate::config::Config;
use crate::content::{self, Content};
use crate::graph::{Graph, Node};
use rowsmith_plugin_api::files::SourceFolder;
use rowsmith_plugin_api::prelude::*;
use std::path::{Path, PathBuf};

/// Maximum size of a drawing. The largest of the public ones has 1 MB.
const MAX_DRAWING_BYTES: u64 = 64 << 20;
/// Maximum size of a text.
const MAX_TEXT_BYTES: u64 = 4 << 20;
const TEXTS: &str = "content";

/// A source that reads a folder.
pub(crate) struct Directory {
    slug: String,
    given: PathBuf,
}

impl Directory {
    pub(crate) fn new(config: &Config) -> Result<Self> {
        Ok(Self { slug: config.roadmap.clone(), given: config.folder()?.to_owned() })
    }

    /// The roadmap's own folder inside the given one: a subfolder, or the given folder itself, whose name is empty.
    fn inside(&self) -> &str {
        let is_drawing = |folder: &str| drawing(&self.given.join(folder), &self.slug).is_file();
        if !is_drawing(&self.slug) && is_drawing("") { "" } else { &self.slug }
    }

    pub(crate) fn paths(&self) -> SourcePaths {
        let folder = self.given.join(self.inside());
        // A joined empty name ends with a separator.
        let folder: PathBuf = folder.components().collect();
        SourcePaths { files: vec![drawing(&folder, &self.slug)], folders: vec![folder.join(TEXTS)] }
    }

    fn folder(&self) -> Result<SourceFolder> {
        SourceFolder::open(&self.given)
    }

    pub(crate) fn graph(&self) -> Result<Graph> {
        let name = drawing(Path::new(self.inside()), &self.slug);
        let bytes = self
            .folder()
            .and_then(|folder| folder.read(&name, MAX_DRAWING_BYTES))
            .map_err(|error| if error.kind == ErrorKind::NotFound { error.hint(self.others()) } else { error })?;
        Graph::parse(&bytes, &self.given.join(&name).display().to_string(), &self.slug)
    }

    fn others(&self) -> String {
        let names: Vec<String> = self.list().unwrap_or_default().into_iter().map(|listing| listing.name).collect();
        let given = self.given.display();
        if names.is_empty() {
            format!("{given} has no roadmaps; set `path` to the folder with `<roadmap>/<roadmap>.json` in it")
        } else {
            format!("{given} has: {}", names.join(", "))
        }
    }

    fn texts(&self) -> PathBuf {
        Path::new(self.inside()).join(TEXTS)
    }

    pub(crate) fn index(&self, graph: &Graph, topics: &[usize]) -> Result<TextIndex> {
        let texts = self.texts();
        match self.folder()?.names(&texts) {
            Ok(names) => Ok(TextIndex::new(names, graph, topics)),
            Err(error) if error.kind == ErrorKind::NotFound => {
                log::warn!("{} does not exist; all descriptions are empty", self.given.join(texts).display());
                Ok(TextIndex::default())
            }
            Err(error) => Err(error),
        }
    }

    /// Reads a text. A text that is no regular file of the folder counts as missing: one bad file does not stop a source.
    pub(crate) fn text(&self, index: &TextIndex, node: &Node) -> Result<Option<Content>> {
        let Some(name) = index.find(node) else { return Ok(None) };
        match self.folder()?.read(self.texts().join(name), MAX_TEXT_BYTES) {
            Ok(bytes) => Ok(Some(content::read(&String::from_utf8_lossy(&bytes)))),
            Err(error) => {
                log::warn!("{}; the description of `{}` is empty", error.message, node.label);
                Ok(None)
            }
        }
    }

    pub(crate) fn list(&self) -> Result<Vec<Listing>> {
        let listing = |name: String| Listing { name, about: String::new() };
        if drawing(&self.given, &self.slug).is_file() {
            return Ok(vec![listing(self.slug.clone())]);
        }
        let folder = self.folder()?;
        let names = folder.names("")?.into_iter();
        let mut roadmaps: Vec<String> = names.filter(|name| folder.has_file(drawing(Path::new(name), name))).collect();
        roadmaps.sort();
        Ok(roadmaps.into_iter().map(listing).collect())
    }
}

fn drawing(folder: &Path, slug: &str) -> PathBuf {
    folder.join(format!("{slug}.json"))
}
