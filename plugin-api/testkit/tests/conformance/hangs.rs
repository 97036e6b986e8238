//! Plugins with a method that does not end.

use crate::harness::{assert_fails, assert_passes, linked};
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::conformance::{CheckOutcome, Report, Suite};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Settings of both plugins.
#[derive(PluginConfig)]
struct Config {
    /// Name of the method that does not end.
    hangs: String,
}

/// Blocks its thread for longer than the test.
fn block() {
    loop {
        std::thread::park();
    }
}

/// Hangs in one method of a scraper.
struct HangingScraper {
    hangs: String,
    host: Host,
    scrapes: AtomicU32,
}

impl Scraper for HangingScraper {
    type Config = Config;

    fn new(config: Config, host: Host) -> Result<Self> {
        if config.hangs == "new" {
            block();
        }
        Ok(Self { hangs: config.hangs, host, scrapes: AtomicU32::new(0) })
    }

    async fn scrape(&self, rows: &mut RowSink) -> Result<()> {
        for number in 0..600 {
            self.host.check_cancelled()?;
            if let Err(error) = rows.send(&json!({"number": number})).await {
                match self.hangs.as_str() {
                    "scrape: refused" => block(),
                    "scrape: refused, waits" => std::future::pending().await,
                    _ => return Err(error),
                }
            }
        }
        if self.hangs == "scrape: again" && self.scrapes.fetch_add(1, Ordering::SeqCst) == 1 {
            block();
        }
        Ok(())
    }

    async fn list(&self) -> Result<Vec<Listing>> {
        if self.hangs == "list" {
            std::future::pending::<()>().await;
        }
        Err(Error::unsupported("list"))
    }
}

impl Drop for HangingScraper {
    fn drop(&mut self) {
        if self.hangs == "drop" {
            block();
        }
    }
}

/// Hangs in every question.
struct HangingProvider(Host);

impl Provider for HangingProvider {
    type Config = Config;

    fn new(_config: Config, host: Host) -> Result<Self> {
        Ok(Self(host))
    }

    fn info(&self) -> ProviderInfo {
        ProviderInfo::new("hanging-1")
    }

    async fn complete(&self, _request: CompletionRequest) -> Result<Completion> {
        drop(self.0.http().get("http://service/").await);
        std::future::pending().await
    }
}

fn suite(suite: Suite, hangs: &str) -> Report {
    suite.config(json!({"hangs": hangs})).call_timeout(Duration::from_secs(1)).run()
}

#[test]
fn a_hang_is_named_and_the_other_checks_go_on() {
    std::thread::scope(|scope| {
        for (hangs, failed, method, passed) in [
            ("scrape: again", "same_rows", "scrape", "stops_when_refused"),
            ("scrape: refused", "stops_when_refused", "scrape", "dropped_scrape"),
            ("scrape: refused, waits", "stops_when_refused", "scrape", "dropped_scrape"),
            ("list", "capabilities_work", "list", "same_rows"),
        ] {
            scope.spawn(move || {
                let report = suite(Suite::of(linked!(scraper: HangingScraper, "").0), hangs);
                let text = format!("did not end within 1 second; the plugin does not return from `{method}`");
                assert_fails(&report, failed, &text);
                assert_eq!(report.failures().count(), 1, "{report}");
                assert_passes(&report, passed);
                assert_passes(&report, "no_panic");
            });
        }
    });
}

#[test]
fn the_end_of_an_instance_has_a_limit() {
    let report = suite(Suite::of(linked!(scraper: HangingScraper, "").0), "drop");
    assert_fails(&report, "config_accepted", "does not return from `drop`");
}

#[test]
fn a_plugin_that_never_opens_fails_once() {
    let report = suite(Suite::of(linked!(scraper: HangingScraper, "").0), "new");
    assert_eq!(report.failures().count(), 1, "{report}");
    assert_fails(&report, "config_accepted", "does not return from `new`");
}

#[test]
fn checks_are_skipped_after_several_hangs() {
    let report = suite(Suite::of(linked!(provider: HangingProvider, "").0), "complete");
    assert_fails(&report, "one_request", "does not return from `complete`");
    assert_eq!(report.failures().count(), 4, "{report}");
    assert!(matches!(report.outcome("local_answer"), Some(CheckOutcome::Skipped(_))), "{report}");
}
