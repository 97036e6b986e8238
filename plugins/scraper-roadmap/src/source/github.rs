//! The public repository on GitHub.
//!
//! Texts are fetched as raw files. Only file names need GitHub's API, which allows 60 requests per hour without a
//! token: one request per roadmap.

use super::address::path_segment;
use super::index::{TextIndex, expected_name};
use crate::config::Config;
use crate::content::{self, Content};
use crate::graph::{Graph, Node};
use crate::http_cache::HttpCache;
use rowsmith_plugin_api::prelude::*;

/// Path of the roadmaps in the repository.
const ROADMAPS: &str = "src/data/roadmaps";
/// Maximum entries of a folder listing. GitHub does not report that more exist.
const MAX_LISTING: usize = 1_000;

/// A source that reads the repository.
pub(crate) struct GitHub {
    http: HttpCache,
    slug: String,
    files: String,
    listings: String,
    token: Option<Secret>,
}

/// The used fields of an entry of the contents API.
#[derive(Deserialize)]
struct Entry {
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

impl GitHub {
    pub(crate) fn new(config: &Config, http: HttpCache) -> Result<Self> {
        Ok(Self {
            http,
            slug: config.roadmap.clone(),
            files: format!("{}/{ROADMAPS}", config.base_url()?),
            listings: format!("{}/{ROADMAPS}", config.listing_url()?),
            token: config.token.clone(),
        })
    }

    pub(crate) async fn graph(&self) -> Result<Graph> {
        let url = format!("{}/{slug}/{slug}.json", self.files, slug = self.slug);
        let body = self.http.fetch(HttpCache::request(&url)).await?.ok_or_else(|| {
            Error::new(ErrorKind::NotFound, format!("the repository has no roadmap `{}`: {url}", self.slug))
                .hint(r#"list the roadmaps with `rowsmith list`; for newer ones set `source = "api"`"#)
        })?;
        Graph::parse(&body, &url, &self.slug)
    }

    pub(crate) async fn index(&self, graph: &Graph, topics: &[usize]) -> Result<TextIndex> {
        let url = format!("{}/{}/content", self.listings, self.slug);
        let Some(entries) = self.entries(&url).await? else {
            log::warn!("{url} does not exist; all descriptions are empty");
            return Ok(TextIndex::default());
        };
        let is_truncated = entries.len() >= MAX_LISTING;
        if is_truncated {
            log::warn!("{url} lists only {MAX_LISTING} files; fetching further texts by their expected names");
        }
        Ok(TextIndex::new(entries.into_iter().map(|entry| entry.name), graph, topics).truncated(is_truncated))
    }

    pub(crate) async fn text(&self, index: &TextIndex, node: &Node) -> Result<Option<Content>> {
        let name = match index.find(node) {
            Some(name) => name.to_owned(),
            None if index.is_truncated && !node.id.is_empty() => expected_name(node),
            None => return Ok(None),
        };
        let url = format!("{}/{}/content/{}", self.files, self.slug, path_segment(&name));
        let body = self.http.fetch(HttpCache::request(&url)).await?;
        Ok(body.map(|body| content::read(&String::from_utf8_lossy(&body))))
    }

    pub(crate) async fn list(&self) -> Result<Vec<Listing>> {
        let entries = self.entries(&self.listings).await?.ok_or_else(|| {
            Error::new(ErrorKind::NotFound, format!("{} does not exist", self.listings))
                .hint("check `listing_url`; it must end before `/src/data/roadmaps`")
        })?;
        let folders = entries.into_iter().filter(|entry| entry.kind == "dir");
        Ok(folders.map(|folder| Listing { name: folder.name, about: String::new() }).collect())
    }

    /// Lists a folder; `None` if it does not exist.
    async fn entries(&self, url: &str) -> Result<Option<Vec<Entry>>> {
        let mut request = HttpCache::request(url).header("accept", "application/vnd.github+json");
        if let Some(token) = &self.token {
            request = request.bearer(token);
        }
        let Some(body) = self.http.fetch(request).await.map_err(|error| self.add_hint(error))? else {
            return Ok(None);
        };
        let entries = serde_json::from_slice(&body)
            .map_err(|e| Error::new(ErrorKind::InvalidData, format!("expected a folder listing from {url}: {e}")))?;
        Ok(Some(entries))
    }

    fn add_hint(&self, error: Error) -> Error {
        match (error.kind, &self.token) {
            (ErrorKind::QuotaExhausted, None) => error.hint(
                "GitHub allows 60 requests per hour without a token; set `token`, wait, or set `source = \"directory\"`",
            ),
            (ErrorKind::Auth, Some(_)) => error.hint("GitHub rejects `token`; remove it, public files need none"),
            _ => error,
        }
    }
}
