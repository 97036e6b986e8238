//! Runs `rowsmith plugin new`.

use super::api::ApiSource;
use super::folder::{self, WriteError};
use super::name::PluginName;
use super::next_steps::next_steps;
use super::template;
use crate::cli::Context;
use crate::cli::plugin::args::NewArgs;
use crate::exit_code::ExitCode;
use crate::startup::HostError;
use std::path::PathBuf;

pub(in crate::cli::plugin) fn run(context: &Context, args: &NewArgs) -> Result<ExitCode, HostError> {
    let plugin = PluginName::parse(args.kind, &args.name).map_err(HostError::Usage)?;
    let executable = std::env::current_exe().ok();
    let api = ApiSource::choose(args.api.as_deref(), executable.as_deref()).map_err(HostError::Usage)?;
    let files = template::files(&plugin, &api.dependencies().map_err(HostError::Usage)?);
    let target = args.dir.clone().unwrap_or_else(|| PathBuf::from(plugin.package()));
    folder::write(&target, &files, args.force).map_err(|error| match error {
        WriteError::Taken(message) => HostError::Usage(message),
        WriteError::Io(message) => HostError::Io(message),
    })?;
    for (path, _) in &files {
        context.printer.note(format_args!("wrote {}", target.join(path).display()));
    }
    context.printer.note(format_args!("uses rowsmith-plugin-api from {api}"));
    if args.api.is_none() && matches!(api, ApiSource::Released(_)) {
        // Only Cargo can check whether the registry has the release.
        context.printer.hint("if cargo does not find it, set a folder or a repository: `--api PATH|URL`");
    }
    context.printer.note("next:");
    for step in next_steps(&target, executable.as_deref()) {
        context.printer.note(format_args!("  {step}"));
    }
    Ok(ExitCode::Success)
}
