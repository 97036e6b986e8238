//! `rowsmith run`: enriches and exports all rows.

use super::args::RunArgs;
use super::kept_sizes::KeptSizes;
use super::outcome::{exit_code, print_outcome, stop_text};
use super::{Context, record_replay, signals};
use crate::exit_code::ExitCode;
use crate::files::leftovers::Registered;
use crate::files::{FileUse, conflict, unwritable};
use crate::limit::clock::Clock;
use crate::limit::stop::StopReason;
use crate::pipeline::assemble::{Plugins, RunContext, assemble, fingerprinter};
use crate::pipeline::export::NamedExporter;
use crate::pipeline::failure_file;
use crate::pipeline::orchestrator::{self, RunEnd};
use crate::report::json::{Output, Report, RunSummary};
use crate::report::progress;
use crate::settings::Settings;
use crate::startup::open_plugins::{OpenExporter, OpenPlugins, Opened};
use crate::startup::{HostError, targets};
use rowsmith_plugin_api::bridge::client::{CacheClient, ScraperClient};
use rowsmith_plugin_api::manifest::Capability;
use rowsmith_plugin_api::scraper::SourcePaths;
use rowsmith_plugin_api::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) async fn run(context: &Context, args: RunArgs) -> Result<ExitCode, HostError> {
    check_reports(&args.report)?;
    let mut loaded = context.load(&args.config, args.output.clone())?;
    apply(&args, &mut loaded.settings)?;
    signals::listen(context.stop.clone(), context.printer, loaded.settings.run.stop_grace());
    let config = loaded.document.name.clone();
    let record_replay = record_replay::open(context, &args.record_replay)?;
    let open_plugins = context
        .open_plugins(loaded, args.offline || args.record_replay.replay.is_some())
        .with_record_replay(record_replay)?;
    let clock = Clock::start();
    let cache = open_plugins.cache().await?;
    let (provider, info) = open_plugins.provider().await?;
    let exporters = open_plugins.exporters(args.force).await?;
    let scraper = open_plugins.scraper().await?;
    let source = open_plugins.check_targets(&exporters, &scraper).await?;

    let settings = open_plugins.settings();
    let store = cache.client.store().await.map_err(|error| open_plugins.call_error(&cache, error))?;
    let kept = if args.record_replay.is_used() {
        // A recording holds every size of its run.
        KeptSizes::none()
    } else {
        let plugin = (provider.name.clone(), provider.version.clone());
        let fingerprinter = fingerprinter(settings, &plugin, &info);
        KeptSizes::read(context, settings, &store, &provider, &info, &fingerprinter, clock.now_secs())
    };
    let failure_file = failure_path(settings, &exporters);
    check_files(&open_plugins, &args, &exporters, &source, &failure_file, store.path.as_deref())?;
    let _leftovers = temporary_files(&exporters, &failure_file);
    let plugins = Plugins {
        scraper: scraper.client.clone(),
        scraper_use: open_plugins.scraper_use()?.clone(),
        cache_availability: Arc::clone(&open_plugins.cache_availability),
        shared_cache: cache.can(Capability::Coordination) && store.persistent,
        cache: cache.client.clone(),
        provider: provider.client,
        provider_plugin: (provider.name, provider.version),
        info: info.clone(),
        exporters: exporters.into_iter().map(|exporter| named(exporter, settings.run.allow_empty)).collect(),
    };
    let services = &open_plugins.services;
    let run_context = RunContext {
        row_intake: services.row_intake.clone(),
        stop: services.stop.clone(),
        clock,
        failure_file: Some(failure_file),
        calibration: kept.calibration.clone(),
        redactor: services.redactor.clone(),
    };
    let (pipeline, snapshots) = assemble(settings, plugins, run_context);
    let dispatcher = Arc::clone(&pipeline.dispatcher);
    let shown = tokio::spawn(progress::show(args.progress, context.printer, snapshots, services.progress.clone()));
    let mut end = orchestrator::run(settings, pipeline).await;
    // The display ends with the run.
    drop(shown.await);

    end_cache(context, &cache, &mut end).await;
    kept.write(&end.calibration, clock.now_secs());
    let state_is_unchanged = end_scraper(&open_plugins, &scraper, &mut end).await;
    let ended = exit_code(&end);
    let exit_code = record_replay::exit_code(&open_plugins, ended);
    let summary = RunSummary {
        config,
        provider: settings.provider_name.clone(),
        model: info.model.clone(),
        is_language_model: info.is_language_model,
        cost_usd: if end.tally.usage_unknown && info.is_language_model { None } else { dispatcher.budget.cost_usd() },
        total: clock.elapsed(),
        waited: dispatcher.rate_limiter.waited(),
        outputs: outputs_of(&end),
        failure_file: end.failure_file.clone().ok().flatten(),
        replayed_from: args.record_replay.replay.as_ref().map(|folder| folder.display().to_string()),
        stopped: end.stopped.as_ref().map(|reason| context.redactor.clean(&stop_text(reason, &end.tally)).into_owned()),
        exit_code,
    };
    let report = Report::new(&end.tally, summary);
    print_outcome(context, &open_plugins, &end, &report, &args);
    if state_is_unchanged {
        let text = "is unchanged, because the run is not complete; the next run reads the same rows";
        context.printer.note(format_args!("the state of the scraper `{}` {text}", scraper.name));
    }
    record_replay::print_result(context, &open_plugins, ended, report.rows.cached);
    write_reports(context, &report, &args.report)?;
    Ok(exit_code)
}

/// Registers the temporary files of a run, for an end in the middle of it.
fn temporary_files(exporters: &[OpenExporter], failure_file: &Path) -> Vec<Registered> {
    let targets = exporters.iter().filter_map(|(_, target)| target.path.as_ref());
    targets.map(PathBuf::from).chain([failure_file.to_owned()]).map(Registered::beside_target).collect()
}

fn named((exporter, target): OpenExporter, allow_empty: bool) -> NamedExporter {
    NamedExporter {
        name: format!("{} ({})", exporter.name, target.name),
        client: exporter.client,
        keeps_earlier_rows: !allow_empty && targets::has_rows(&target),
    }
}

/// Notifies the scraper of the end of the run. Returns true if its state is unchanged although it uses state.
async fn end_scraper(open_plugins: &OpenPlugins, scraper: &Opened<ScraperClient>, end: &mut RunEnd) -> bool {
    let limit = open_plugins.settings().run.limit;
    let is_cut = limit.is_some_and(|limit| end.tally.rows.scraped >= limit);
    let code = exit_code(end);
    // Without an error, the second code is that of a source that has no rows and replaces no earlier ones.
    let is_complete = code == ExitCode::Success || (code == ExitCode::Source && end.source_error.is_none());
    if is_cut || end.stopped.is_some() || !is_complete {
        return open_plugins.abandon_scraper(scraper).await;
    }
    end.scraper_error = open_plugins.complete_scraper(scraper).await.err();
    false
}

/// Ends the use of the cache. Its entries are durable before, so a failure is a warning, unless the store was lost.
async fn end_cache(context: &Context, cache: &Opened<CacheClient>, end: &mut RunEnd) {
    if matches!(end.stopped, Some(StopReason::Cache(_))) {
        return;
    }
    if let Err(error) = cache.client.finish().await {
        if error.kind == ErrorKind::Corrupt {
            end.stopped = Some(StopReason::Cache(error));
            return;
        }
        let text = format!("the cache plugin `{}` failed at the end of the run: {error}", cache.name);
        context.printer.warning(context.redactor.clean(&text));
    }
}

/// Applies the options that override the settings.
fn apply(args: &RunArgs, settings: &mut Settings) -> Result<(), HostError> {
    settings.run.limit = args.limit.or(settings.run.limit);
    settings.run.refresh = args.refresh;
    settings.run.offline = args.offline;
    settings.run.replayed = args.record_replay.replay.is_some();
    settings.budget.max_calls = args.max_calls.or(settings.budget.max_calls);
    settings.budget.max_cost_usd = args.max_cost.or(settings.budget.max_cost_usd);
    if args.limit == Some(0) {
        return Err(HostError::Usage("--limit must be at least 1".to_owned()));
    }
    if args.max_cost.is_some() && settings.prices.is_none() {
        return Err(HostError::Usage(format!(
            "--max-cost needs the prices of the provider `{}`; add [providers.{0}.prices] to the config",
            settings.provider_name
        )));
    }
    Ok(())
}

fn check_reports(reports: &[PathBuf]) -> Result<(), HostError> {
    match reports.iter().find(|path| path.extension().is_none_or(|e| e != "json")) {
        None => Ok(()),
        Some(path) => Err(HostError::Usage(format!("--report {}: the path must end in .json", path.display()))),
    }
}

/// Refuses files with two roles, and outputs that cannot be written.
fn check_files(
    open_plugins: &OpenPlugins,
    args: &RunArgs,
    exporters: &[OpenExporter],
    source: &SourcePaths,
    failure_file: &Path,
    store: Option<&str>,
) -> Result<(), HostError> {
    let config = |text: String| HostError::Config(text);
    let mut files = vec![FileUse::read("the config", args.config.path())];
    files.extend(source.files.iter().map(|path| FileUse::read("the source", path)));
    for (exporter, target) in exporters {
        let Some(path) = &target.path else { continue };
        if let Some(problem) = unwritable(Path::new(path)) {
            let error = Error::new(ErrorKind::Io, problem).hint("choose another path; no calls were made");
            return Err(open_plugins.call_error(exporter, error));
        }
        files.push(FileUse::written("an output", path));
    }
    if failure_file.symlink_metadata().is_ok() && !failure_file::is_ours(failure_file) {
        let text = "exists and is not a failure file; set `run.failure_file` to another path";
        return Err(config(format!("{} {text}", failure_file.display())));
    }
    // The default path beside a device may not be writable; the file is needed only when rows fail.
    let named = open_plugins.settings().run.failure_file.is_some();
    if let Some(problem) = unwritable(failure_file).filter(|_| named) {
        return Err(config(format!("the failure file: {problem}; set `run.failure_file` to another path")));
    }
    files.push(FileUse::written("the failure file", failure_file));
    for report in &args.report {
        // The report replaces what is there, and a device must not be replaced.
        let special = report.metadata().is_ok_and(|found| !found.is_file() && !found.is_dir());
        let special =
            special.then(|| format!("{} is a pipe or a device; expected the path of a file", report.display()));
        if let Some(problem) = special.or_else(|| unwritable(report)) {
            return Err(HostError::Usage(format!("--report: {problem}")));
        }
        files.push(FileUse::written("the report", report));
    }
    conflict(&files, store.map(Path::new)).map_or(Ok(()), |problem| Err(config(problem)))
}

/// Returns the path of the failure file. Default: beside the first output file.
fn failure_path(settings: &Settings, exporters: &[OpenExporter]) -> PathBuf {
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
    let output = |exported: &crate::pipeline::export::ExportResult| {
        let (location, rows, error) = match &exported.result {
            Ok(summary) => (Some(summary.location.clone()), summary.rows, None),
            Err(error) => (None, 0, Some(error.message.clone())),
        };
        Output { exporter: exported.name.clone(), location: location.filter(|l| !l.is_empty()), rows, error }
    };
    end.exported.iter().map(output).collect()
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
