//! The three sources behind one face.

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
pub(crate) enum Source {
    GitHub(GitHub),
    Api(Api),
    Directory(Directory),
}

impl Source {
    pub(crate) fn new(config: &Config, host: &Host) -> Result<Self> {
        let http = || HttpCache::new(host.clone(), config.cache);
        Ok(match config.source {
            SourceKind::GitHub => Self::GitHub(GitHub::new(config, http())?),
            SourceKind::Api => Self::Api(Api::new(config, http())?),
            SourceKind::Directory => Self::Directory(Directory::new(config)?),
        })
    }

    /// The drawing.
    pub(crate) async fn graph(&self) -> Result<Graph> {
        match self {
            Self::GitHub(source) => source.graph().await,
            Self::Api(source) => source.graph().await,
            Self::Directory(source) => source.graph(),
        }
    }

    /// Which texts there are; empty where a source finds each text by its node's id without one.
    pub(crate) async fn index(&self) -> Result<TextIndex> {
        match self {
            Self::GitHub(source) => source.index().await,
            Self::Api(_) => Ok(TextIndex::default()),
            Self::Directory(source) => source.index(),
        }
    }

    /// The text of a node, if there is one.
    pub(crate) async fn text(&self, index: &TextIndex, node: &Node) -> Result<Option<Content>> {
        match self {
            Self::GitHub(source) => source.text(index, node).await,
            Self::Api(source) => source.text(node).await,
            Self::Directory(source) => source.text(index, node),
        }
    }

    /// The files and folders that are read.
    pub(crate) fn paths(&self) -> SourcePaths {
        match self {
            Self::GitHub(_) | Self::Api(_) => SourcePaths::default(),
            Self::Directory(source) => source.paths(),
        }
    }

    /// The roadmaps that this source has.
    pub(crate) async fn list(&self) -> Result<Vec<Listing>> {
        match self {
            Self::GitHub(source) => source.list().await,
            Self::Api(source) => source.list().await,
            Self::Directory(source) => source.list(),
        }
    }
}
