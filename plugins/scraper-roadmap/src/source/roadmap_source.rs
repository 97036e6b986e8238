//! The common interface of the three sources.

use super::api::Api;
use super::directory::Directory;
use super::github::GitHub;
use super::index::TextIndex;
use crate::config::{Config, SourceKind};
use crate::content::Content;
use crate::graph::{Graph, Node};
use crate::http_cache::HttpCache;
use rowsmith_plugin_api::prelude::*;

/// A source of one roadmap.
pub(crate) enum RoadmapSource {
    GitHub(GitHub),
    Api(Api),
    Directory(Directory),
}

impl RoadmapSource {
    pub(crate) fn new(config: &Config, host: &Host) -> Result<Self> {
        let http = || HttpCache::new(host.clone(), config.cache);
        Ok(match config.source {
            SourceKind::GitHub => Self::GitHub(GitHub::new(config, http())?),
            SourceKind::Api => Self::Api(Api::new(config, http())?),
            SourceKind::Directory => Self::Directory(Directory::new(config)?),
        })
    }

    /// Reads the drawing.
    pub(crate) async fn graph(&self) -> Result<Graph> {
        match self {
            Self::GitHub(source) => source.graph().await,
            Self::Api(source) => source.graph().await,
            Self::Directory(source) => source.graph(),
        }
    }

    /// Lists the texts of these topics. Empty for a source that finds texts by node id without an index.
    pub(crate) async fn index(&self, graph: &Graph, topics: &[usize]) -> Result<TextIndex> {
        match self {
            Self::GitHub(source) => source.index(graph, topics).await,
            Self::Api(_) => Ok(TextIndex::default()),
            Self::Directory(source) => source.index(graph, topics),
        }
    }

    /// Reads the text of a node; `None` if it has none.
    pub(crate) async fn text(&self, index: &TextIndex, node: &Node) -> Result<Option<Content>> {
        match self {
            Self::GitHub(source) => source.text(index, node).await,
            Self::Api(source) => source.text(node).await,
            Self::Directory(source) => source.text(index, node),
        }
    }

    /// The local files and folders of the source.
    pub(crate) fn paths(&self) -> SourcePaths {
        match self {
            Self::GitHub(_) | Self::Api(_) => SourcePaths::default(),
            Self::Directory(source) => source.paths(),
        }
    }

    /// Lists the roadmaps of the source.
    pub(crate) async fn list(&self) -> Result<Vec<Listing>> {
        match self {
            Self::GitHub(source) => source.list().await,
            Self::Api(source) => source.list().await,
            Self::Directory(source) => source.list(),
        }
    }
}
