//! A local copy of the repository's folder: `<slug>.json` and `content/`.

use super::index::TextIndex;
use crate::config::Config;
use crate::content::{self, Content};
use crate::graph::{Graph, Node};
use rowsmith_plugin_api::prelude::*;
use std::io::ErrorKind as IoErrorKind;
use std::path::{Path, PathBuf};

/// A source that reads a folder.
pub(crate) struct Directory {
    slug: String,
    given: PathBuf,
}

impl Directory {
    pub(crate) fn new(config: &Config) -> Result<Self> {
        Ok(Self { slug: config.roadmap.clone(), given: config.folder()?.to_owned() })
    }

    /// The roadmap's own folder: in the given folder, or the given folder itself.
    fn folder(&self) -> PathBuf {
        let inside = self.given.join(&self.slug);
        if !drawing(&inside, &self.slug).is_file() && drawing(&self.given, &self.slug).is_file() {
            return self.given.clone();
        }
        inside
    }

    pub(crate) fn paths(&self) -> SourcePaths {
        let folder = self.folder();
        SourcePaths { files: vec![drawing(&folder, &self.slug)], folders: vec![folder.join("content")] }
    }

    pub(crate) fn graph(&self) -> Result<Graph> {
        let file = drawing(&self.folder(), &self.slug);
        let bytes = std::fs::read(&file).map_err(|e| {
            let error = Error::io("read", &file, &e);
            if e.kind() == IoErrorKind::NotFound { error.hint(self.others()) } else { error }
        })?;
        Graph::parse(&bytes, &file.display().to_string(), &self.slug)
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

    pub(crate) fn index(&self, graph: &Graph, topics: &[usize]) -> Result<TextIndex> {
        let folder = self.folder().join("content");
        match names(&folder) {
            Ok(names) => Ok(TextIndex::new(names, graph, topics)),
            Err(error) if error.kind() == IoErrorKind::NotFound => {
                log::warn!("{} does not exist; all descriptions are empty", folder.display());
                Ok(TextIndex::default())
            }
            Err(error) => Err(Error::io("list", &folder, &error)),
        }
    }

    pub(crate) fn text(&self, index: &TextIndex, node: &Node) -> Result<Option<Content>> {
        let Some(name) = index.find(node) else { return Ok(None) };
        let file = self.folder().join("content").join(name);
        let bytes = std::fs::read(&file).map_err(|e| Error::io("read", &file, &e))?;
        Ok(Some(content::read(&String::from_utf8_lossy(&bytes))))
    }

    pub(crate) fn list(&self) -> Result<Vec<Listing>> {
        let listing = |name: String| Listing { name, about: String::new() };
        if drawing(&self.given, &self.slug).is_file() {
            return Ok(vec![listing(self.slug.clone())]);
        }
        let names = names(&self.given).map_err(|e| Error::io("list", &self.given, &e))?;
        let mut roadmaps: Vec<String> =
            names.into_iter().filter(|name| drawing(&self.given.join(name), name).is_file()).collect();
        roadmaps.sort();
        Ok(roadmaps.into_iter().map(listing).collect())
    }
}

fn drawing(folder: &Path, slug: &str) -> PathBuf {
    folder.join(format!("{slug}.json"))
}

/// Lists the names in a folder; names that are not Unicode are skipped, as no roadmap or text has one.
fn names(folder: &Path) -> std::io::Result<Vec<String>> {
    let entries = std::fs::read_dir(folder)?.collect::<std::io::Result<Vec<_>>>()?;
    Ok(entries.into_iter().filter_map(|entry| entry.file_name().into_string().ok()).collect())
}
