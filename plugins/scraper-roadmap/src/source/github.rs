//! The public repository on GitHub.
//!
//! Texts come as raw files; only the names of files need GitHub's API, with its quota of 60 requests an hour for the
//! nameless: one request a roadmap.

use super::address::path_part;
use super::index::{TextIndex, expected_name};
use crate::config::Config;
use crate::content::{self, Content};
use crate::graph::{Graph, Node};
use crate::http_cache::HttpCache;
use rowsmith_plugin_api::prelude::*;

/// Where roadmaps are in the repository.
const ROADMAPS: &str = "src/data/roadmaps";
/// GitHub lists no more than this many entries of a folder, and does not say that there are more.
const LONGEST_LISTING: usize = 1_000;

/// Reads the repository.
pub(crate) struct GitHub {
    http: HttpCache,
    slug: String,
    files: String,
    listings: String,
    token: Option<Secret>,
}

/// What is used of an entry of the contents API.
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
            Error::new(ErrorKind::NotFound, format!("the repository has no drawing of roadmap `{}`: {url}", self.slug))
                .hint(r#"`rowsmith list` names the roadmaps; newer ones are only at roadmap.sh: `source = "api"`"#)
        })?;
        Graph::parse(&body, &url, &self.slug)
    }

    pub(crate) async fn index(&self) -> Result<TextIndex> {
        let url = format!("{}/{}/content", self.listings, self.slug);
        let Some(entries) = self.entries(&url).await? else {
            log::warn!("{url} does not exist, so every description is empty");
            return Ok(TextIndex::default());
        };
        let cut_off = entries.len() >= LONGEST_LISTING;
        if cut_off {
            log::warn!(
                "{url} lists only {LONGEST_LISTING} files; further texts are looked for under their usual names"
            );
        }
        Ok(TextIndex::new(entries.into_iter().map(|entry| entry.name), cut_off))
    }

    pub(crate) async fn text(&self, index: &TextIndex, node: &Node) -> Result<Option<Content>> {
        let name = match index.find(node) {
            Some(name) => name.to_owned(),
            None if index.cut_off && !node.id.is_empty() => expected_name(node),
            None => return Ok(None),
        };
        let url = format!("{}/{}/content/{}", self.files, self.slug, path_part(&name));
        let body = self.http.fetch(HttpCache::request(&url)).await?;
        Ok(body.map(|body| content::read(&String::from_utf8_lossy(&body))))
    }

    pub(crate) async fn list(&self) -> Result<Vec<Listing>> {
        let entries = self.entries(&self.listings).await?.ok_or_else(|| {
            Error::new(ErrorKind::NotFound, format!("{} does not exist", self.listings))
                .hint("check `listing_url`: it ends before `/src/data/roadmaps`")
        })?;
        let folders = entries.into_iter().filter(|entry| entry.kind == "dir");
        Ok(folders.map(|folder| Listing { name: folder.name, about: String::new() }).collect())
    }

    /// What GitHub lists of a folder; `None` when there is no such folder.
    async fn entries(&self, url: &str) -> Result<Option<Vec<Entry>>> {
        let mut request = HttpCache::request(url).header("accept", "application/vnd.github+json");
        if let Some(token) = &self.token {
            request = request.bearer(token);
        }
        let Some(body) = self.http.fetch(request).await.map_err(|error| self.explain(error))? else {
            return Ok(None);
        };
        let entries = serde_json::from_slice(&body).map_err(|e| {
            Error::new(ErrorKind::InvalidData, format!("{url} did not answer with the list of a folder: {e}"))
        })?;
        Ok(Some(entries))
    }

    fn explain(&self, error: Error) -> Error {
        match (error.kind, &self.token) {
            (ErrorKind::QuotaExhausted, None) => error.hint(
                "GitHub allows 60 requests an hour without a token: set `token`, wait, or use `source = \"directory\"`",
            ),
            (ErrorKind::Auth, Some(_)) => error.hint("GitHub does not accept `token`; public files need none"),
            _ => error,
        }
    }
}
