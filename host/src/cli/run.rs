//! `rowsmith run`.

use super::args::RunArgs;
use super::{Context, signals};
use crate::config::settings::{OnFailure, Settings};
use crate::error::HostError;
use crate::exit_code::ExitCode;
use crate::limit::backoff::RetryPolicy;
use crate::limit::budget::{Ledger, Prices};
use crate::limit::clock::Clock;
use crate::limit::gate::{Gate, SharedQuota};
use crate::limit::stop::StopReason;
use crate::pipeline::dispatch::{Claims, Dispatcher};
use crate::pipeline::export::{Export, is_closed_pipe};
use crate::pipeline::fingerprint::{Fingerprinter, QuestionParts};
use crate::pipeline::orchestrator::{self, Parts, RunEnd};
use crate::pipeline::persist::Persister;
use crate::pipeline::prompt::{AnswerShape, OutputCap, Prompter};
use crate::pipeline::scrape;
use crate::report::failures::FailureFile;
use crate::report::json::{Facts, Output, Report};
use crate::report::progress::{self, Snapshot};
use crate::report::text;
use crate::rules::rule::rules_json;
use crate::session::{Opened, Session};
use rowsmith_plugin_api::cache::Store;
use rowsmith_plugin_api::completion::{ProviderInfo, StructuredOutput};
use rowsmith_plugin_api::exporter::Target;
use rowsmith_plugin_api::glue::client::{CacheClient, ExporterClient};
use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_api::{Error, ErrorKind};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tokio::sync::{mpsc, watch};

pub(super) async fn run(context: &Context, args: RunArgs) -> Result<ExitCode, HostError> {
    check_reports(&args.report)?;
    let mut loaded = context.load(&args.config, args.output.clone())?;
    apply(&args, &mut loaded.settings)?;
    if args.force {
        for (wanted, _) in loaded
            .sources
            .iter_mut()
            .filter(|(wanted, _)| wanted.kind == PluginKind::Exporter)
        {
            if let Some(table) = wanted
                .config
                .as_object_mut()
                .filter(|table| table.contains_key("if_exists"))
            {
                table.insert("if_exists".to_owned(), json!("replace"));
            }
        }
    }
    signals::listen(context.stop.clone(), context.printer);
    let config = loaded.document.name.clone();
    let session = context.session(loaded, args.offline);
    let clock = Clock::start();
    let cache = session.cache().await?;
    let (provider, info) = session.provider().await?;
    let exporters = session.exporters().await?;
    let scraper = session.scraper().await?;

    let settings = session.settings();
    let store = cache
        .client
        .store()
        .await
        .map_err(|e| session.call_error(PluginKind::Cache, &cache.name, e))?;
    let (events_sender, events) = mpsc::unbounded_channel();
    let dispatcher = Arc::new(Dispatcher {
        gate: Gate::new(
            &settings.provider_limits,
            shared_quota(settings, &info, &cache, &store),
            clock,
        ),
        ledger: ledger(settings),
        ..dispatcher(&session, provider.client, &info, &cache, &store, clock, events_sender)
    });
    let (progress, snapshots) = watch::channel(Snapshot::default());
    let failure_path = failure_path(settings, &exporters);
    let lanes = exporters
        .into_iter()
        .map(|(e, target)| (format!("{} ({})", e.name, target.name), e.client))
        .collect();
    let outputs = settings.enrich.output.clone();
    let parts = Parts {
        rows: scrape::start(scraper.client, &session.services.sinks),
        cache: cache.client.clone(),
        fingerprinter: fingerprinter(settings, &session.loaded.sources, &info),
        dispatcher: Arc::clone(&dispatcher),
        events,
        export: Export::start(lanes, outputs, settings.run.status_column.clone(), &context.stop),
        failures: FailureFile::new(Some(failure_path)),
        progress,
        stop: context.stop.clone(),
    };
    let shown = tokio::spawn(progress::show(args.progress, context.printer.quiet, snapshots));
    let end = orchestrator::run(settings, parts).await;
    // The display ends with the run; how it ended matters to nobody.
    drop(shown.await);

    let exit_code = exit_code(&end);
    let facts = Facts {
        config,
        provider: settings.provider_name.clone(),
        model: info.model.clone(),
        is_language_model: info.is_language_model,
        cost_usd: if end.tally.usage_unknown && info.is_language_model {
            None
        } else {
            dispatcher.ledger.cost_usd()
        },
        total: clock.elapsed(),
        waited: dispatcher.gate.waited(),
        outputs: outputs_of(&end),
        failure_file: end.failure_file.clone().ok().flatten(),
        stopped: end
            .stopped
            .as_ref()
            .map(|reason| context.redactor.clean(&stop_text(reason)).into_owned()),
        exit_code,
    };
    let report = Report::new(&end.tally, facts);
    tell(context, &session, &end, &report, &args);
    write_reports(context, &report, &args.report)?;
    Ok(exit_code)
}

/// Flags that say something over the settings.
fn apply(args: &RunArgs, settings: &mut Settings) -> Result<(), HostError> {
    settings.run.limit = args.limit.or(settings.run.limit);
    settings.run.refresh = args.refresh;
    settings.run.offline = args.offline;
    settings.budget.max_calls = args.max_calls.or(settings.budget.max_calls);
    settings.budget.max_cost_usd = args.max_cost.or(settings.budget.max_cost_usd);
    if args.limit == Some(0) {
        return Err(HostError::Usage("--limit must be at least 1".to_owned()));
    }
    if args.max_cost.is_some() && settings.provider_limits.input_usd_per_million.is_none() {
        return Err(HostError::Usage(format!(
            "--max-cost needs the prices of `{}`; add [providers.{0}.prices] to the config",
            settings.provider_name
        )));
    }
    Ok(())
}

fn check_reports(reports: &[PathBuf]) -> Result<(), HostError> {
    match reports.iter().find(|path| path.extension().is_none_or(|e| e != "json")) {
        None => Ok(()),
        Some(path) => Err(HostError::Usage(format!(
            "--report {}: a report's name ends in .json",
            path.display()
        ))),
    }
}

fn ledger(settings: &Settings) -> Ledger {
    let limits = &settings.provider_limits;
    let prices = limits.input_usd_per_million.zip(limits.output_usd_per_million);
    let prices = prices.map(|(input, output)| Prices {
        input_usd_per_million: input,
        output_usd_per_million: output,
    });
    Ledger::new(settings.budget.clone(), prices)
}

/// Computes keys: for `run` and `plan` alike.
pub(super) fn fingerprinter(
    settings: &Settings,
    sources: &[(crate::config::settings::PluginUse, crate::plugin::registry::Source)],
    info: &ProviderInfo,
) -> Fingerprinter {
    let manifest = sources
        .iter()
        .find(|(wanted, _)| wanted.kind == PluginKind::Provider)
        .map(|(_, s)| s.manifest());
    let provider = manifest.map_or_else(String::new, |m| format!("{}@{}", m.name, major(&m.version)));
    let rules = rules_json(&settings.enrich.output);
    let parts = QuestionParts {
        instructions: &settings.enrich.instructions,
        input: &settings.enrich.input,
        rules: &rules,
        provider: &provider,
        identity: &info.identity,
    };
    Fingerprinter::new(parts, settings.enrich.max_chars.clone())
}

/// The part of a version whose change means other answers: `1` of `1.2.3`, `0.4` of `0.4.2`.
fn major(version: &str) -> String {
    let mut parts = version.split('.');
    match (parts.next(), parts.next()) {
        (Some("0"), Some(minor)) => format!("0.{minor}"),
        (Some(major), _) => major.to_owned(),
        (None, _) => String::new(),
    }
}

/// The shape of answers that a provider can be asked for.
pub(super) fn shape(info: &ProviderInfo) -> AnswerShape {
    match info.structured_output {
        StructuredOutput::JsonSchema => AnswerShape::Keyed,
        StructuredOutput::JsonObject => AnswerShape::Array { json_mode: true },
        _ => AnswerShape::Array { json_mode: false },
    }
}

/// Writes requests: for `run` and `plan` alike.
pub(super) fn prompter(settings: &Settings, info: &ProviderInfo) -> Prompter {
    let cap = OutputCap {
        model_limit: info.max_output_tokens,
        thinking_tokens: info.thinking_tokens,
    };
    let enrich = &settings.enrich;
    Prompter::new(
        &enrich.instructions,
        &enrich.output,
        settings.batch.pairing.clone(),
        cap,
    )
}

fn dispatcher(
    session: &Session,
    provider: rowsmith_plugin_api::glue::client::ProviderClient,
    info: &ProviderInfo,
    cache: &Opened<CacheClient>,
    store: &Store,
    clock: Clock,
    events: mpsc::UnboundedSender<crate::pipeline::dispatch::Event>,
) -> Dispatcher {
    let settings = session.settings();
    let limits = &settings.provider_limits;
    let claims = (cache.can("coordination") && store.persistent).then(|| Claims {
        cache: cache.client.clone(),
        owner: random(),
        lease: limits.timeout + limits.max_wait + Duration::from_secs(60),
    });
    Dispatcher {
        provider,
        prompter: prompter(settings, info),
        outputs: settings.enrich.output.clone(),
        gate: Gate::new(limits, None, clock),
        ledger: ledger(settings),
        retry: RetryPolicy {
            max_attempts: limits.max_attempts.get(),
            base: Duration::from_millis(crate::config::defaults::RETRY_BASE_MS),
            cap: Duration::from_millis(crate::config::defaults::RETRY_CAP_MS),
            max_wait: limits.max_wait,
        },
        timeout: limits.timeout,
        stop: session.services.stop.clone(),
        persister: Persister::start(cache.client.clone()),
        claims,
        provider_name: settings.provider_name.clone(),
        model: info.model.clone(),
        clock,
        shape: shape(info),
        schema_rejected: AtomicBool::new(false),
        events,
    }
}

fn random() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::collections::hash_map::RandomState::new().build_hasher().finish()
}

/// The quota of a provider and its credential, when other processes can share it.
fn shared_quota(
    settings: &Settings,
    info: &ProviderInfo,
    cache: &Opened<CacheClient>,
    store: &Store,
) -> Option<SharedQuota> {
    if !(cache.can("coordination") && store.persistent) {
        return None;
    }
    let mut hash = Sha256::new();
    for part in [
        settings.provider.name.as_str(),
        &info.model,
        &settings.provider.config.to_string(),
    ] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    // The written config names where the key is, which tells credentials apart without touching them.
    let name = crate::plugin::image::hex(&hash.finalize()[..16]);
    Some(SharedQuota {
        cache: cache.client.clone(),
        name,
    })
}

/// Where failed rows go when the config does not say: beside the first file that is written.
fn failure_path(settings: &Settings, exporters: &[(Opened<ExporterClient>, Target)]) -> PathBuf {
    if let Some(path) = &settings.run.failure_file {
        return path.clone();
    }
    match exporters.iter().find_map(|(_, target)| target.path.as_ref()) {
        Some(path) => {
            let mut name = Path::new(path).file_name().unwrap_or_default().to_owned();
            name.push(".failures.jsonl");
            Path::new(path).with_file_name(name)
        }
        None => PathBuf::from("rowsmith-failures.jsonl"),
    }
}

fn outputs_of(end: &RunEnd) -> Vec<Output> {
    let output = |exported: &crate::pipeline::export::Exported| {
        let (location, rows, error) = match &exported.result {
            Ok(summary) => (Some(summary.location.clone()), summary.rows, None),
            Err(error) => (None, 0, Some(error.message.clone())),
        };
        Output {
            exporter: exported.name.clone(),
            location: location.filter(|l| !l.is_empty()),
            rows,
            error,
        }
    };
    end.exported.iter().map(output).collect()
}

/// The exit code of a run, from the gravest to the lightest.
fn exit_code(end: &RunEnd) -> ExitCode {
    let plugin_or = |error: &Error, code| {
        if error.kind == ErrorKind::Panic {
            ExitCode::Plugin
        } else {
            code
        }
    };
    match &end.stopped {
        Some(StopReason::Interrupted) => return ExitCode::Interrupted,
        Some(StopReason::Terminated) => return ExitCode::Terminated,
        Some(StopReason::Limit(_)) => return ExitCode::Limit,
        Some(StopReason::Provider(error)) => return plugin_or(error, ExitCode::Provider),
        Some(StopReason::Cache(error)) => return plugin_or(error, ExitCode::Cache),
        Some(StopReason::Config(_)) => return ExitCode::Config,
        Some(StopReason::RowFailed) => return ExitCode::RowsFailed,
        Some(StopReason::ClosedPipe) => return ExitCode::Success,
        None => {}
    }
    if let Some(error) = &end.source_error {
        return match error.kind {
            ErrorKind::Config => ExitCode::Config,
            _ => plugin_or(error, ExitCode::Source),
        };
    }
    if end.exported.iter().any(|e| e.result.is_err()) || end.failure_file.is_err() {
        return ExitCode::Export;
    }
    let left_out = end.tally.skipped.get("offline").copied().unwrap_or(0);
    if end.tally.rows.failed > 0 || left_out > 0 {
        ExitCode::RowsFailed
    } else {
        ExitCode::Success
    }
}

fn stop_text(reason: &StopReason) -> String {
    match reason {
        StopReason::Interrupted => "interrupted by Ctrl-C".to_owned(),
        StopReason::Terminated => "terminated".to_owned(),
        StopReason::Limit(text) | StopReason::Config(text) => text.clone(),
        StopReason::Provider(error) => format!("the provider cannot be used: {error}"),
        StopReason::Cache(error) => format!("the cache cannot be used: {error}"),
        StopReason::RowFailed => "a row failed, and on_failure is \"stop\"".to_owned(),
        StopReason::ClosedPipe => "nobody reads the output any more".to_owned(),
    }
}

/// Prints the summary, and all that went wrong.
fn tell(context: &Context, session: &Session, end: &RunEnd, report: &Report, args: &RunArgs) {
    let printer = context.printer;
    let clean = |text: &str| context.redactor.clean(text).into_owned();
    if end.stopped == Some(StopReason::ClosedPipe) {
        return;
    }
    printer.note(clean(&text::summary(report)).trim_end());
    if !report.is_language_model && !args.offline {
        printer.note("note: these answers are made from the rows' own words, without a language model; swap it with --provider NAME");
    }
    let hint = match &end.stopped {
        Some(StopReason::Provider(error) | StopReason::Cache(error)) => error.hint.clone(),
        _ => None,
    };
    if let Some(reason) = &end.stopped {
        printer.error(clean(&stop_text(reason)));
    }
    if let Some(error) = &end.source_error {
        printer.error(clean(&format!("the source ended early: {}", error.message)));
        let place = ["path", "line"]
            .iter()
            .filter_map(|key| Some(format!("{key} {}", error.fact(key)?)))
            .collect::<Vec<_>>();
        if !place.is_empty()
            && !place
                .iter()
                .all(|fact| error.message.contains(fact.split_once(' ').map_or("", |(_, v)| v)))
        {
            printer.note(format_args!("  at {}", place.join(", ")));
        }
    }
    for exported in end.exported.iter().filter(|e| !is_closed_pipe(e.result.as_ref().err())) {
        if let Err(error) = &exported.result {
            printer.error(clean(&format!("exporter {}: {error}", exported.name)));
            printer.hint(error.hint.clone().unwrap_or_else(|| {
                "the answers are safe in the cache; run again to export them without a call".to_owned()
            }));
        }
    }
    if let Err(problem) = &end.failure_file {
        printer.error(problem);
    }
    let hints = [hint, end.source_error.as_ref().and_then(|e| e.hint.clone())];
    hints.into_iter().flatten().for_each(|hint| printer.hint(clean(&hint)));
    tell_failures(context, end, session.settings());
    if end.stopped.is_some() && report.rows.skipped > 0 && !matches!(end.stopped, Some(StopReason::Config(_))) {
        printer.note("what was answered is kept; the same command goes on from here");
    }
}

fn tell_failures(context: &Context, end: &RunEnd, settings: &Settings) {
    const SHOWN: usize = 3;
    let printer = context.printer;
    for failed in end.tally.failures.iter().take(SHOWN) {
        printer.warning(context.redactor.clean(&format!(
            "row {} failed ({}): {}",
            failed.row, failed.reason, failed.message
        )));
    }
    if let (true, Ok(Some(file))) = (end.tally.rows.failed > 0, &end.failure_file) {
        let what = if settings.run.on_failure == OnFailure::Drop {
            "were left out"
        } else {
            "have no answer"
        };
        printer.note(format_args!(
            "{} rows {what}; all are listed in {file}",
            end.tally.rows.failed
        ));
    }
}

fn write_reports(context: &Context, report: &Report, paths: &[PathBuf]) -> Result<(), HostError> {
    for path in paths {
        let clean = |text: &str| context.redactor.clean(text).into_owned();
        report
            .write(path, clean)
            .map_err(|error| HostError::Io(format!("cannot write the report {}: {error}", path.display())))?;
    }
    Ok(())
}

/// JSON for commands that print it.
pub(super) fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
