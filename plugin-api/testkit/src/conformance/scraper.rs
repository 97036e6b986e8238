//! What the host relies on in a scraper.

use super::finding::{Judged, PATIENCE, answer, ensure, failed, outcome, refusal, skipped, told};
use super::subject::{Opened, Subject};
use super::suite::Step;
use crate::FakeHost;
use crate::run::block_on_for;
use rowsmith_plugin_api::bridge::client::ScraperClient;
use rowsmith_plugin_api::{Error, ErrorKind, Result};
use serde_json::Value;
use std::collections::HashSet;
use std::sync::Arc;

pub(super) const CHECKS: &[Step] = &[
    ("there are rows, and a second scrape brings the same", same_rows),
    ("no chunk is empty, and no column comes twice", chunks),
    ("a scraper stops when no more rows are wanted", stops_when_refused),
    ("a scrape that is dropped in the middle does no harm", dropped),
    ("a scraper ends when the run is being stopped", cancelled),
];

/// Judged after all others: rows may come late at any time.
pub(super) const SEEN: &[Step] = &[("no row comes after the end", nothing_after_the_end)];

/// Scrapes into a sink that is open until the scrape ends or is dropped.
fn scrape(subject: &Subject, opened: &Opened) -> impl Future<Output = Result<()>> + use<> {
    let client = ScraperClient(opened.remote.clone());
    let sink = Arc::clone(&subject.sinks).open();
    async move {
        let result = client.scrape(sink.number()).await;
        sink.end();
        result
    }
}

/// Scrapes with a host of its own and returns it.
fn scraped(subject: &Subject) -> Judged<FakeHost> {
    let place = subject.place()?;
    let host = subject.host(&place);
    let opened = subject.open(&place, &host)?;
    answer("scraping", scrape(subject, &opened))?;
    Ok(host)
}

fn same_rows(subject: &Subject) -> Judged {
    let place = subject.place()?;
    let host = subject.host(&place);
    let opened = subject.open(&place, &host)?;
    answer("scraping", scrape(subject, &opened)).map_err(|finding| finding.for_all("the source cannot be read"))?;
    let first = host.rows();
    ensure(!first.is_empty(), || "the source of this suite has no rows, so nothing can be said".to_owned())
        .map_err(|finding| finding.for_all("the source has no rows"))?;
    answer("scraping again", scrape(subject, &opened))?;
    let both = host.rows();
    same(&first, both.get(first.len()..).unwrap_or_default(), "the second scrape")
}

fn same(first: &[Value], second: &[Value], which: &str) -> Judged {
    ensure(first.len() == second.len(), || {
        format!("the first scrape brought {} rows, {which} {}", first.len(), second.len())
    })?;
    match first.iter().zip(second).position(|(one, two)| one != two) {
        Some(row) => failed(format!("row {} of {which} differs from that of the first", row + 1)),
        None => Ok(()),
    }
}

fn chunks(subject: &Subject) -> Judged {
    for chunk in scraped(subject)?.chunks() {
        ensure(!chunk.is_empty(), || "a chunk without rows was sent".to_owned())?;
        let mut seen = HashSet::new();
        if let Some(column) = chunk.columns().iter().find(|column| !seen.insert(column.as_str())) {
            return failed(format!("the column `{column}` comes twice in one chunk"));
        }
    }
    Ok(())
}

fn nothing_after_the_end(subject: &Subject) -> Judged {
    if subject.sinks.taken() == 0 {
        return skipped("no rows came");
    }
    match subject.sinks.late() {
        0 => Ok(()),
        1 => failed("a chunk came after its scrape had ended"),
        late => failed(format!("{late} chunks came after their scrapes had ended")),
    }
}

fn stops_when_refused(subject: &Subject) -> Judged {
    let chunks = scraped(subject)?.chunks().len();
    // Refused at once, and in the middle when there is one.
    for wanted in [0, chunks / 2] {
        let place = subject.place()?;
        let host = subject.host(&place).with_wanted_chunks(wanted);
        let opened = subject.open(&place, &host)?;
        let error = refusal("a scrape whose rows are refused", scrape(subject, &opened))?;
        ensure(error.kind == ErrorKind::Cancelled, || {
            format!("a scrape whose rows are refused ends with another kind than `cancelled`: {}", told(&error))
        })?;
        let refused = host.refused_chunks();
        ensure(refused <= 1, || format!("it went on: {refused} chunks were sent where none was wanted"))?;
    }
    Ok(())
}

fn dropped(subject: &Subject) -> Judged {
    let expected = scraped(subject)?.rows();
    let place = subject.place()?;
    let host = subject.host(&place).with_held_rows();
    let opened = subject.open(&place, &host)?;
    let ended = block_on_for(scrape(subject, &opened), PATIENCE, || host.has_held());
    if ended.is_some() {
        return failed("the scrape ended although the host had not taken its rows yet");
    }
    ensure(host.has_held(), || format!("no rows came within {} seconds", PATIENCE.as_secs()))?;
    drop(opened);
    let host = subject.host(&place);
    let opened = subject.open(&place, &host)?;
    answer("scraping after a scrape that was dropped", scrape(subject, &opened))?;
    same(&expected, &host.rows(), "the scrape after one that was dropped")
}

fn cancelled(subject: &Subject) -> Judged {
    let whole = scraped(subject)?;
    let place = subject.place()?;
    let host = subject.host(&place);
    let opened = subject.open(&place, &host)?;
    host.cancel();
    match outcome("a scrape of a run that is being stopped", scrape(subject, &opened))? {
        Err(Error { kind: ErrorKind::Cancelled, .. }) => Ok(()),
        Err(error) => failed(format!("it ends with another kind than `cancelled`: {}", told(&error))),
        Ok(()) if whole.chunks().len() < 2 => skipped("the source of this suite is too small to tell"),
        Ok(()) if host.rows().len() < whole.rows().len() => Ok(()),
        Ok(()) => failed("all rows were scraped although the run was being stopped"),
    }
}
