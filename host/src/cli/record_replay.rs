//! `--record` and `--replay`.

use super::Context;
use crate::exit_code::ExitCode;
use crate::plugin::record_replay::{RecordReplay, Recorder, Replayer, UnrecordedRequest};
use crate::startup::HostError;
use crate::startup::open_plugins::OpenPlugins;
use clap::Args;
use std::path::PathBuf;

/// Flags that record or replay the plugins' exchanges over HTTP and with programs.
#[derive(Debug, Clone, Default, Args)]
pub struct RecordReplayArgs {
    /// Record all exchanges of the plugins, over HTTP and with programs, in this folder, without secrets
    #[arg(long, value_name = "DIR", conflicts_with = "replay")]
    pub record: Option<PathBuf>,
    /// Answer all requests from a folder of `--record`; uses no network, no programs, no keys and no cache
    #[arg(long, value_name = "DIR")]
    pub replay: Option<PathBuf>,
}

impl RecordReplayArgs {
    /// Returns whether the run records or replays.
    pub(super) fn is_used(&self) -> bool {
        self.record.is_some() || self.replay.is_some()
    }
}

/// Creates or reads the folder, before any request.
pub(super) fn open(context: &Context, args: &RecordReplayArgs) -> Result<RecordReplay, HostError> {
    let redactor = context.redactor.clone();
    if let Some(folder) = &args.record {
        let recorder = Recorder::new(folder, redactor);
        return recorder
            .map(|recorder| RecordReplay::Record(Box::new(recorder)))
            .map_err(|problem| HostError::Usage(format!("--record: {problem}")));
    }
    if let Some(folder) = &args.replay {
        let replayer = Replayer::open(folder, redactor);
        return replayer.map(|replayer| RecordReplay::Replay(Box::new(replayer))).map_err(|error| {
            let hint = error.hint.map_or_else(String::new, |hint| format!("; {hint}"));
            HostError::Usage(format!("--replay: {}{hint}", error.message))
        });
    }
    Ok(RecordReplay::Off)
}

/// Returns the exit code of a command, with regard to errors of recording or replay.
pub(super) fn exit_code(plugins: &OpenPlugins, code: ExitCode) -> ExitCode {
    if !is_complete(code) {
        return code;
    }
    match plugins.services.http.record_replay() {
        RecordReplay::Record(recorder) if recorder.write_error().is_some() => ExitCode::Unexpected,
        // A plugin may continue after the error, but its result is not the recorded one.
        RecordReplay::Replay(replayer) => replayer.first_unrecorded().map_or(code, |request| code_of(&request)),
        RecordReplay::Off | RecordReplay::Record(_) => code,
    }
}

/// Returns true if a command with this code has done all of its work.
fn is_complete(code: ExitCode) -> bool {
    matches!(code, ExitCode::Success | ExitCode::RowsFailed)
}

fn code_of(request: &UnrecordedRequest) -> ExitCode {
    match request.plugin.split_once('-').map(|(kind, _)| kind) {
        Some("scraper") => ExitCode::Source,
        Some("cache") => ExitCode::Cache,
        Some("exporter") => ExitCode::Export,
        _ => ExitCode::Provider,
    }
}

/// Prints the number of recorded exchanges, or the first unrecorded request unless the error of the command contains it.
///
/// `code` is the command's own; `cached` rows have no exchange in the cassette.
pub(super) fn print_result(context: &Context, plugins: &OpenPlugins, code: ExitCode, cached: u64) {
    let printer = context.printer;
    match plugins.services.http.record_replay() {
        RecordReplay::Off => {}
        RecordReplay::Record(recorder) => {
            let (number, folder) = (recorder.exchanges(), recorder.folder().display());
            let exchanges = if number == 1 { "exchange" } else { "exchanges" };
            printer.note(format_args!("recorded {number} {exchanges} in {folder}; replay them with --replay {folder}"));
            if cached > 0 {
                printer.warning(format_args!(
                    "{cached} rows came from the cache and are not recorded; --refresh requests them as well"
                ));
            }
            if let Some(error) = recorder.write_error() {
                printer.error(format_args!("{error}; the recording is incomplete"));
            }
        }
        RecordReplay::Replay(replayer) => {
            if let Some(request) = replayer.first_unrecorded().filter(|_| is_complete(code)) {
                let error = format!("unrecorded request of {}: {}", request.plugin, request.error);
                printer.error(context.redactor.clean(&error));
                request.error.hint.iter().for_each(|hint| printer.hint(hint));
            }
        }
    }
}

/// Ends a command that has no rows to count.
pub(super) fn finish(context: &Context, plugins: &OpenPlugins, code: ExitCode) -> ExitCode {
    print_result(context, plugins, code, 0);
    exit_code(plugins, code)
}
