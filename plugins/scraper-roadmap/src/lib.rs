//! Scraper plugin `roadmap`: the topics of a roadmap.sh roadmap as rows.
//!
//! A roadmap is a drawing (nodes and edges) and a Markdown text for each of its topics. Every node of type `topic` or
//! `subtopic` becomes one row with the columns `Category`, `Subcategory`, `Topic`, `Description` and `Resources`,
//! all of them strings.
//!
//! - **Order**: top to bottom, then left to right. Nodes without a position come last, in the order of the file.
//! - **Category and Subcategory**: see module `ancestry`.
//! - **Description and Resources**: see module `content`. Both are empty for a topic without a text.
//! - **Leftovers**: a topic that is drawn twice is one row; see module `leftovers`.
//! - **Source**: GitHub, roadmap.sh, or a folder; see module `source`.
//!
//! A text that the source does not have is an empty description; a warning counts such topics. A text that cannot be fetched fails the scrape: an
//! empty description would change the row key, and the next run would ask about the row again.

#![forbid(unsafe_code)]

mod ancestry;
mod columns;
mod config;
mod content;
mod graph;
mod http_cache;
mod leftovers;
mod scraper;
mod source;
mod stored_response;

pub use config::{Config, SourceKind};
pub use scraper::Roadmap;

rowsmith_plugin_api::export_plugin!(
    scraper: Roadmap,
    name = "roadmap",
    about = "The topics of a roadmap.sh roadmap, with category, text and links",
    capabilities = ["list"]
);
