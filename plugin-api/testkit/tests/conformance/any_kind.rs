//! Flaws of manifests and settings.

use crate::harness::{ManifestLines, assert_fails, assert_passes, linked};
use rowsmith_plugin_api::bridge::LinkedPlugin;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::schema::{Field, ObjectSchema, Schema};
use rowsmith_plugin_testkit::conformance::{CheckOutcome, Suite};

/// Accepts everything, whatever its schema allows.
#[derive(Deserialize)]
#[serde(transparent)]
struct Anything(serde_json::Map<String, Value>);

impl ConfigSchema for Anything {
    const SCHEMA: Schema = Schema::Object(&ObjectSchema {
        description: "",
        fields: &[Field {
            name: "count",
            description: "Number of rows.",
            required: true,
            default: None,
            schema: Schema::Integer { minimum: None, maximum: None },
        }],
    });
}

struct Loose;

impl Scraper for Loose {
    type Config = Anything;

    fn new(config: Anything, _host: Host) -> Result<Self> {
        match config.0.get("count") {
            Some(Value::String(_)) => Err(Error::new(ErrorKind::Other, "a count must be a number")),
            _ => Ok(Self),
        }
    }

    async fn scrape(&self, rows: &mut RowSink) -> Result<()> {
        rows.send(&json!({"number": 1})).await
    }
}

#[test]
fn unchecked_settings_are_found() {
    let report = Suite::of(linked!(scraper: Loose, "").0).config(json!({"count": 1})).run();
    assert_fails(&report, "unknown_setting", "`no_such_setting_of_any_plugin`");
    assert_fails(&report, "missing_setting", "`count`");
    assert_fails(&report, "wrong_type", "`count = \"seven\"`");
    assert_fails(&report, "wrong_type", "a count must be a number (other)");
}

#[test]
fn a_setting_without_a_value_is_found() {
    let suite = Suite::of(linked!(scraper: Loose, "").0);
    assert_eq!(suite.missing(), ["count"]);
    let report = suite.run();
    assert_eq!(report.checks.len(), 1, "{report}");
    assert_fails(&report, "config_complete", "count");
}

#[test]
fn a_refused_config_fails_once() {
    let report = Suite::of(linked!(scraper: Loose, "").0).config(json!({"count": "many"})).run();
    assert_eq!(report.failures().count(), 1, "{report}");
    assert_fails(&report, "config_accepted", "a count must be a number (other)");
    assert!(matches!(report.outcome("two_instances"), Some(CheckOutcome::Skipped(_))), "{report}");
    assert_passes(&report, "no_panic");
}

#[test]
fn flaws_of_a_manifest_are_found() {
    let (plugin, good) = linked!(scraper: Loose, "");
    let schema = good.schema.clone();
    let lines = ManifestLines { name: "My Plugin", about: " ", version: "1.2", capabilities: "list,fly", ..good };
    let report = Suite::of(LinkedPlugin { manifest: lines.text(), ..plugin }).config(json!({"count": 1})).run();
    assert_fails(&report, "name", "`My Plugin`");
    assert_fails(&report, "about", "`about`");
    assert_fails(&report, "version", "`1.2`");
    assert_fails(&report, "capabilities_known", "`fly`; known: list");

    for (part, other, text) in
        [("Number of rows.", "", "`count`"), ("\"additionalProperties\":false", "\"x\":1", "the config")]
    {
        assert!(schema.contains(part), "{schema}");
        let lines = ManifestLines { schema: schema.replace(part, other), ..linked!(scraper: Loose, "").1 };
        let report = Suite::of(LinkedPlugin { manifest: lines.text(), ..plugin }).config(json!({"count": 1})).run();
        assert_fails(&report, "schema", text);
    }
    let report = Suite::of(LinkedPlugin { manifest: "nothing", ..plugin }).run();
    assert_fails(&report, "plugin_usable", "marker");
}

#[test]
fn a_report_has_a_line_per_check_and_counts() {
    let report = Suite::of(linked!(scraper: Loose, "").0).config(json!({"count": 1})).run();
    let text = report.to_string();
    let lines: Vec<&str> = text.lines().collect();
    let (counts, checks) = lines.split_last().unwrap();
    let count = |is: fn(&CheckOutcome) -> bool| report.checks.iter().filter(|check| is(&check.outcome)).count();
    let passed = count(|outcome| *outcome == CheckOutcome::Passed);
    let skipped = count(|outcome| matches!(outcome, CheckOutcome::Skipped(_)));
    assert!(passed > 15 && skipped > 0, "{report}");
    assert_eq!(*counts, format!("scraper-flawed: {passed} passed, 3 failed, {skipped} skipped"));
    assert_eq!(checks.len(), report.checks.len());
    for (line, check) in checks.iter().zip(&report.checks) {
        let expected = match &check.outcome {
            CheckOutcome::Passed => format!("✓ {}", check.name),
            CheckOutcome::Failed(message) => format!("✗ {}: {message}", check.name),
            CheckOutcome::Skipped(reason) => format!("– {}: skipped, {reason}", check.name),
        };
        assert_eq!(*line, expected);
    }
}
