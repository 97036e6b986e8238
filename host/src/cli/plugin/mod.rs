//! `rowsmith plugin`: looks at plugins, makes, tests and pins them.

pub(super) mod args;
mod found;
mod info;
mod list;
mod new;
mod pin;
mod settings_table;
mod test;

use super::Context;
use crate::exit_code::ExitCode;
use crate::startup::HostError;
use args::{PluginArgs, PluginCommand};

pub(super) fn run(context: &Context, args: PluginArgs) -> Result<ExitCode, HostError> {
    match args.command {
        PluginCommand::List { config, format } => list::run(context, config.as_deref(), format),
        PluginCommand::Info { name, kind, config, format } => {
            info::run(context, &info::Wanted { name, kind, config }, format)
        }
        PluginCommand::New(args) => new::run(context, &args),
        PluginCommand::Test(args) => test::run(context, &args),
        PluginCommand::Pin { config, check } => pin::run(context, config, check),
    }
}
