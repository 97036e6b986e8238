//! Reads the items of a JSON Feed (<https://www.jsonfeed.org>), or only those that no earlier run has exported.
#![forbid(unsafe_code)]

mod bookmark;

use bookmark::Bookmark;
use rowsmith_plugin_api::prelude::*;
use std::sync::{Mutex, PoisonError};

/// Settings of the feed scraper.
#[derive(Debug, PluginConfig)]
pub struct Config {
    /// Address of the feed.
    #[config(format = "uri")]
    url: String,
    /// Reads only items that no earlier complete run has exported.
    #[config(default = false)]
    only_new: bool,
}

/// A feed.
pub struct Feed {
    config: Config,
    host: Host,
    /// The bookmark after this run.
    bookmark: Mutex<Bookmark>,
}

#[derive(Deserialize)]
struct Document {
    items: Vec<Item>,
}

/// An item; its fields are the columns.
#[derive(Deserialize, Serialize)]
struct Item {
    id: String,
    title: Option<String>,
    url: Option<String>,
    content_text: Option<String>,
    date_published: Option<String>,
}

impl Scraper for Feed {
    type Config = Config;

    fn new(config: Config, host: Host) -> Result<Self> {
        Ok(Self { config, host, bookmark: Mutex::default() })
    }

    async fn scrape(&self, rows: &mut RowSink) -> Result<()> {
        let response = self.host.http().get(&self.config.url).await?.ok()?;
        let document: Document = response.json()?;
        let mut bookmark = Bookmark::read(&self.host).await?;
        let total = u64::try_from(document.items.len()).ok();
        for (done, item) in (1..).zip(&document.items) {
            let is_new = bookmark.add(&self.config.url, &item.id);
            if is_new || !self.config.only_new {
                rows.send(item).await?;
            }
            self.host.progress(Progress { message: "items".to_owned(), done: Some(done), total }).await?;
        }
        *self.bookmark.lock().unwrap_or_else(PoisonError::into_inner) = bookmark;
        Ok(())
    }

    // The rows were exported, so the next run need not read them again.
    async fn finish(&self, ending: Ending) -> Result<()> {
        if ending != Ending::Complete {
            return Ok(());
        }
        let bookmark = self.bookmark.lock().unwrap_or_else(PoisonError::into_inner).clone();
        bookmark.write(&self.host).await
    }
}

export_plugin!(scraper: Feed, name = "feed", about = "Reads the items of a JSON Feed");
