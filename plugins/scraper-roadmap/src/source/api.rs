//! The API of roadmap.sh: one request for the drawing, one for each text.

use super::address::path_segment;
use crate::config::Config;
use crate::content::{self, Content};
use crate::graph::{Graph, Node};
use crate::http_cache::HttpCache;
use rowsmith_plugin_api::prelude::*;

/// The two listings of the site; beginner roadmaps have their own.
const LISTINGS: [&str; 2] = ["v1-list-official-roadmaps", "v1-list-official-beginner-roadmaps"];

/// A source that reads the API.
pub(crate) struct Api {
    http: HttpCache,
    slug: String,
    base: String,
}

impl Api {
    pub(crate) fn new(config: &Config, http: HttpCache) -> Result<Self> {
        Ok(Self { http, slug: config.roadmap.clone(), base: format!("{}/api", config.base_url()?) })
    }

    pub(crate) async fn graph(&self) -> Result<Graph> {
        let url = format!("{}/v1-official-roadmap/{}", self.base, self.slug);
        let body = self.http.fetch(HttpCache::request(&url)).await?.ok_or_else(|| {
            Error::new(ErrorKind::NotFound, format!("the site has no roadmap `{}`: {url}", self.slug))
                .hint("list the roadmaps with `rowsmith list`")
        })?;
        Graph::parse(&body, &url, &self.slug)
    }

    pub(crate) async fn text(&self, node: &Node) -> Result<Option<Content>> {
        // An address with such a segment is another address, whatever its encoding.
        for id in node.ids().filter(|id| !matches!(*id, "." | "..")) {
            if let Some(content) = self.text_of(id).await? {
                return Ok(Some(content));
            }
        }
        Ok(None)
    }

    async fn text_of(&self, id: &str) -> Result<Option<Content>> {
        let url = format!("{}/v1-official-roadmap-topic/{}/{}", self.base, self.slug, path_segment(id));
        let Some(body) = self.http.fetch(HttpCache::request(&url)).await? else {
            return Ok(None);
        };
        let topic: Value = serde_json::from_slice(&body)
            .map_err(|e| Error::new(ErrorKind::InvalidData, format!("expected a topic from {url}: {e}")))?;
        Ok(read_topic(&topic))
    }

    pub(crate) async fn list(&self) -> Result<Vec<Listing>> {
        let mut listings = Vec::new();
        let mut has_listing = false;
        for listing in LISTINGS {
            let url = format!("{}/{listing}", self.base);
            if let Some(body) = self.http.fetch(HttpCache::request(&url)).await? {
                has_listing = true;
                listings.extend(read_listing(&body, &url)?);
            }
        }
        if has_listing {
            return Ok(listings);
        }
        Err(Error::new(ErrorKind::Unsupported, format!("{} has no listing of roadmaps", self.base))
            .hint(r#"set `source = "github"` to list the roadmaps of the repository"#))
    }
}

/// Reads a topic; `null` or an object without the fields is a topic without a text.
fn read_topic(topic: &Value) -> Option<Content> {
    let description = topic.get("description").and_then(Value::as_str);
    let resources = topic.get("resources").and_then(Value::as_array);
    if description.is_none() && resources.is_none() {
        return None;
    }
    let mut content = content::read(description.unwrap_or_default());
    for url in resources.into_iter().flatten().filter_map(|resource| resource.get("url")?.as_str()) {
        content.add_link(url);
    }
    Some(content)
}

fn read_listing(body: &[u8], url: &str) -> Result<Vec<Listing>> {
    let roadmaps: Vec<Value> = serde_json::from_slice(body)
        .map_err(|e| Error::new(ErrorKind::InvalidData, format!("expected a list of roadmaps from {url}: {e}")))?;
    let title = |roadmap: &Value| {
        let title = ["/title", "/title/card", "/title/page"].iter().find_map(|p| roadmap.pointer(p)?.as_str());
        title.unwrap_or_default().to_owned()
    };
    let listing = |roadmap: &Value| {
        let name = roadmap.get("slug")?.as_str()?.to_owned();
        Some(Listing { name, about: title(roadmap) })
    };
    Ok(roadmaps.iter().filter_map(listing).collect())
}
