//! Runs of the pipeline with plugins of this process.

use super::plugin_use;
use super::plugins::{Discard, FixedAnswers, GeneratedRows};
use rowsmith::builtin::memory_cache;
use rowsmith::limit::availability::Availability;
use rowsmith::limit::clock::Clock;
use rowsmith::limit::stop::Stop;
use rowsmith::pipeline::assemble::{Plugins, RunContext, assemble};
use rowsmith::pipeline::export::NamedExporter;
use rowsmith::pipeline::learning::Calibration;
use rowsmith::pipeline::orchestrator::{self, RunEnd};
use rowsmith::plugin::host_services::{HostServices, PluginId, PluginServices};
use rowsmith::plugin::registry::{Source, instantiate};
use rowsmith::redact::Redactor;
use rowsmith::settings::{Isolation, Settings};
use rowsmith::startup::open_plugins::services;
use rowsmith_abi::{Buffer, Callee, HostHandle, Instance};
use rowsmith_plugin_api::Error;
use rowsmith_plugin_api::bridge::client::{CacheClient, ExporterClient, ProviderClient, Remote, ScraperClient};
use rowsmith_plugin_api::bridge::{exporter, provider, scraper};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;

/// Returns host services for plugins of this process.
pub(crate) fn host_services() -> HostServices {
    services(Stop::default(), Redactor::default(), Handle::current())
}

type Create = fn(&Buffer, HostHandle) -> Result<Arc<dyn Callee>, Buffer>;

/// Creates an instance of a plugin of this process.
fn instance(create: Create, config: &Value, shared: &HostServices) -> Remote {
    let host = HostHandle::new(Arc::new(PluginServices::new(
        shared.clone(),
        PluginId { kind: rowsmith_plugin_api::PluginKind::Provider, name: "in-process".to_owned() },
    )));
    let created = create(&Buffer::from(config.to_string()), host).map_err(|bytes| Error::decode(&bytes));
    Remote::new(Arc::new(Instance::new(created.expect("the plugin accepts its config"))))
}

/// Opens a memory cache, which several runs can share.
pub(crate) fn open_memory_cache(shared: &HostServices) -> CacheClient {
    let (manifest, plugin) = memory_cache().expect("every build contains the memory cache");
    let source = Source::Linked(Box::new(manifest), plugin);
    let opened = instantiate(&source, &json!({}), shared, Isolation::None, Duration::MAX);
    CacheClient(opened.expect("the cache opens"))
}

/// A service with fixed answers.
#[derive(Clone, Copy)]
pub(crate) struct Service {
    /// Latency of a call.
    pub(crate) latency: Duration,
    /// Maximum requests of a call, as declared.
    pub(crate) max_requests: u32,
    /// Requests that each call reports.
    pub(crate) requests: Option<u32>,
    /// Percentages of calls that fail: with status 503, and with a broken connection.
    pub(crate) failing: [u64; 2],
    /// Bytes that are added to each answer.
    pub(crate) answer_bytes: usize,
}

impl From<Duration> for Service {
    fn from(latency: Duration) -> Self {
        Self { latency, max_requests: 1, requests: None, failing: [0, 0], answer_bytes: 0 }
    }
}

/// Generated rows, and the time that an exporter takes for each chunk of them.
#[derive(Clone, Copy)]
pub(crate) struct Table {
    /// Number of rows.
    pub(crate) rows: u64,
    /// Bytes of the description of each row.
    pub(crate) description_bytes: Option<usize>,
    /// Time of an exporter for a chunk.
    pub(crate) export: Duration,
}

impl From<u64> for Table {
    fn from(rows: u64) -> Self {
        Self { rows, description_bytes: None, export: Duration::ZERO }
    }
}

/// Runs generated rows against the provider with fixed answers.
pub(crate) async fn run(
    settings: &Settings,
    table: impl Into<Table>,
    service: impl Into<Service>,
    cache: &CacheClient,
    shared: &HostServices,
) -> RunEnd {
    let Table { rows, description_bytes, export } = table.into();
    let config = json!({"count": rows, "description_bytes": description_bytes});
    let scraper = ScraperClient(instance(scraper::create::<GeneratedRows>, &config, shared));
    let config = json!({"latency_ms": export.as_millis()});
    let exporter = ExporterClient(instance(exporter::create::<Discard>, &config, shared));
    run_with(settings, scraper, exporter, service, cache, shared).await
}

/// Runs the rows of a scraper against the provider with fixed answers.
pub(crate) async fn run_with(
    settings: &Settings,
    scraper: ScraperClient,
    exporter: ExporterClient,
    service: impl Into<Service>,
    cache: &CacheClient,
    shared: &HostServices,
) -> RunEnd {
    let Service { latency, max_requests, requests, failing: [overloaded, broken], answer_bytes } = service.into();
    let config = json!({
        "latency_ms": latency.as_millis(), "max_requests": max_requests, "requests": requests, "overloaded": overloaded,
        "broken": broken, "answer_bytes": answer_bytes,
    });
    let provider = ProviderClient(instance(provider::create::<FixedAnswers>, &config, shared));
    let cache_availability = Availability::new(shared.stop.clone(), settings.cache.retry.give_up_after());
    let plugins = Plugins {
        cache_availability: Arc::new(cache_availability),
        scraper,
        scraper_use: plugin_use(rowsmith_plugin_api::PluginKind::Scraper),
        cache: cache.clone(),
        shared_cache: false,
        info: provider.info().await.expect("the provider describes itself"),
        provider,
        provider_plugin: ("instant".to_owned(), "1.0.0".to_owned()),
        exporters: vec![NamedExporter { name: "exporter".to_owned(), client: exporter, keeps_earlier_rows: false }],
    };
    let context = RunContext {
        row_intake: shared.row_intake.clone(),
        stop: shared.stop.clone(),
        clock: Clock::start(),
        failure_file: None,
        calibration: Calibration::default(),
        redactor: shared.redactor.clone(),
    };
    let (pipeline, _snapshots) = assemble(settings, plugins, context);
    orchestrator::run(settings, pipeline).await
}
