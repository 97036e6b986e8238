//! How a run ended: the exit code, and what people are told.

use super::Context;
use super::args::RunArgs;
use crate::exit_code::ExitCode;
use crate::limit::stop::StopReason;
use crate::pipeline::export::is_closed_pipe;
use crate::pipeline::orchestrator::RunEnd;
use crate::pipeline::question::SkipReason;
use crate::report::json::Report;
use crate::report::text;
use crate::settings::{OnFailure, Settings};
use crate::startup::open_plugins::OpenPlugins;
use rowsmith_plugin_api::{Error, ErrorKind};

/// The exit code of a run, from the gravest to the lightest.
pub(super) fn exit_code(end: &RunEnd) -> ExitCode {
    let plugin_or = |error: &Error, code| {
        if error.kind == ErrorKind::Panic { ExitCode::Plugin } else { code }
    };
    if !end.tally.adds_up() {
        return ExitCode::Unexpected;
    }
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
    if failed_exports(end).next().is_some() || end.failure_file.is_err() {
        return ExitCode::Export;
    }
    let left_out = end.tally.skipped.get(&SkipReason::Offline).copied().unwrap_or(0);
    if end.tally.rows.failed > 0 || left_out > 0 { ExitCode::RowsFailed } else { ExitCode::Success }
}

pub(super) fn stop_text(reason: &StopReason) -> String {
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
pub(super) fn tell(context: &Context, session: &OpenPlugins, end: &RunEnd, report: &Report, args: &RunArgs) {
    let printer = context.printer;
    let clean = |text: &str| context.redactor.clean(text).into_owned();
    if reader_is_gone(end) {
        return;
    }
    printer.note(from_here(&clean(&text::summary(report))).trim_end());
    if !report.is_language_model && !args.offline && report.rows.cached + report.rows.enriched > 0 {
        printer.note("note: these answers are made from the rows' own words, without a language model; swap it with --provider NAME");
    }
    if report.rows.scraped == 0 && end.stopped.is_none() && end.source_error.is_none() {
        printer.warning("the source has no rows");
    }
    let hint = match &end.stopped {
        Some(StopReason::Provider(error) | StopReason::Cache(error)) => error.hint.clone(),
        _ => None,
    };
    if !end.tally.adds_up() {
        printer.error(format_args!("the counts do not add up, which is a bug: {:?}", end.tally.rows));
    }
    if let Some(reason) = &end.stopped {
        printer.error(clean(&stop_text(reason)));
    }
    if let Some(error) = &end.source_error {
        printer.error(clean(&format!("the source ended early: {}", error.message)));
        let place = ["path", "line"]
            .iter()
            .filter_map(|key| Some(format!("{key} {}", error.context(key)?)))
            .collect::<Vec<_>>();
        if !place.is_empty()
            && !place.iter().all(|fact| error.message.contains(fact.split_once(' ').map_or("", |(_, v)| v)))
        {
            printer.note(format_args!("  at {}", place.join(", ")));
        }
    }
    for (name, error) in failed_exports(end) {
        printer.error(clean(&format!("exporter {name}: {error}")));
        printer.hint(error.hint.clone().unwrap_or_else(|| {
            "the answers are safe in the cache; run again to export them without a call".to_owned()
        }));
    }
    for exported in &end.exported {
        if let Some(written) = exported.miscounted() {
            let (name, given) = (&exported.name, exported.given);
            printer.warning(clean(&format!("exporter {name} was given {given} rows and says that it wrote {written}")));
        }
    }
    if let Err(problem) = &end.failure_file {
        printer.error(problem);
    }
    let hints = [hint, end.source_error.as_ref().and_then(|e| e.hint.clone())];
    hints.into_iter().flatten().for_each(|hint| printer.hint(clean(&hint)));
    tell_failures(context, end, session.settings());
    if end.stopped.is_some()
        && report.rows.skipped > 0
        && !matches!(end.stopped, Some(StopReason::Config(_) | StopReason::Cache(_)))
    {
        printer.note("what was answered is kept; the same command goes on from here");
    }
}

/// Paths below the working directory, as the user would type them.
fn from_here(text: &str) -> String {
    let here = std::env::current_dir().ok().map(|path| format!("{}{}", path.display(), std::path::MAIN_SEPARATOR));
    match here {
        // The root is the beginning of every path, and of no use.
        Some(here) if here.len() > 2 => text.replace(&here, ""),
        _ => text.to_owned(),
    }
}

/// Exports that failed, but for those whose reader went away, which is nobody's fault.
fn failed_exports(end: &RunEnd) -> impl Iterator<Item = (&str, &Error)> {
    let failed = end.exported.iter().filter_map(|e| Some((e.name.as_str(), e.result.as_ref().err()?)));
    failed.filter(|(_, error)| !is_closed_pipe(Some(error)))
}

/// Whether nobody reads the output any more, found out in the middle of the run or with its last rows.
fn reader_is_gone(end: &RunEnd) -> bool {
    let closed = end.exported.iter().any(|e| is_closed_pipe(e.result.as_ref().err()));
    end.stopped == Some(StopReason::ClosedPipe) || (end.stopped.is_none() && closed)
}

fn tell_failures(context: &Context, end: &RunEnd, settings: &Settings) {
    const SHOWN: usize = 3;
    let printer = context.printer;
    for failed in end.tally.failures.iter().take(SHOWN) {
        printer.warning(
            context.redactor.clean(&format!("row {} failed ({}): {}", failed.row, failed.reason, failed.message)),
        );
    }
    if let (true, Ok(Some(file))) = (end.tally.rows.failed > 0, &end.failure_file) {
        let what = if settings.run.on_failure == OnFailure::Drop { "were left out" } else { "have no answer" };
        printer.note(format_args!("{} rows {what}; all are listed in {}", end.tally.rows.failed, from_here(file)));
    }
}
