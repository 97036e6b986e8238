//! Plugins that are linked into this test, and what a suite says of them.

use rowsmith_plugin_testkit::conformance::Report;

/// What a manifest says, line by line.
pub(crate) struct Words {
    pub(crate) kind: &'static str,
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) version: &'static str,
    pub(crate) capabilities: &'static str,
    pub(crate) schema: String,
}

impl Words {
    pub(crate) fn text(&self) -> &'static str {
        let Self { kind, name, about, version, capabilities, schema } = self;
        let text = format!(
            "rowsmith-manifest 1\nname: {name}\nkind: {kind}\nversion: {version}\nabout: {about}\nabi: 1\n\
             api-version: 0.2.0\ncapabilities: {capabilities}\nentry: none\nconfig-schema: {schema}\n\
             rowsmith-manifest-end\n"
        );
        // A few of them, for the life of the test.
        Box::leak(text.into_boxed_str())
    }
}

/// A plugin of this crate, as the export macro would make it; several can stand in one crate.
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
        let words = $crate::kit::Words {
            kind: stringify!($kind),
            name: "flawed",
            about: "Breaks a promise on purpose",
            version: "1.2.3",
            capabilities: $capabilities,
            schema: rowsmith_plugin_api::schema::to_value(&schema).to_string(),
        };
        (rowsmith_plugin_api::bridge::LinkedPlugin { header: &HEADER, manifest: words.text() }, words)
    }};
}
pub(crate) use linked;

/// Fails unless the suite finds exactly this in this check.
#[track_caller]
pub(crate) fn assert_finds(report: &Report, check: &str, sentence: &str) {
    let found: Vec<_> = report.failures().collect();
    assert!(found.contains(&(check, sentence)), "looked for {check}: {sentence}\nin {report}");
}

/// Fails unless the suite finds something in this check whose sentence contains a text.
#[track_caller]
pub(crate) fn assert_finds_like(report: &Report, check: &str, text: &str) {
    let found = report.failures().any(|(name, sentence)| name == check && sentence.contains(text));
    assert!(found, "looked for {check}: …{text}…\nin {report}");
}
