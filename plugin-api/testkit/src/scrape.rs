//! Runs a scraper over a file.

use crate::{FakeHost, scrape_rows};
use rowsmith_plugin_api::{Error, ErrorKind, Result, Scraper};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// Creates a scraper of files from a JSON config, to which `path` is added.
///
/// # Errors
/// The scraper's own, or an invalid config.
pub fn file_scraper<S: Scraper>(path: &Path, options: &Value, host: &FakeHost) -> Result<S> {
    let mut config = options.clone();
    config["path"] = json!(path);
    S::new(serde_json::from_value(config)?, host.host())
}

/// Scrapes a new file of this name with these bytes. Returns the rows, those before an error included, and the result.
pub fn scrape_file<S: Scraper>(name: &str, bytes: &[u8], options: &Value) -> (Vec<Value>, Result<()>) {
    let host = FakeHost::default();
    let failed = |error: std::io::Error| Error::new(ErrorKind::Io, format!("the file of the test: {error}"));
    let scraped = tempfile::tempdir().map_err(failed).and_then(|folder| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).map_err(failed)?;
        scrape_rows(&file_scraper::<S>(&path, options, &host)?, &host).map(drop)
    });
    (host.rows(), scraped)
}
