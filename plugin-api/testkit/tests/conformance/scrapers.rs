//! Scrapers that break one promise each.

use crate::kit::{assert_finds, assert_finds_like, linked};
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::block_on;
use rowsmith_plugin_testkit::conformance::{Check, Outcome, Report, Suite};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

/// Which promise is broken.
#[derive(Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
struct Config {
    /// The promise's name.
    flaw: String,
    /// Something that nobody may see.
    key: Secret,
}

struct Flawed {
    config: Config,
    host: Host,
    scrapes: AtomicU32,
    /// A row that was kept back, with the sink of its scrape.
    kept: Mutex<Option<RowSink>>,
}

impl Flawed {
    fn has(&self, flaw: &str) -> bool {
        self.config.flaw == flaw
    }

    async fn rows(&self, rows: &mut RowSink) -> Result<()> {
        let scrape = if self.has("drifts") { self.scrapes.fetch_add(1, Ordering::SeqCst) } else { 0 };
        for number in 0..600 {
            if !self.has("cannot be stopped") {
                self.host.check_cancelled()?;
            }
            let sent = rows.send(&json!({"number": number, "scrape": scrape})).await;
            if !self.has("is deaf") && !self.has("goes on") {
                sent?;
            }
        }
        if self.has("is deaf") {
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
            "shouts" => other("Cannot go on"),
            "says nothing" => other(""),
            "tells the key" => other(&format!("the key {} is wrong", self.config.key.expose())),
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

const SAME: &str = "there are rows, and a second scrape brings the same";
const STOPS: &str = "a scraper stops when no more rows are wanted";
const LATE: &str = "no row comes after the end";
const DECLARED: &str = "what can be done beyond the basics is what is declared";
const SENTENCES: &str = "errors are lower-case sentences without a full stop";

#[test]
fn a_scraper_without_a_flaw_conforms() {
    report("none").assert();
}

#[test]
fn every_flaw_is_named() {
    let cases = [
        ("has no rows", SAME, "the source of this suite has no rows, so nothing can be said"),
        ("drifts", SAME, "row 1 of the second scrape differs from that of the first"),
        ("is deaf", STOPS, "a scrape whose rows are refused succeeded, where an error is due"),
        ("goes on", STOPS, "it went on: 3 chunks were sent where none was wanted"),
        (
            "cannot be stopped",
            "a scraper ends when the run is being stopped",
            "all rows were scraped although the run was being stopped",
        ),
        (
            "blocks itself",
            "a scrape that is dropped in the middle does no harm",
            "scraping after a scrape that was dropped failed: the source is in use (busy)",
        ),
        ("keeps a row until the next scrape", LATE, "a chunk came after its scrape had ended"),
        ("keeps a row until it is dropped", LATE, "6 chunks came after their scrapes had ended"),
        ("lists", DECLARED, "`list` is not declared, but answered"),
        ("ends with a full stop", SENTENCES, "the error `this does not work.` ends with a full stop"),
        ("shouts", SENTENCES, "the error `Cannot go on` begins with a capital letter"),
        ("says nothing", SENTENCES, "the error `` has no message"),
        (
            "tells the key",
            "secrets are in no error and no log record",
            "the error `the key (the secret) is wrong`, or its hint or context, holds a secret",
        ),
    ];
    for (flaw, check, sentence) in cases {
        assert_finds(&report(flaw), check, sentence);
    }
    assert_finds_like(&report("panics"), "nothing panics", "a call of this suite panicked: on purpose (at ");
}

#[test]
fn a_source_without_rows_fails_once() {
    for (flaw, sentence, rest) in [
        ("has no rows", "the source of this suite has no rows, so nothing can be said", "the source has no rows"),
        ("has no source", "scraping failed: cannot open the source (other)", "the source cannot be read"),
    ] {
        let report = report(flaw);
        assert_eq!(report.failures().collect::<Vec<_>>(), [(SAME, sentence)], "{report}");
        let skipped = Check { name: STOPS, outcome: Outcome::Skipped(rest.to_owned()) };
        assert!(report.checks.contains(&skipped), "{report}");
    }
}

#[test]
fn a_capability_that_is_not_there_is_named() {
    let suite = Suite::of(linked!(scraper: Flawed, "list").0).config(json!({"flaw": "none", "key": "k"}));
    assert_finds(&suite.run(), DECLARED, "`list` is declared, but unsupported");
}
