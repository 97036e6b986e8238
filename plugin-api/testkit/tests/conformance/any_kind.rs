//! Manifests and settings that break a promise.

use crate::kit::{Words, assert_finds, assert_finds_like, linked};
use rowsmith_plugin_api::bridge::LinkedPlugin;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::schema::{Field, ObjectSchema, Schema};
use rowsmith_plugin_testkit::conformance::Suite;

/// Takes everything, whatever its schema says.
#[derive(Deserialize)]
#[serde(transparent)]
struct Anything(serde_json::Map<String, Value>);

impl ConfigSchema for Anything {
    const SCHEMA: Schema = Schema::Object(&ObjectSchema {
        description: "",
        fields: &[Field {
            name: "count",
            description: "How many rows.",
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
fn settings_that_are_not_checked_are_named() {
    let report = Suite::of(linked!(scraper: Loose, "").0).config(json!({"count": 1})).run();
    let unknown = "the unknown setting `no_such_setting_of_any_plugin` was accepted";
    assert_finds(&report, "a setting that does not exist is refused", unknown);
    let missing = "a config without `count` was accepted";
    assert_finds(&report, "a required setting that is missing is refused", missing);
    let kind = "`count = \"seven\"` led to an error of another kind than `config`: a count must be a number (other)";
    assert_finds(&report, "a setting of a wrong type is refused", kind);
}

#[test]
fn a_setting_that_the_suite_lacks_is_named() {
    let suite = Suite::of(linked!(scraper: Loose, "").0);
    assert_eq!(suite.missing(), ["count"]);
    assert_finds(&suite.run(), "the config has what the plugin needs", "the suite needs a value for: count");
}

#[test]
fn a_config_that_is_refused_is_named() {
    let report = Suite::of(linked!(scraper: Loose, "").0).config(json!({"count": "many"})).run();
    let sentence = "making the plugin with the suite's config failed: a count must be a number (other)";
    let found: Vec<_> = report.failures().collect();
    assert_eq!(found, [("the suite's config is accepted", sentence)], "{report}");
    let skipped = "\n– two instances live side by side: skipped, the config is not accepted\n";
    assert!(report.to_string().contains(skipped), "{report}");
    assert!(report.to_string().contains("\n✓ nothing panics\n"), "{report}");
}

#[test]
fn what_is_odd_in_a_manifest_is_named() {
    let (plugin, good) = linked!(scraper: Loose, "");
    let schema = good.schema.clone();
    let words = Words { name: "My Plugin", about: " ", version: "1.2", capabilities: "list,fly", ..good };
    let report = Suite::of(LinkedPlugin { manifest: words.text(), ..plugin }).config(json!({"count": 1})).run();
    let name = "`My Plugin` is not made of lower-case letters, digits, `-` and `_`, beginning with a letter";
    assert_finds(&report, "the name can stand in configs and file names", name);
    assert_finds(&report, "the manifest says what the plugin does, in one line", "`about` is empty");
    assert_finds(&report, "the version has three numbers", "`1.2` is not a version such as 1.2.3");
    let capabilities = "a scraper cannot declare `fly`; known: list";
    assert_finds(&report, "the capabilities are known ones", capabilities);

    let check = "the schema has a description for every setting and allows no others";
    for (part, other, sentence) in [
        ("How many rows.", "", "the setting `count` has no description"),
        ("\"additionalProperties\":false", "\"x\":1", "the schema of the config allows unknown keys"),
    ] {
        assert!(schema.contains(part), "{schema}");
        let words = Words { schema: schema.replace(part, other), ..linked!(scraper: Loose, "").1 };
        let report = Suite::of(LinkedPlugin { manifest: words.text(), ..plugin }).config(json!({"count": 1})).run();
        assert_finds(&report, check, sentence);
    }
    let report = Suite::of(LinkedPlugin { manifest: "nothing", ..plugin }).run();
    assert_finds_like(&report, "the plugin can be used", "no start marker");
}

#[test]
fn a_report_is_a_line_a_check_and_a_count() {
    let text = Suite::of(linked!(scraper: Loose, "").0).config(json!({"count": 1})).run().to_string();
    assert!(text.starts_with("✓ the name can stand in configs and file names\n"), "{text}");
    assert!(text.contains("\n✗ a setting that does not exist is refused: the unknown setting"), "{text}");
    let small = "\n– a scraper ends when the run is being stopped: skipped, the source of this suite is too small";
    assert!(text.contains(small), "{text}");
    assert!(text.ends_with("\nscraper-flawed: 17 passed, 3 failed, 1 skipped"), "{text}");
}
