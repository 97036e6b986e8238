//! roadmap.sh itself: one request for the drawing, one for each text.

use super::address::path_part;
use crate::config::Config;
use crate::content::{self, Content};
use crate::graph::{Graph, Node};
use crate::http_cache::HttpCache;
use rowsmith_plugin_api::prelude::*;

/// The site keeps its roadmaps for beginners apart.
const LISTINGS: [&str; 2] = ["v1-list-official-roadmaps", "v1-list-official-beginner-roadmaps"];

/// Reads the site.
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
                .hint("`rowsmith list` names the roadmaps")
        })?;
        Graph::parse(&body, &url, &self.slug)
    }

    pub(crate) async fn text(&self, node: &Node) -> Result<Option<Content>> {
        if node.id.is_empty() {
            return Ok(None);
        }
        let url = format!("{}/v1-official-roadmap-topic/{}/{}", self.base, self.slug, path_part(&node.id));
        let Some(body) = self.http.fetch(HttpCache::request(&url)).await? else {
            return Ok(None);
        };
        let topic: Value = serde_json::from_slice(&body)
            .map_err(|e| Error::new(ErrorKind::InvalidData, format!("{url} did not answer with a topic: {e}")))?;
        Ok(read_topic(&topic))
    }

    pub(crate) async fn list(&self) -> Result<Vec<Listing>> {
        let mut listings = Vec::new();
        let mut found = false;
        for listing in LISTINGS {
            let url = format!("{}/{listing}", self.base);
            if let Some(body) = self.http.fetch(HttpCache::request(&url)).await? {
                found = true;
                listings.extend(read_listing(&body, &url)?);
            }
        }
        if found {
            return Ok(listings);
        }
        Err(Error::new(ErrorKind::Unsupported, format!("{} does not list its roadmaps", self.base))
            .hint(r#"`source = "github"` lists those of the repository"#))
    }
}

/// A topic without a text is answered with `null` or an object without the fields.
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
    let roadmaps: Vec<Value> = serde_json::from_slice(body).map_err(|e| {
        Error::new(ErrorKind::InvalidData, format!("{url} did not answer with a list of roadmaps: {e}"))
    })?;
    let title = |roadmap: &Value| {
        let place = ["/title", "/title/card", "/title/page"].iter().find_map(|p| roadmap.pointer(p)?.as_str());
        place.unwrap_or_default().to_owned()
    };
    let listing = |roadmap: &Value| {
        let name = roadmap.get("slug")?.as_str()?.to_owned();
        Some(Listing { name, about: title(roadmap) })
    };
    Ok(roadmaps.iter().filter_map(listing).collect())
}
