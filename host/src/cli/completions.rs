//! `rowsmith completions`: prints shell completions.

use super::Context;
use super::args::{Cli, CompletionsArgs};
use crate::exit_code::ExitCode;
use crate::startup::HostError;
use clap::CommandFactory;

pub(super) fn run(context: &Context, args: &CompletionsArgs) -> Result<ExitCode, HostError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "rowsmith", &mut script);
    context.data(String::from_utf8_lossy(&script).trim_end())?;
    Ok(ExitCode::Success)
}
