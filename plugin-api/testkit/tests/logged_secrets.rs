//! A plugin that logs its key is found out. A test program of its own: the logger is one for the whole process.

use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::conformance::Suite;

/// What the talkative plugin can be told.
#[derive(Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
struct Config {
    /// The key of a service.
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

export_plugin!(scraper: Talkative, name = "talkative", about = "Tells its key to the log");

#[test]
fn a_key_in_the_log_is_named() {
    let report = Suite::of(__rowsmith_plugin()).config(json!({})).run();
    let check = "secrets are in no error and no log record";
    assert_eq!(report.failures().collect::<Vec<_>>(), [(check, "a log record holds a secret")], "{report}");
}
