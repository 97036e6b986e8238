//! Flaws of scrapers.

use crate::harness::{assert_fails, linked};
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::block_on;
use rowsmith_plugin_testkit::conformance::{CheckOutcome, Report, Suite};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

/// The settings of the flawed scraper.
#[derive(PluginConfig)]
struct Config {
    /// Name of the flaw.
    flaw: String,
    /// A secret.
    key: Secret,
}

struct Flawed {
    config: Config,
    host: Host,
    scrapes: AtomicU32,
    /// A row that was kept back, with the sink of its scrape.
    kept: Mutex<Option<RowSink>>,
}

/// Scrapes of a scraper that pauses.
static SCRAPES: AtomicU32 = AtomicU32::new(0);

impl Flawed {
    fn has(&self, flaw: &str) -> bool {
        self.config.flaw == flaw
    }

    async fn rows(&self, rows: &mut RowSink) -> Result<()> {
        let scrape = if self.has("drifts") { self.scrapes.fetch_add(1, Ordering::SeqCst) } else { 0 };
        // Rows of each chunk, which grow from scrape to scrape.
        let rows_per_chunk = self.has("pauses").then(|| 1 << (SCRAPES.fetch_add(1, Ordering::SeqCst) / 2));
        for number in 0..600 {
            if !self.has("cannot be stopped") {
                self.host.check_cancelled()?;
            }
            let sent = rows.send(&json!({"number": number, "scrape": scrape})).await;
            if !self.has("ignores refusals") && !self.has("continues after refusals") {
                sent?;
            }
            if rows_per_chunk.is_some_and(|rows| (number + 1) % rows == 0) {
                rows.flush().await?;
            }
        }
        if self.has("ignores refusals") {
            drop(rows.flush().await);
        }
        if self.config.flaw.starts_with("keeps a row") {
            rows.flush().await?;
            rows.send(&json!({"number": 600})).await?;
            let taken = std::mem::replace(rows, RowSink::new(self.host.clone(), 0));
            *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(taken);
        }
        Ok(())
    }

    fn send_kept(&self) {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut rows) = kept {
            drop(block_on(rows.flush()));
        }
    }
}

impl Drop for Flawed {
    fn drop(&mut self) {
        if self.has("keeps a row until it is dropped") {
            self.send_kept();
        }
    }
}

impl Scraper for Flawed {
    type Config = Config;

    fn new(config: Config, host: Host) -> Result<Self> {
        Ok(Self { config, host, scrapes: AtomicU32::new(0), kept: Mutex::default() })
    }

    async fn scrape(&self, rows: &mut RowSink) -> Result<()> {
        static BUSY: AtomicBool = AtomicBool::new(false);
        if self.has("keeps a row until the next scrape") {
            self.send_kept();
        }
        let other = |message: &str| Err(Error::new(ErrorKind::Other, message));
        match self.config.flaw.as_str() {
            "has no rows" => Ok(()),
            "has no source" => other("cannot open the source"),
            "panics" => panic!("on purpose"),
            "ends with a full stop" => other("this does not work."),
            "begins with a capital" => other("Cannot go on"),
            "has an empty error" => other(""),
            "reveals the key" => other(&format!("the key {} is wrong", self.config.key.expose())),
            "blocks itself" => {
                if BUSY.swap(true, Ordering::SeqCst) {
                    return Err(Error::new(ErrorKind::Busy, "the source is in use"));
                }
                let result = self.rows(rows).await;
                BUSY.store(false, Ordering::SeqCst);
                result
            }
            _ => self.rows(rows).await,
        }
    }

    async fn list(&self) -> Result<Vec<Listing>> {
        if self.has("lists") { Ok(Vec::new()) } else { Err(Error::unsupported("list")) }
    }
}

fn report(flaw: &str) -> Report {
    Suite::of(linked!(scraper: Flawed, "").0).config(json!({"flaw": flaw, "key": "k"})).run()
}

#[test]
fn a_scraper_without_a_flaw_conforms() {
    report("none").assert();
}

/// A source that pauses sends its rows in other chunks each time.
#[test]
fn the_number_of_chunks_may_change() {
    report("pauses").assert();
}

#[test]
fn every_flaw_is_found() {
    let cases = [
        ("has no rows", "same_rows", "no rows"),
        ("drifts", "same_rows", "row 1 of the second scrape"),
        ("ignores refusals", "stops_when_refused", "expected an error"),
        ("continues after refusals", "stops_when_refused", "3 chunks"),
        ("cannot be stopped", "cancelled", "all rows"),
        ("blocks itself", "dropped_scrape", "the source is in use (busy)"),
        ("keeps a row until the next scrape", "nothing_after_the_end", "1 chunk"),
        ("keeps a row until it is dropped", "nothing_after_the_end", "7 chunks"),
        ("lists", "capabilities_work", "`list`"),
        ("ends with a full stop", "error_style", "`this does not work.` ends with a full stop"),
        ("begins with a capital", "error_style", "`Cannot go on` begins with a capital letter"),
        ("has an empty error", "error_style", "`` has no message"),
        ("reveals the key", "no_secret", "the key [secret] is wrong"),
        ("panics", "no_panic", "on purpose"),
    ];
    for (flaw, check, text) in cases {
        assert_fails(&report(flaw), check, text);
    }
}

#[test]
fn a_source_without_rows_fails_once() {
    for (flaw, text) in [("has no rows", "no rows"), ("has no source", "cannot open the source (other)")] {
        let report = report(flaw);
        assert_eq!(report.failures().count(), 1, "{report}");
        assert_fails(&report, "same_rows", text);
        assert!(matches!(report.outcome("stops_when_refused"), Some(CheckOutcome::Skipped(_))), "{report}");
    }
}

#[test]
fn a_missing_capability_is_found() {
    let suite = Suite::of(linked!(scraper: Flawed, "list").0).config(json!({"flaw": "none", "key": "k"}));
    assert_fails(&suite.run(), "capabilities_work", "`list`");
}
