//! Prints the error of a command.

use super::Context;
use super::outcome::stop_text;
use crate::diagnostic::render;
use crate::document::ConfigError;
use crate::exit_code::ExitCode;
use crate::limit::stop::StopReason;
use crate::pipeline::tally::Tally;
use crate::startup::{HostError, LoadError};

/// Prints an error with its hint; returns the exit code.
pub(super) fn print_error(context: &Context, error: &HostError) -> ExitCode {
    let printer = context.printer;
    match error {
        HostError::Load(LoadError::Invalid(invalid)) => {
            printer.rendered(invalid.document.render(&invalid.diagnostics, printer.color));
            printer.error(error);
        }
        HostError::Load(LoadError::Read(ConfigError::Invalid(invalid))) => {
            printer.rendered(render(&invalid.name, &invalid.text, &invalid.diagnostics, printer.color));
        }
        HostError::Load(LoadError::Read(missing @ ConfigError::Missing { .. })) => {
            printer.error(missing);
            printer.hint("name an existing config, or create one with `rowsmith init`");
        }
        HostError::Diagnostics(rendered) => printer.rendered(context.redactor.clean(rendered)),
        other => printer.error(context.redactor.clean(&other.to_string())),
    }
    if let Some(hint) = error.hint() {
        printer.hint(context.redactor.clean(&hint));
    }
    // Ctrl-C reaches the processes of plugins too and ends those that are starting.
    match context.stop.reason().filter(|_| error.is_of_a_plugin()) {
        Some(reason @ (StopReason::Interrupted | StopReason::Terminated)) => {
            printer.error(stop_text(&reason, &Tally::default()));
            if reason == StopReason::Interrupted { ExitCode::Interrupted } else { ExitCode::Terminated }
        }
        _ => error.exit_code(),
    }
}
