//! Checks of a scraper.

use super::assertion::{CheckResult, describe, ensure, expect_err, expect_ok, fail, skip, wait_for};
use super::call_watch::{in_words, limited, patience};
use super::plugin_under_test::{OpenPlugin, PluginUnderTest};
use super::suite::CheckSpec;
use crate::FakeHost;
use crate::run::block_on_for;
use rowsmith_plugin_api::bridge::client::ScraperClient;
use rowsmith_plugin_api::row::repeated_name;
use rowsmith_plugin_api::{Error, ErrorKind, Result};
use serde_json::Value;
use std::collections::HashSet;
use std::sync::Arc;

pub(super) const CHECKS: &[CheckSpec] = &[
    ("same_rows", "a second scrape returns the same rows", same_rows),
    ("chunks", "no chunk is empty or has a column twice", chunks),
    ("announced_columns", "rows have no column that was not announced", announced_columns),
    ("stops_when_refused", "a scrape stops when its rows are refused", stops_when_refused),
    ("dropped_scrape", "a dropped scrape does no harm", dropped_scrape),
    ("cancelled", "a scrape ends when the run stops", cancelled),
];

/// Runs after all other checks: rows may arrive late at any time.
pub(super) const FINAL_CHECKS: &[CheckSpec] =
    &[("nothing_after_the_end", "no row arrives after the end of its scrape", nothing_after_the_end)];

/// Scrapes with a row intake that is open until the scrape ends or is dropped.
fn scrape(plugin: &PluginUnderTest, opened: &OpenPlugin) -> impl Future<Output = Result<()>> + use<> {
    let client = ScraperClient(opened.remote.clone());
    let intake = Arc::clone(&plugin.row_intake).open();
    async move {
        let result = client.scrape(intake.number()).await;
        intake.end();
        result
    }
}

/// Scrapes in a new folder and returns the host with the rows.
fn scraped(plugin: &PluginUnderTest) -> CheckResult<FakeHost> {
    let folder = plugin.test_folder()?;
    let host = plugin.host(&folder);
    let opened = plugin.open(&folder, &host)?;
    expect_ok("scraping", scrape(plugin, &opened))?;
    Ok(host)
}

fn same_rows(plugin: &PluginUnderTest) -> CheckResult {
    let folder = plugin.test_folder()?;
    let host = plugin.host(&folder);
    let opened = plugin.open(&folder, &host)?;
    expect_ok("scraping", scrape(plugin, &opened)).map_err(|stop| stop.for_all("the source is not readable"))?;
    let first = host.rows();
    ensure(!first.is_empty(), || "the source of this suite has no rows".to_owned())
        .map_err(|stop| stop.for_all("the source has no rows"))?;
    expect_ok("scraping again", scrape(plugin, &opened))?;
    let both = host.rows();
    compare(&first, both.get(first.len()..).unwrap_or_default(), "the second scrape")
}

fn compare(first: &[Value], second: &[Value], which: &str) -> CheckResult {
    ensure(first.len() == second.len(), || {
        format!("the first scrape returned {} rows, {which} {}", first.len(), second.len())
    })?;
    match first.iter().zip(second).position(|(one, two)| one != two) {
        Some(row) => fail(format!("row {} of {which} differs from the first scrape", row + 1)),
        None => Ok(()),
    }
}

fn chunks(plugin: &PluginUnderTest) -> CheckResult {
    for chunk in scraped(plugin)?.chunks() {
        ensure(!chunk.is_empty(), || "a chunk has no rows".to_owned())?;
        if let Some(column) = repeated_name(chunk.columns().iter().map(String::as_str)) {
            return fail(format!("a chunk has the column `{column}` twice"));
        }
    }
    Ok(())
}

fn announced_columns(plugin: &PluginUnderTest) -> CheckResult {
    let host = scraped(plugin)?;
    let Some(announced) = host.announced_columns() else {
        return skip("the scraper announces no columns");
    };
    let announced: HashSet<&str> = announced.iter().map(|column| column.name.as_str()).collect();
    for chunk in host.chunks() {
        if let Some(column) = chunk.columns().iter().find(|column| !announced.contains(column.as_str())) {
            return fail(format!("rows have the column `{column}`, which was not announced"));
        }
    }
    Ok(())
}

fn nothing_after_the_end(plugin: &PluginUnderTest) -> CheckResult {
    if plugin.row_intake.accepted() == 0 {
        return skip("no rows arrived");
    }
    match plugin.row_intake.late() {
        0 => Ok(()),
        1 => fail("1 chunk arrived after the end of its scrape"),
        late => fail(format!("{late} chunks arrived after the end of their scrapes")),
    }
}

fn stops_when_refused(plugin: &PluginUnderTest) -> CheckResult {
    let mut max_chunks = scraped(plugin)?.chunks().len() / 2;
    refused_after(plugin, 0)?;
    // A source that pauses has another number of chunks each time.
    while max_chunks > 0 && !refused_after(plugin, max_chunks)? {
        max_chunks /= 2;
    }
    Ok(())
}

/// Scrapes until rows are refused. Returns false if the source has no more chunks than the host accepts.
fn refused_after(plugin: &PluginUnderTest, max_chunks: usize) -> CheckResult<bool> {
    let folder = plugin.test_folder()?;
    let host = plugin.host(&folder).with_max_chunks(max_chunks);
    let opened = plugin.open(&folder, &host)?;
    let ended = wait_for("a scrape whose rows are refused", scrape(plugin, &opened))?;
    let refused = host.refused_chunks();
    if max_chunks > 0 && ended.is_ok() && refused == 0 {
        return Ok(false);
    }
    let error = expect_err("a scrape whose rows are refused", async { ended })?;
    ensure(error.kind == ErrorKind::Cancelled, || {
        format!("expected an error of the kind `cancelled`, got: {}", describe(&error))
    })?;
    ensure(refused <= 1, || format!("{refused} chunks arrived after the first refusal, expected none"))?;
    Ok(true)
}

fn dropped_scrape(plugin: &PluginUnderTest) -> CheckResult {
    let expected = scraped(plugin)?.rows();
    let folder = plugin.test_folder()?;
    let host = plugin.host(&folder).with_held_rows();
    let opened = plugin.open(&folder, &host)?;
    let ended = limited("scraping", || block_on_for(scrape(plugin, &opened), patience(), || host.has_held()));
    if ended.is_some() {
        return fail("the scrape ended before the host accepted its rows");
    }
    ensure(host.has_held(), || format!("no rows arrived within {}", in_words(patience())))?;
    drop(opened);
    let host = plugin.host(&folder);
    let opened = plugin.open(&folder, &host)?;
    expect_ok("scraping after a dropped scrape", scrape(plugin, &opened))?;
    compare(&expected, &host.rows(), "the scrape after a dropped one")
}

fn cancelled(plugin: &PluginUnderTest) -> CheckResult {
    let whole = scraped(plugin)?;
    let folder = plugin.test_folder()?;
    let host = plugin.host(&folder);
    let opened = plugin.open(&folder, &host)?;
    host.cancel();
    match wait_for("a scrape of a run that stops", scrape(plugin, &opened))? {
        Err(Error { kind: ErrorKind::Cancelled, .. }) => Ok(()),
        Err(error) => fail(format!("expected an error of the kind `cancelled`, got: {}", describe(&error))),
        Ok(()) if whole.chunks().len() < 2 => skip("the source of this suite is too small"),
        Ok(()) if host.rows().len() < whole.rows().len() => Ok(()),
        Ok(()) => fail("all rows were scraped although the run stops"),
    }
}
