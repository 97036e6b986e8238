//! The scraper: drawing and texts to rows.

use crate::ancestry::Ancestry;
use crate::columns::Row;
use crate::config::Config;
use crate::content::Content;
use crate::graph::Graph;
use crate::source::RoadmapSource;
use futures_util::stream::{self, StreamExt};
use rowsmith_plugin_api::prelude::*;
use std::pin::pin;

/// Rows between two progress reports; each report is a call to the host.
const ROWS_PER_REPORT: usize = 10;

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
        let (topics, unlabelled) = graph.topics(&self.config.node_types);
        if unlabelled > 0 {
            log::warn!("roadmap `{}`: skipping {unlabelled} topics without a label", self.config.roadmap);
        }
        topics
    }

    /// Fetches several texts at a time and sends the rows in order.
    async fn send_rows(&self, graph: &Graph, topics: &[usize], rows: &mut RowSink) -> Result<()> {
        rows.announce_columns(&Row::columns()).await?;
        let index = self.source.index().await?;
        let fetches: Vec<_> = topics.iter().map(|topic| self.source.text(&index, &graph.nodes[*topic])).collect();
        let mut texts = pin!(stream::iter(fetches).buffered(self.config.concurrency));
        let ancestry = Ancestry::new(graph);
        let mut without_text = 0;
        for (done, topic) in topics.iter().enumerate() {
            self.host.check_cancelled()?;
            let Some(text) = texts.next().await else { break };
            let text = text?;
            without_text += usize::from(text.is_none());
            let content = text.unwrap_or_else(Content::default);
            rows.send(&Row::new(&ancestry.categories(*topic), &graph.nodes[*topic].label, &content)).await?;
            self.report(done + 1, topics.len()).await;
        }
        if without_text > 0 {
            let all = topics.len();
            log::info!("roadmap `{}`: {without_text} of {all} topics have no text", self.config.roadmap);
        }
        Ok(())
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
