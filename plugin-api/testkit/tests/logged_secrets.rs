//! A plugin that logs its key fails. This is a test program of its own, because a process has one logger.

use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::conformance::Suite;

/// The settings of the talkative plugin.
#[derive(PluginConfig)]
struct Config {
    /// Key of a service.
    key: Secret,
}

struct Talkative(Config);

impl Scraper for Talkative {
    type Config = Config;

    fn new(config: Config, _host: Host) -> Result<Self> {
        Ok(Self(config))
    }

    async fn scrape(&self, rows: &mut RowSink) -> Result<()> {
        log::debug!("asking with {}", self.0.key.expose());
        rows.send(&json!({"number": 1})).await
    }
}

export_plugin!(scraper: Talkative, name = "talkative", about = "Logs its key");

#[test]
fn a_key_in_the_log_is_found() {
    let report = Suite::of(__rowsmith_plugin()).config(json!({})).run();
    let failed: Vec<&str> = report.failures().map(|(id, _)| id).collect();
    assert_eq!(failed, ["no_secret"], "{report}");
}
