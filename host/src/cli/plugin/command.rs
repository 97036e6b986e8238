//! Runs the commands of `rowsmith plugin`.

use super::args::{PluginArgs, PluginCommand};
use super::{info, list, new, pin, test};
use crate::cli::Context;
use crate::exit_code::ExitCode;
use crate::startup::HostError;

pub(in crate::cli) fn run(context: &Context, args: PluginArgs) -> Result<ExitCode, HostError> {
    match args.command {
        PluginCommand::List { config, format } => list::run(context, config.as_deref(), format),
        PluginCommand::Info { name, kind, config, format } => {
            info::run(context, &info::PluginQuery { name, kind, config }, format)
        }
        PluginCommand::New(args) => new::run(context, &args),
        PluginCommand::Test(args) => test::run(context, &args),
        PluginCommand::Pin { config, check, system } => pin::run(context, config, check, system),
    }
}
