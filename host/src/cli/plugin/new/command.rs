//! The command from its arguments to its last word.

use super::api::Api;
use super::folder::{self, Refused};
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
    let api = Api::choose(args.api.as_deref(), executable.as_deref()).map_err(HostError::Usage)?;
    let files = template::files(&plugin, &api.dependencies().map_err(HostError::Usage)?);
    let target = args.dir.clone().unwrap_or_else(|| PathBuf::from(plugin.package()));
    folder::write(&target, &files, args.force).map_err(|refused| match refused {
        Refused::Taken(message) => HostError::Usage(message),
        Refused::Io(message) => HostError::Io(message),
    })?;
    for (path, _) in &files {
        context.printer.note(format_args!("wrote {}", target.join(path).display()));
    }
    context.printer.note(format_args!("uses rowsmith-plugin-api from {api}"));
    if args.api.is_none() && matches!(api, Api::Released(_)) {
        // Nothing was found beside the program, and whether the registry has it only cargo can tell.
        context.printer.hint("if cargo does not find it, name a folder or a repository that has it: `--api PATH|URL`");
    }
    context.printer.note("next:");
    for step in next_steps(&target, executable.as_deref()) {
        context.printer.note(format_args!("  {step}"));
    }
    Ok(ExitCode::Success)
}
