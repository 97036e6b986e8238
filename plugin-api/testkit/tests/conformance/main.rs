//! Suites run against plugins with one flaw each, and find it.

mod any_kind;
mod appending;
mod binary;
mod cache_defaults;
mod caches;
mod exporters;
mod hangs;
mod harness;
mod jobs;
mod nested;
mod providers;
mod scrapers;
