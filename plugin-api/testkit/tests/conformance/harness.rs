//! Plugins that are linked into this test, and assertions on the reports of their suites.

use rowsmith_plugin_testkit::conformance::{CheckOutcome, Report};

/// The lines of a manifest.
pub(crate) struct ManifestLines {
    pub(crate) kind: &'static str,
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) version: &'static str,
    pub(crate) capabilities: &'static str,
    pub(crate) extensions: &'static str,
    pub(crate) schema: String,
}

impl ManifestLines {
    pub(crate) fn text(&self) -> &'static str {
        let Self { kind, name, about, version, capabilities, extensions, schema } = self;
        let text = format!(
            "rowsmith-manifest 1\nname: {name}\nkind: {kind}\nversion: {version}\nabout: {about}\nabi: 1\n\
             api-version: 0.2.0\ncapabilities: {capabilities}\nextensions: {extensions}\nentry: none\nconfig-schema: {schema}\n\
             rowsmith-manifest-end\n"
        );
        // A few manifests, for the life of the test.
        Box::leak(text.into_boxed_str())
    }
}

/// Links a plugin of this crate, as the export macro does. Several may be in one crate.
macro_rules! linked {
    ($kind:ident : $plugin:ty, $capabilities:expr) => {{
        struct Exported;

        impl rowsmith_abi::Plugin for Exported {
            const MANIFEST: &'static str = "";

            fn create(
                config: rowsmith_abi::Buffer,
                host: rowsmith_abi::HostHandle,
            ) -> Result<std::sync::Arc<dyn rowsmith_abi::Callee>, rowsmith_abi::Buffer> {
                rowsmith_plugin_api::bridge::$kind::create::<$plugin>(&config, host)
            }

            fn panicked(message: rowsmith_abi::PanicMessage) -> rowsmith_abi::Buffer {
                rowsmith_plugin_api::bridge::encode_panic(&message)
            }
        }

        static HEADER: rowsmith_abi::Header = rowsmith_abi::header::<Exported>();
        type Config = <$plugin as rowsmith_plugin_api::bridge::$kind::Trait>::Config;
        let schema = <Config as rowsmith_plugin_api::ConfigSchema>::SCHEMA;
        let lines = $crate::harness::ManifestLines {
            kind: stringify!($kind),
            name: "flawed",
            about: "Breaks a promise on purpose",
            version: "1.2.3",
            capabilities: $capabilities,
            extensions: "",
            schema: rowsmith_plugin_api::schema::to_value(&schema).to_string(),
        };
        (rowsmith_plugin_api::bridge::LinkedPlugin { header: &HEADER, manifest: lines.text() }, lines)
    }};
}
pub(crate) use linked;

/// Asserts that a check failed with a message that contains a text.
#[track_caller]
pub(crate) fn assert_fails(report: &Report, check: &str, text: &str) {
    let has_failed = report.failures().any(|(id, message)| id == check && message.contains(text));
    assert!(has_failed, "expected a failure of {check} with {text:?}, got\n{report}");
}

/// Asserts that a check passed.
#[track_caller]
pub(crate) fn assert_passes(report: &Report, check: &str) {
    assert_eq!(report.outcome(check), Some(&CheckOutcome::Passed), "{report}");
}
