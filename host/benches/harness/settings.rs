//! Settings of the runs.

use rowsmith::rules::{Constraint, OutputColumn, Rule, ValueType};
use rowsmith::settings::{
    BatchSettings, Budget, CacheSettings, Enrich, Isolation, MissingInput, PluginUse, ProviderLimits, RetrySettings,
    RunSettings, Settings,
};
use rowsmith_plugin_api::manifest::PluginKind;
use serde_json::json;
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

/// Returns the settings of a run over [`GeneratedRows`](super::plugins::GeneratedRows).
pub(crate) fn settings(requests_per_minute: Option<u32>) -> Settings {
    let tldr = Rule::new(ValueType::String).with(Constraint::MaxWords(const { NonZeroUsize::new(12).unwrap() }));
    let challenge = Rule::new(ValueType::String).with(Constraint::Enum(vec![json!("practice"), json!("expert")]));
    let output =
        |name: &str, column: &str, rule| OutputColumn { name: name.to_owned(), column: column.to_owned(), rule };
    let requests_per_minute = requests_per_minute.and_then(NonZeroU32::new);
    Settings {
        provider_name: "instant".to_owned(),
        provider_limits: ProviderLimits { requests_per_minute, ..ProviderLimits::default() },
        retry: RetrySettings::default(),
        prices: None,
        enrich: Enrich {
            input: ["Category", "Subcategory", "Topic", "Description"].map(str::to_owned).to_vec(),
            max_chars: vec![("Description".to_owned(), 500)],
            missing_input: MissingInput::Error,
            instructions: "You are an expert educator.".to_owned(),
            output: vec![output("tldr", "TLDR", tldr), output("challenge", "Challenge", challenge)],
        },
        // The provider gives every row the same answer.
        batch: BatchSettings { suspect_equal: 0.0, ..BatchSettings::default() },
        cache: CacheSettings::default(),
        budget: Budget::default(),
        run: RunSettings::default(),
    }
}

/// Returns the use of a plugin of this process.
pub(crate) fn plugin_use(kind: PluginKind) -> PluginUse {
    PluginUse {
        kind,
        name: "in-process".to_owned(),
        library: None,
        isolation: Isolation::None,
        timeout: Duration::from_secs(600),
        config: json!({}),
        pointer: String::new(),
    }
}
