//! Settings of the runs.

use rowsmith::rules::{Constraint, OutputColumn, Rule, ValueType};
use rowsmith::settings::{
    BatchSettings, Budget, Enrich, Fallback, Isolation, MissingInput, OnFailure, Pairing, PluginUse, ProviderLimits,
    RunSettings, Settings,
};
use rowsmith_plugin_api::manifest::PluginKind;
use serde_json::json;
use std::num::{NonZeroU32, NonZeroUsize};
use std::time::Duration;

/// Returns the settings of a run over [`GeneratedRows`](super::plugins::GeneratedRows).
pub(crate) fn settings(requests_per_minute: Option<u32>) -> Settings {
    let plugin = |kind| PluginUse {
        kind,
        name: "in-process".to_owned(),
        library: None,
        isolation: Isolation::None,
        timeout: Duration::from_secs(600),
        config: json!({}),
        pointer: String::new(),
    };
    let tldr = Rule::new(ValueType::String).with(Constraint::MaxWords(const { NonZeroUsize::new(12).unwrap() }));
    let challenge = Rule::new(ValueType::String).with(Constraint::Enum(vec![json!("practice"), json!("expert")]));
    let output =
        |name: &str, column: &str, rule| OutputColumn { name: name.to_owned(), column: column.to_owned(), rule };
    Settings {
        scraper: plugin(PluginKind::Scraper),
        cache: plugin(PluginKind::Cache),
        provider_name: "instant".to_owned(),
        provider: plugin(PluginKind::Provider),
        exporters: vec![plugin(PluginKind::Exporter)],
        enrich: Enrich {
            input: ["Category", "Subcategory", "Topic", "Description"].map(str::to_owned).to_vec(),
            max_chars: vec![("Description".to_owned(), 500)],
            missing_input: MissingInput::Error,
            instructions: "You are an expert educator.".to_owned(),
            output: vec![output("tldr", "TLDR", tldr), output("challenge", "Challenge", challenge)],
        },
        provider_limits: ProviderLimits {
            requests_per_minute: requests_per_minute.and_then(NonZeroU32::new),
            requests_per_day: None,
            tokens_per_minute: None,
            max_concurrency: NonZeroUsize::new(16).unwrap_or(NonZeroUsize::MIN),
            timeout: Duration::from_secs(600),
            max_attempts: NonZeroU32::new(4).unwrap_or(NonZeroU32::MIN),
            max_wait: Duration::from_secs(120),
            input_usd_per_million: None,
            output_usd_per_million: None,
        },
        batch: BatchSettings {
            max_rows: NonZeroUsize::new(20).unwrap_or(NonZeroUsize::MIN),
            max_input_tokens: None,
            fallback: Fallback::Repack,
            pairing: Pairing::Tag,
            audit: 0.0,
        },
        budget: Budget::default(),
        run: RunSettings {
            window_rows: NonZeroUsize::new(8_192).unwrap_or(NonZeroUsize::MIN),
            on_failure: OnFailure::Keep,
            failure_file: None,
            status_column: None,
            limit: None,
            refresh: false,
            offline: false,
            replayed: false,
        },
    }
}
