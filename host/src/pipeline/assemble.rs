//! Assembles a run, in the same way for commands, tests and benchmarks.

use super::anchor::AnchorSource;
use super::dispatch::{AnswerStore, Dispatcher, RetryLimits};
use super::equal_texts::EqualTexts;
use super::export::{Exporters, NamedExporter};
use super::fingerprint::{Fingerprinter, QuestionParts};
use super::learning::{Calibration, SizeLearner, Sizes};
use super::leases::Leases;
use super::orchestrator::Pipeline;
use super::persist::Persister;
use super::prompt::{AnswerShape, PromptOptions, Prompter};
use super::scrape;
use super::unanswered_rows::UnansweredRows;
use crate::hex::hex;
use crate::limit::availability::Availability;
use crate::limit::budget::BudgetTracker;
use crate::limit::clock::Clock;
use crate::limit::memory::MemoryWindow;
use crate::limit::outage::OutageLimits;
use crate::limit::rate_limiter::{RateLimiter, ServiceTraits};
use crate::limit::shared_quota::SharedQuota;
use crate::limit::stop::Stop;
use crate::pipeline::failure_file::FailureFile;
use crate::pipeline::progress::Snapshot;
use crate::plugin::row_intake::RowIntake;
use crate::redact::Redactor;
use crate::rules::canonical::rules_json;
use crate::settings::{Anchor, PluginUse, Settings};
use rowsmith_plugin_api::bridge::client::{CacheClient, ProviderClient, ScraperClient};
use rowsmith_plugin_api::completion::{ProviderInfo, StructuredOutput};
use sha2::{Digest, Sha256};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// The open plugins of a run.
pub struct Plugins {
    /// The scraper.
    pub scraper: ScraperClient,
    /// The scraper's table in the config.
    pub scraper_use: PluginUse,
    /// The cache.
    pub cache: CacheClient,
    /// The availability of the cache.
    pub cache_availability: Arc<Availability>,
    /// True if other processes share the cache's quotas and leases.
    pub shared_cache: bool,
    /// The provider.
    pub provider: ProviderClient,
    /// The description of the provider.
    pub info: ProviderInfo,
    /// The provider plugin's name and version.
    pub provider_plugin: (String, String),
    /// The exporters.
    pub exporters: Vec<NamedExporter>,
}

/// The context of a run.
pub struct RunContext {
    /// Receives the rows of scrapers.
    pub row_intake: RowIntake,
    /// The stop signal.
    pub stop: Stop,
    /// Wall-clock time.
    pub clock: Clock,
    /// The path of the failure file.
    pub failure_file: Option<PathBuf>,
    /// The sizes that earlier runs have learned.
    pub calibration: Calibration,
    /// The secrets that the failure file must not hold.
    pub redactor: Redactor,
}

/// Assembles a run; the receiver reports its progress.
pub fn assemble(
    settings: &Settings,
    plugins: Plugins,
    run_context: RunContext,
) -> (Pipeline, watch::Receiver<Snapshot>) {
    let (events_sender, events) = mpsc::unbounded_channel();
    let memory = MemoryWindow::new(settings.run.window_bytes());
    let (progress, snapshots) = watch::channel(Snapshot::default());
    let fingerprinter = fingerprinter(settings, &plugins.provider_plugin, &plugins.info);
    let shared = |on: bool| on.then(|| plugins.cache.clone());
    // A replay asks no service, so it has no quota to share.
    let coordinated = plugins.shared_cache && !settings.run.replayed;
    let quota_name = quota_name(&plugins.provider_plugin.0, &plugins.info);
    let quota = shared(coordinated).map(|cache| {
        let availability = Arc::clone(&plugins.cache_availability);
        SharedQuota::new(cache, quota_name, settings.cache.on_quota_error, availability, run_context.stop.clone())
    });
    let leases = shared(coordinated).map(|cache| Leases::new(cache, run_context.clock, settings.run.refresh));
    let dispatcher = Dispatcher {
        provider: plugins.provider,
        prompter: prompter(settings, &plugins.info),
        sizes: sizes(&plugins.info, &run_context.calibration),
        outputs: settings.enrich.output.clone(),
        unanswered_rows: UnansweredRows::new(run_context.calibration.question.unanswered_rows.clone()),
        // Rows steer language models only.
        equal_texts: EqualTexts::new(if plugins.info.is_language_model { settings.batch.suspect_equal } else { 0.0 }),
        rate_limiter: if settings.run.replayed {
            RateLimiter::unlimited(&settings.provider_limits, run_context.clock)
        } else {
            let outages = OutageLimits::new(settings.retry.give_up_after());
            let service = ServiceTraits { outages, is_local: plugins.info.is_local };
            RateLimiter::new(&settings.provider_limits, service, quota, run_context.clock)
        },
        max_requests_per_answer: u64::from(plugins.info.max_requests_per_answer.max(1)),
        budget: BudgetTracker::new(settings.budget.clone(), settings.prices),
        retry: RetryLimits {
            max_attempts: settings.retry.max_attempts.map(NonZeroU32::get),
            max_wait: Duration::from_secs(settings.retry.max_wait_secs),
        },
        stop: run_context.stop.clone(),
        answers: AnswerStore {
            persister: Persister::start(plugins.cache.clone(), settings.cache.expire_after),
            provider_name: settings.provider_name.clone(),
            model: plugins.info.model.clone(),
            question_digest: fingerprinter.digest().clone(),
            clock: run_context.clock,
        },
        leases,
        answer_memory: memory.answers.clone(),
        shape: shape(&plugins.info),
        schema_rejected: AtomicBool::new(false),
        events: events_sender,
    };
    let outputs = settings.enrich.output.clone();
    let pipeline = Pipeline {
        rows: scrape::start(plugins.scraper, &run_context.row_intake, &plugins.scraper_use, &memory.rows),
        cache: plugins.cache,
        fingerprinter,
        dispatcher: Arc::new(dispatcher),
        events,
        exporters: Exporters::start(
            plugins.exporters,
            outputs,
            settings.run.status_column.as_deref(),
            &run_context.stop,
            memory.output.clone(),
        ),
        failures: FailureFile::new(run_context.failure_file, run_context.redactor),
        progress,
        learned_rows: run_context.calibration.question.rows_per_call,
        memory,
        stop: run_context.stop,
    };
    (pipeline, snapshots)
}

/// Creates the fingerprinter for a provider plugin of this name and version.
pub fn fingerprinter(settings: &Settings, plugin: &(String, String), info: &ProviderInfo) -> Fingerprinter {
    let answers_version = info.answers_version.clone().unwrap_or_else(|| major(&plugin.1));
    let provider = format!("{}@{answers_version}", plugin.0);
    let rules = rules_json(&settings.enrich.output);
    let parts = QuestionParts {
        instructions: settings.enrich.instructions.trim(),
        input: &settings.enrich.input,
        rules: &rules,
        provider: &provider,
        identity: &info.identity,
    };
    Fingerprinter::new(parts, settings.enrich.max_chars.clone())
}

/// Returns the part of a version whose change invalidates answers: `1` of `1.2.3`, `0.4` of `0.4.2`.
fn major(version: &str) -> String {
    let mut parts = version.split('.');
    match (parts.next(), parts.next()) {
        (Some("0"), Some(minor)) => format!("0.{minor}"),
        (Some(major), _) => major.to_owned(),
        (None, _) => String::new(),
    }
}

/// Returns the shape of answers that a provider supports.
pub fn shape(info: &ProviderInfo) -> AnswerShape {
    match info.structured_output {
        StructuredOutput::JsonSchema => AnswerShape::Keyed,
        StructuredOutput::JsonObject => AnswerShape::Array { json_mode: true },
        _ => AnswerShape::Array { json_mode: false },
    }
}

/// Creates the prompter.
pub fn prompter(settings: &Settings, info: &ProviderInfo) -> Prompter {
    let enrich = &settings.enrich;
    let options = PromptOptions {
        keywords: info.schema_keywords.clone(),
        anchor: anchor_source(&settings.batch.anchor, info),
        check_content: settings.batch.check_content,
    };
    Prompter::new(&enrich.instructions, &enrich.output, settings.batch.pairing.clone()).with_options(options)
}

/// Returns the source of anchors. They make schemas differ from call to call, so they are automatic only if that is free.
fn anchor_source(setting: &Anchor, info: &ProviderInfo) -> AnchorSource {
    match setting {
        Anchor::Auto if info.free_schemas => AnchorSource::Distinct,
        Anchor::Auto | Anchor::Off => AnchorSource::None,
        Anchor::Column(column) => AnchorSource::Column(column.clone()),
    }
}

/// Creates the sizes of a run, which start with the sizes that the model reports and those of earlier runs.
pub fn sizes(info: &ProviderInfo, calibration: &Calibration) -> SizeLearner {
    SizeLearner::new(Sizes::new(info.max_output_tokens, info.thinking_tokens).calibrated(calibration))
}

/// Names the quota of a provider plugin, a model and the scope that the plugin declares, usually service and credential.
fn quota_name(plugin: &str, info: &ProviderInfo) -> String {
    let scope = info.quota_scope.as_deref().unwrap_or_default();
    let mut hash = Sha256::new();
    for part in [plugin, &info.model, scope] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hex(&hash.finalize()[..16])
}
