//! `rowsmith plugin`: looks at plugins, makes, tests and pins them.

mod found;
mod info;
mod list;
mod new;

use super::Context;
use super::args::{PluginArgs, PluginCommand};
use crate::error::HostError;
use crate::exit_code::ExitCode;

pub(super) fn run(context: &Context, args: PluginArgs) -> Result<ExitCode, HostError> {
    match args.command {
        PluginCommand::List { format } => list::run(context, format),
        PluginCommand::Info { name, kind, format } => info::run(context, &name, kind, format),
        PluginCommand::New(args) => new::run(context, &args),
    }
}
