//! The result of a run: its exit code and its messages.

use super::Context;
use super::args::RunArgs;
use crate::exit_code::ExitCode;
use crate::limit::stop::StopReason;
use crate::pipeline::export::is_closed_pipe;
use crate::pipeline::orchestrator::RunEnd;
use crate::pipeline::question::SkipReason;
use crate::pipeline::tally::Tally;
use crate::report::json::Report;
use crate::report::text;
use crate::settings::{OnFailure, Settings};
use crate::startup::open_plugins::OpenPlugins;
use rowsmith_plugin_api::{Error, ErrorKind};

/// Returns the exit code of a run; the most serious problem decides.
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
        Some(StopReason::Limit(_) | StopReason::FewValidRows) => return ExitCode::Limit,
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
    if let Some(error) = &end.scraper_error {
        return plugin_or(error, ExitCode::Source);
    }
    if end.tally.rows.scraped == 0 && kept_earlier_rows(end).next().is_some() {
        return ExitCode::Source;
    }
    let left_out = end.tally.skipped.get(&SkipReason::Offline).copied().unwrap_or(0);
    if end.tally.rows.failed > 0 || left_out > 0 { ExitCode::RowsFailed } else { ExitCode::Success }
}

/// Returns the reason of an early stop in words.
pub(super) fn stop_text(reason: &StopReason, tally: &Tally) -> String {
    match reason {
        StopReason::Interrupted => "interrupted by Ctrl-C".to_owned(),
        StopReason::Terminated => "terminated".to_owned(),
        StopReason::Limit(text) | StopReason::Config(text) => text.clone(),
        StopReason::FewValidRows => {
            let (valid, failed) = (tally.rows.enriched, tally.rows.failed);
            format!("{valid} of {} rows are valid: {}", valid + failed, tally.failure_summary.text())
        }
        StopReason::Provider(error) => format!("the provider cannot be used: {error}"),
        StopReason::Cache(error) => format!("the cache cannot be used: {error}"),
        StopReason::RowFailed => "a row failed, and `on_failure` is \"stop\"".to_owned(),
        StopReason::ClosedPipe => "the reader of the output is closed".to_owned(),
    }
}

/// Prints the summary and all problems.
pub(super) fn print_outcome(
    context: &Context,
    open_plugins: &OpenPlugins,
    end: &RunEnd,
    report: &Report,
    args: &RunArgs,
) {
    let printer = context.printer;
    let clean = |text: &str| context.redactor.clean(text).into_owned();
    if reader_is_closed(end) {
        return;
    }
    printer.note(relative_paths(&clean(&text::summary(report))).trim_end());
    if !report.is_language_model && !args.offline && report.rows.cached + report.rows.enriched > 0 {
        printer
            .note("note: the answers are words of the rows, not from a language model; use one with --provider NAME");
    }
    if report.rows.scraped == 0 && end.stopped.is_none() && end.source_error.is_none() {
        printer.warning("the source has no rows");
    }
    let hint = match &end.stopped {
        Some(StopReason::Provider(error) | StopReason::Cache(error)) => error.hint.clone(),
        Some(StopReason::FewValidRows) => end.tally.failure_summary.hint(),
        _ => None,
    };
    if !end.tally.adds_up() {
        printer.error(format_args!("the counts do not add up (this is a bug): {:?}", end.tally.rows));
    }
    if let Some(reason) = &end.stopped {
        printer.error(clean(&stop_text(reason, &end.tally)));
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
    for name in kept_earlier_rows(end) {
        printer.error(clean(&format!(
            "exporter {name}: there are no rows to export, so the rows of an earlier run are kept"
        )));
        printer.hint("set `allow_empty = true` in [run] to replace them");
    }
    if let Some(error) = &end.scraper_error {
        printer.error(clean(&format!("the export is complete, but the scraper failed to finish: {error}")));
        let default = "its state is unchanged; the next run reads the same rows";
        printer.hint(clean(error.hint.as_deref().unwrap_or(default)));
    }
    for (name, error) in failed_exports(end) {
        printer.error(clean(&format!("exporter {name}: {error}")));
        let default = match end.stopped {
            Some(StopReason::Cache(_)) => "run again; answers that the cache does not have are asked again",
            _ => "the cache has the answers; run again to export them without calls",
        };
        printer.hint(error.hint.as_deref().unwrap_or(default));
    }
    for exported in &end.exported {
        if let Some(written) = exported.miscounted() {
            let (name, given) = (&exported.name, exported.given);
            printer
                .warning(clean(&format!("exporter {name} received {given} rows and reports {written} written rows")));
        }
    }
    if let Err(problem) = &end.failure_file {
        printer.error(problem);
    }
    let hints = [hint, end.source_error.as_ref().and_then(|e| e.hint.clone())];
    hints.into_iter().flatten().for_each(|hint| printer.hint(clean(&hint)));
    print_failures(context, end, open_plugins.settings());
    if end.stopped.is_some()
        && report.rows.skipped > 0
        && !matches!(end.stopped, Some(StopReason::Config(_) | StopReason::Cache(_)))
    {
        printer.note("all answers are cached; the same command resumes the run");
    }
}

/// Returns the text with paths relative to the working directory.
fn relative_paths(text: &str) -> String {
    let here = std::env::current_dir().ok().map(|path| format!("{}{}", path.display(), std::path::MAIN_SEPARATOR));
    match here {
        // Every path begins with the root.
        Some(here) if here.len() > 2 => text.replace(&here, ""),
        _ => text.to_owned(),
    }
}

/// Returns the exporters that did not replace the rows of an earlier run.
fn kept_earlier_rows(end: &RunEnd) -> impl Iterator<Item = &str> {
    end.exported.iter().filter(|exported| exported.kept_earlier_rows).map(|exported| exported.name.as_str())
}

/// Returns the failed exports, except those to a closed pipe.
fn failed_exports(end: &RunEnd) -> impl Iterator<Item = (&str, &Error)> {
    let failed = end.exported.iter().filter_map(|e| Some((e.name.as_str(), e.result.as_ref().err()?)));
    failed.filter(|(_, error)| !is_closed_pipe(Some(error)))
}

/// Returns whether the output is a closed pipe, detected during the run or at its end.
fn reader_is_closed(end: &RunEnd) -> bool {
    let closed = end.exported.iter().any(|e| is_closed_pipe(e.result.as_ref().err()));
    end.stopped == Some(StopReason::ClosedPipe) || (end.stopped.is_none() && closed)
}

fn print_failures(context: &Context, end: &RunEnd, settings: &Settings) {
    const SHOWN: usize = 3;
    let printer = context.printer;
    for failed in end.tally.failures.iter().take(SHOWN) {
        printer.warning(
            context.redactor.clean(&format!("row {} failed ({}): {}", failed.row, failed.reason, failed.message)),
        );
    }
    if let (true, Ok(Some(file))) = (end.tally.rows.failed > 0, &end.failure_file) {
        let what = if settings.run.on_failure == OnFailure::Drop { "were not exported" } else { "have no answer" };
        printer.note(format_args!("{} rows {what}; see {}", end.tally.rows.failed, relative_paths(file)));
    }
}
