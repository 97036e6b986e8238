//! The scraper: drawing and texts to rows.

use crate::ancestry::Ancestry;
use crate::columns::Row;
use crate::config::Config;
use crate::content::Content;
use crate::graph::Graph;
use crate::source::{RoadmapSource, TextIndex};
use futures_util::stream::{self, StreamExt};
use rowsmith_plugin_api::prelude::*;
use std::pin::pin;

/// Rows between two progress reports; each report is a call to the host.
const ROWS_PER_REPORT: usize = 10;

/// Maximum names in a warning.
const MAX_NAMES: usize = 5;

/// The scraper of one roadmap.
pub struct Roadmap {
    host: Host,
    config: Config,
    source: RoadmapSource,
}

impl Scraper for Roadmap {
    type Config = Config;

    fn new(config: Config, host: Host) -> Result<Self> {
        config.check()?;
        Ok(Self { source: RoadmapSource::new(&config, &host)?, config, host })
    }

    async fn scrape(&self, rows: &mut RowSink) -> Result<()> {
        let graph = self.source.graph().await?;
        let topics = self.topics(&graph);
        if topics.is_empty() {
            log::warn!("roadmap `{}` has no topics, so there are no rows", self.config.roadmap);
            return Ok(());
        }
        self.send_rows(&graph, &topics, rows).await
    }

    async fn list(&self) -> Result<Vec<Listing>> {
        let mut listings = self.source.list().await?;
        listings.sort_by(|a, b| a.name.cmp(&b.name));
        listings.dedup_by(|a, b| a.name == b.name);
        Ok(listings)
    }

    fn source_paths(&self) -> SourcePaths {
        self.source.paths()
    }
}

impl Roadmap {
    fn topics(&self, graph: &Graph) -> Vec<usize> {
        let topics = graph.topics(&self.config.node_types);
        let roadmap = &self.config.roadmap;
        if topics.unlabelled > 0 {
            log::warn!("roadmap `{roadmap}`: skipping {} topics without a label", topics.unlabelled);
        }
        if !topics.leftovers.is_empty() {
            let names = some_of(topics.leftovers.iter().map(|node| graph.nodes[*node].label.as_str()));
            let count = topics.leftovers.len();
            log::warn!("roadmap `{roadmap}`: skipping {count} boxes of topics that are drawn twice: {names}");
        }
        topics.rows
    }

    /// Fetches several texts at a time and sends the rows in order.
    async fn send_rows(&self, graph: &Graph, topics: &[usize], rows: &mut RowSink) -> Result<()> {
        rows.announce_columns(&Row::columns()).await?;
        let index = self.source.index(graph, topics).await?;
        self.warn_about_unused_texts(&index, graph, topics);
        let fetches: Vec<_> = topics.iter().map(|topic| self.source.text(&index, &graph.nodes[*topic])).collect();
        let mut texts = pin!(stream::iter(fetches).buffered(self.config.concurrency));
        let mut ancestry = Ancestry::new(graph);
        let mut without_text = Vec::new();
        for (done, topic) in topics.iter().enumerate() {
            self.host.check_cancelled()?;
            let Some(text) = texts.next().await else { break };
            let content = text?.unwrap_or_else(Content::default);
            let label = graph.nodes[*topic].label.as_str();
            if content.is_empty() {
                without_text.push(label);
            }
            let categories = ancestry.categories(*topic);
            rows.send(&Row::new(&categories, label, &content)).await?;
            self.report(done + 1, topics.len()).await;
        }
        if !without_text.is_empty() {
            let (count, all, names) = (without_text.len(), topics.len(), some_of(without_text));
            log::warn!("roadmap `{}`: {count} of {all} topics have no text: {names}", self.config.roadmap);
        }
        Ok(())
    }

    fn warn_about_unused_texts(&self, index: &TextIndex, graph: &Graph, topics: &[usize]) {
        let unused = index.unused(topics.iter().map(|topic| &graph.nodes[*topic]));
        if !unused.is_empty() {
            let (count, names) = (unused.len(), some_of(unused));
            log::warn!("roadmap `{}`: {count} texts belong to no topic: {names}", self.config.roadmap);
        }
    }

    /// Reports progress. A failure to report does not stop the scrape.
    async fn report(&self, done: usize, total: usize) {
        if done.is_multiple_of(ROWS_PER_REPORT) || done == total {
            let message = format!("reading roadmap {}", self.config.roadmap);
            let progress = Progress { message, done: Some(done as u64), total: Some(total as u64) };
            if let Err(error) = self.host.progress(progress).await {
                log::debug!("cannot report progress: {error}");
            }
        }
    }
}

/// Lists the first names for a warning.
fn some_of<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut names = names.into_iter();
    let some: Vec<String> = names.by_ref().take(MAX_NAMES).map(|name| format!("`{name}`")).collect();
    let more = if names.next().is_some() { ", …" } else { "" };
    format!("{}{more}", some.join(", "))
}
