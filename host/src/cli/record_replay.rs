//! `--record` and `--replay`: what commands do with the exchanges of their plugins.

use super::Context;
use crate::exit_code::ExitCode;
use crate::plugin::record_replay::{Missed, Recorder, Replayer, Traffic};
use crate::startup::HostError;
use crate::startup::open_plugins::OpenPlugins;
use clap::Args;
use std::path::PathBuf;

/// Whether exchanges are recorded or replayed.
#[derive(Debug, Clone, Default, Args)]
pub struct TrafficArgs {
    /// Write every HTTP exchange of the plugins into this folder, without secrets
    #[arg(long, value_name = "DIR", conflicts_with = "replay")]
    pub record: Option<PathBuf>,
    /// Answer from what `--record` wrote; no network, no keys, no cache
    #[arg(long, value_name = "DIR")]
    pub replay: Option<PathBuf>,
}

/// Makes or reads the folder, before anything is asked.
pub(super) fn open(context: &Context, args: &TrafficArgs) -> Result<Traffic, HostError> {
    let redactor = context.redactor.clone();
    if let Some(folder) = &args.record {
        let recorder = Recorder::new(folder, redactor);
        return recorder.map(Traffic::Recorded).map_err(|problem| HostError::Usage(format!("--record: {problem}")));
    }
    if let Some(folder) = &args.replay {
        let replayer = Replayer::open(folder, redactor);
        return replayer.map(|replayer| Traffic::Replayed(Box::new(replayer))).map_err(|error| {
            let hint = error.hint.map_or_else(String::new, |hint| format!("; {hint}"));
            HostError::Usage(format!("--replay: {}{hint}", error.message))
        });
    }
    Ok(Traffic::Live)
}

/// The exit code of a command that would have succeeded, were it not for its recordings.
pub(super) fn exit_code(session: &OpenPlugins, code: ExitCode) -> ExitCode {
    if !is_fine(code) {
        return code;
    }
    match session.services.http.traffic() {
        Traffic::Recorded(recorder) if recorder.problem().is_some() => ExitCode::Unexpected,
        // A plugin may go on without what it did not get, but what comes of it is not what was recorded.
        Traffic::Replayed(replayer) => replayer.missed().map_or(code, |missed| code_of(&missed)),
        Traffic::Live | Traffic::Recorded(_) => code,
    }
}

/// Whether a command with this code has done all that it could.
fn is_fine(code: ExitCode) -> bool {
    matches!(code, ExitCode::Success | ExitCode::RowsFailed)
}

fn code_of(missed: &Missed) -> ExitCode {
    match missed.plugin.split_once('-').map(|(kind, _)| kind) {
        Some("scraper") => ExitCode::Source,
        Some("cache") => ExitCode::Cache,
        Some("exporter") => ExitCode::Export,
        _ => ExitCode::Provider,
    }
}

/// Says what was recorded, or what was missing and not said yet; `code` is the command's, without regard to recordings,
/// and `cached` rows are in no recording.
pub(super) fn tell(context: &Context, session: &OpenPlugins, code: ExitCode, cached: u64) {
    let printer = context.printer;
    match session.services.http.traffic() {
        Traffic::Live => {}
        Traffic::Recorded(recorder) => {
            let (ended, folder) = (recorder.ended(), recorder.folder().display());
            let exchanges = if ended == 1 { "exchange" } else { "exchanges" };
            printer.note(format_args!("recorded {ended} {exchanges} in {folder}; --replay {folder} answers from them"));
            if cached > 0 {
                printer.warning(format_args!(
                    "{cached} rows came from the cache and are not in the recording; --refresh asks for them as well"
                ));
            }
            if let Some(problem) = recorder.problem() {
                printer.error(format_args!("{problem}; the recording is not complete"));
            }
        }
        Traffic::Replayed(replayer) => {
            if let Some(missed) = replayer.missed().filter(|_| is_fine(code)) {
                let error = format!("{} asked what is not in the recording: {}", missed.plugin, missed.error);
                printer.error(context.redactor.clean(&error));
                missed.error.hint.iter().for_each(|hint| printer.hint(hint));
            }
        }
    }
}

/// The end of a command that has no rows to count.
pub(super) fn settle(context: &Context, session: &OpenPlugins, code: ExitCode) -> ExitCode {
    tell(context, session, code, 0);
    exit_code(session, code)
}
