//! Suites must be able to fail: each one runs against plugins that break one promise, and names it.

mod any_kind;
mod caches;
mod exporters;
mod kit;
mod nested;
mod providers;
mod scrapers;
