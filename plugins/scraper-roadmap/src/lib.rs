//! Scraper plugin `roadmap`: the topics of a roadmap.sh roadmap as rows.
//!
//! A roadmap is a drawing (nodes and edges) and a Markdown text for each of its topics. Every node of type `topic` or
//! `subtopic` becomes one row with the columns `Category`, `Subcategory`, `Topic`, `Description` and `Resources`,
//! all of them strings.
//!
//! - **Order**: as the drawing is read, top to bottom and then left to right; nodes without a position come last, in
//!   the order of the file.
//! - **Category and Subcategory**: see module `ancestry`.
//! - **Description and Resources**: see module `content`. A topic without a text has both empty.
//! - **Where from**: see module `source`: GitHub, roadmap.sh itself, or a folder.
//!
//! A text that the source does not have is an empty description; a text that could not be fetched fails the scrape,
//! because a description that is empty only today would make another question of the same row tomorrow.

#![forbid(unsafe_code)]

mod ancestry;
mod columns;
mod config;
mod content;
mod graph;
mod http_cache;
mod kept_body;
mod scraper;
mod source;

pub use config::{Config, SourceKind};
pub use scraper::Roadmap;

rowsmith_plugin_api::export_plugin!(
    scraper: Roadmap,
    name = "roadmap",
    about = "The topics of a roadmap.sh roadmap, with category, text and links",
    capabilities = ["list"]
);
