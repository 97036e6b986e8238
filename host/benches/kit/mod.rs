//! Plugins that live in this process, for benchmarks and for tests on a paused clock: they go through the
//! same vtables as those from files.

use rowsmith::builtin::memory_cache as memory_cache_plugin;
use rowsmith::limit::clock::Clock;
use rowsmith::limit::stop::Stop;
use rowsmith::pipeline::assemble::{Plugins, RunContext, assemble};
use rowsmith::pipeline::orchestrator::{self, RunEnd};
use rowsmith::plugin::host_services::{HostServices, PluginServices};
use rowsmith::plugin::redact::Redactor;
use rowsmith::plugin::registry::{Source, instantiate};
use rowsmith::rules::{OutputColumn, Rule, ValueType};
use rowsmith::settings::{
    BatchSettings, Budget, Enrich, Fallback, Isolation, OnFailure, Pairing, PluginUse, ProviderLimits, RunSettings,
    Settings,
};
use rowsmith::startup::open_plugins::services;
use rowsmith_abi::{Buffer, Callee, HostHandle, Instance};
use rowsmith_plugin_api::bridge::client::{CacheClient, ExporterClient, ProviderClient, Remote, ScraperClient};
use rowsmith_plugin_api::bridge::{exporter, provider, scraper};
use rowsmith_plugin_api::completion::{ProviderInfo, StructuredOutput, Usage};
use rowsmith_plugin_api::exporter::{Ending, ExportSummary, Target};
use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_api::prelude::*;
use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;

/// A source of rows like those of a roadmap: six columns, about 600 bytes.
pub(crate) struct Rows(RowsConfig);

/// How many rows.
#[derive(Deserialize, ConfigSchema)]
pub(crate) struct RowsConfig {
    count: u64,
}

/// The description of every row of [`Rows`].
pub(crate) const DESCRIPTION: &str = "Pick a moonless evening and go out about ninety minutes after sunset, when the sky is \
    fully dark. Sit in a reclining chair facing the darkest part of the sky and do nothing for ten minutes but look. \
    Then try three small tasks: find north with the help of the Pole Star, name the brightest object you see and check \
    it later on a chart, and watch one star near a roof edge until it visibly moves.";

#[derive(Serialize)]
struct Row<'a> {
    #[serde(rename = "Category")]
    category: &'a str,
    #[serde(rename = "Subcategory")]
    subcategory: &'a str,
    #[serde(rename = "Topic")]
    topic: &'a str,
    #[serde(rename = "Description")]
    description: &'a str,
    #[serde(rename = "Resources")]
    resources: &'a str,
}

impl Scraper for Rows {
    type Config = RowsConfig;

    fn new(config: RowsConfig, _: Host) -> Result<Self> {
        Ok(Self(config))
    }

    async fn scrape(&self, rows: &mut RowSink) -> Result<()> {
        for number in 0..self.0.count {
            let topic = format!("Topic {number}");
            let row = Row {
                category: "Getting Started",
                subcategory: "Your First Night Out",
                topic: &topic,
                description: DESCRIPTION,
                resources: "https://example.org/one|https://example.org/two",
            };
            rows.send(&row).await?;
        }
        Ok(())
    }
}

/// Answers every row with the same valid answer, after a wait on the host's clock.
pub(crate) struct Instantly {
    latency: Duration,
    host: Host,
}

/// How long an answer takes.
#[derive(Deserialize, ConfigSchema)]
pub(crate) struct InstantlyConfig {
    latency_ms: u64,
}

impl Provider for Instantly {
    type Config = InstantlyConfig;

    fn new(config: InstantlyConfig, host: Host) -> Result<Self> {
        Ok(Self { latency: Duration::from_millis(config.latency_ms), host })
    }

    fn info(&self) -> ProviderInfo {
        ProviderInfo { structured_output: StructuredOutput::JsonSchema, ..ProviderInfo::new("instant") }
    }

    async fn complete(&self, request: CompletionRequest) -> Result<Completion> {
        if !self.latency.is_zero() {
            self.host.sleep(self.latency).await?;
        }
        Ok(Completion {
            usage: Usage { input: Some(1_000), output: Some(500), ..Usage::default() },
            ..Completion::text(answer(&request))
        })
    }
}

/// Copies each row's tag without reading the rest, so that the provider's own cost is small.
fn answer(request: &CompletionRequest) -> String {
    const FIELDS: &str = r#""tldr":"find north, name the brightest object and watch it move","challenge":"practice"}"#;
    let mut text = String::with_capacity(request.row_count as usize * 120);
    let mut tags = request.rows.split(r#"{"tag":""#).skip(1).filter_map(|rest| rest.get(..4));
    for at in 0..request.row_count {
        text.push_str(if at == 0 { "{\"r" } else { ",\"r" });
        text.push_str(&at.to_string());
        text.push_str("\":{");
        if let Some(tag) = tags.next() {
            text.push_str("\"tag\":\"");
            text.push_str(tag);
            text.push_str("\",");
        }
        text.push_str(FIELDS);
    }
    text.push('}');
    text
}

/// Counts rows and forgets them.
#[derive(Default)]
pub(crate) struct Nowhere {
    rows: u64,
}

/// No settings.
#[derive(Deserialize, ConfigSchema)]
pub(crate) struct NowhereConfig {}

impl Exporter for Nowhere {
    type Config = NowhereConfig;

    fn new(_: NowhereConfig, _: Host) -> Result<Self> {
        Ok(Self::default())
    }

    fn target(&self) -> Target {
        Target { name: "nowhere".to_owned(), ..Target::default() }
    }

    async fn begin(&mut self, _: Vec<String>) -> Result<()> {
        Ok(())
    }

    async fn write(&mut self, rows: RowChunk) -> Result<()> {
        self.rows += rows.len() as u64;
        Ok(())
    }

    async fn finish(&mut self, _: Ending) -> Result<ExportSummary> {
        Ok(ExportSummary { location: "nowhere".to_owned(), rows: self.rows, bytes: None })
    }
}

/// Services for plugins in this process.
pub(crate) fn shared() -> HostServices {
    services(Stop::default(), Redactor::default(), Handle::current())
}

type Create = fn(&Buffer, HostHandle) -> std::result::Result<Arc<dyn Callee>, Buffer>;

/// Makes a plugin of this process.
fn remote(create: Create, config: &Value, shared: &HostServices) -> Remote {
    let host = HostHandle::new(Arc::new(PluginServices::new(shared.clone(), "in-process".to_owned())));
    let made = create(&Buffer::from(config.to_string()), host).map_err(|bytes| Error::decode(&bytes));
    Remote::new(Arc::new(Instance::new(made.expect("the plugin takes its config"))))
}

/// The settings of a roadmap run.
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
    let mut tldr = Rule::of(ValueType::String);
    tldr.max_words = Some(12);
    let mut challenge = Rule::of(ValueType::String);
    challenge.allowed = vec![json!("practice"), json!("expert")];
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
            missing_input: rowsmith::settings::MissingInput::Error,
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

/// A cache in memory that outlives single runs.
pub(crate) fn memory_cache(shared: &HostServices) -> CacheClient {
    let (manifest, plugin) = memory_cache_plugin().expect("every build contains the memory cache");
    let source = Source::Linked(Box::new(manifest), plugin);
    let opened = instantiate(&source, &json!({}), shared, Isolation::None, Duration::MAX);
    CacheClient(opened.expect("the cache opens"))
}

/// Runs `rows` rows of this process against the instant provider.
pub(crate) async fn run(
    settings: &Settings,
    rows: u64,
    latency: Duration,
    cache: &CacheClient,
    shared: &HostServices,
) -> RunEnd {
    let scraper = ScraperClient(remote(scraper::create::<Rows>, &json!({"count": rows}), shared));
    let exporter = ExporterClient(remote(exporter::create::<Nowhere>, &json!({}), shared));
    run_with(settings, scraper, exporter, latency, cache, shared).await
}

/// Runs a scraper's rows against the instant provider.
pub(crate) async fn run_with(
    settings: &Settings,
    scraper: ScraperClient,
    exporter: ExporterClient,
    latency: Duration,
    cache: &CacheClient,
    shared: &HostServices,
) -> RunEnd {
    let config = json!({"latency_ms": latency.as_millis()});
    let provider = ProviderClient(remote(provider::create::<Instantly>, &config, shared));
    let plugins = Plugins {
        scraper,
        cache: cache.clone(),
        shared_cache: false,
        info: provider.info().await.expect("the provider knows what it is"),
        provider,
        provider_plugin: ("instant".to_owned(), "1.0.0".to_owned()),
        exporters: vec![("exporter".to_owned(), exporter)],
    };
    let ground = RunContext {
        sinks: shared.sinks.clone(),
        stop: shared.stop.clone(),
        calls: shared.calls.clone(),
        clock: Clock::start(),
        failure_file: None,
        redactor: shared.redactor.clone(),
    };
    let (parts, _snapshots) = assemble(settings, plugins, ground);
    orchestrator::run(settings, parts).await
}
