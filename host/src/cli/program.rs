//! The program from the command line to the exit code.

use super::args::{Cli, Command};
use super::print_error::print_error;
use super::{
    Context, cache, check, completions, init, list, logging, plan, plugin, process_limits, run, schema, signals,
};
use crate::exit_code::ExitCode;
use crate::limit::stop::Stop;
use crate::plugin::exit_guard::ExitGuard;
#[cfg(unix)]
use crate::plugin::isolated;
use crate::printer::Printer;
use crate::redact::Redactor;
use crate::startup::HostError;
use clap::Parser as _;
use std::time::Duration;

/// Maximum concurrent calls of plugins, including those that never return.
const MAX_CALLS: usize = 4_096;
/// Maximum delay of the program's end by blocked plugins.
const SHUTDOWN: Duration = Duration::from_millis(200);

/// Parses the command line, runs the command and returns its result.
pub fn main() -> ExitCode {
    #[cfg(unix)]
    if let Some(kind) = isolated::is_asked_for(std::env::args_os()) {
        return isolated::serve(&kind);
    }
    let _guard = ExitGuard::arm();
    process_limits::raise();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are data, not errors.
            if !error.use_stderr() {
                drop(error.print());
                return ExitCode::Success;
            }
            print_usage_error(&error);
            return ExitCode::Usage;
        }
    };
    let global = cli.global.clone();
    let redactor = Redactor::default();
    let printer = Printer::new(global.color.for_stderr(), global.quiet, redactor.clone());
    logging::start(&global, printer, redactor.clone());
    rowsmith_abi::install_panic_hook();
    let started =
        process_limits::check().and_then(|()| Ok((new_runtime("rowsmith")?, new_runtime("rowsmith-call")?))).and_then(
            |(runtime, calls)| runtime.block_on(async { signals::survive_size_limit() }).map(|()| (runtime, calls)),
        );
    let (runtime, calls) = match started {
        Ok(started) => started,
        Err(error) => {
            printer.error(format_args!("cannot start: {error}"));
            printer.hint("raise the limits of this process (`ulimit -a` lists them), or end other programs");
            return ExitCode::Unexpected;
        }
    };
    let context = Context { printer, global, stop: Stop::default(), redactor, calls: calls.handle().clone() };
    let result = runtime.block_on(dispatch(&context, cli.command));
    calls.shutdown_timeout(SHUTDOWN);
    runtime.shutdown_timeout(SHUTDOWN);
    result.unwrap_or_else(|error| print_error(&context, &error))
}

/// Prints an error about the command line, which quotes arguments.
fn print_usage_error(error: &clap::Error) {
    let printer = Printer::new(false, false, Redactor::default());
    let plain = error.render().to_string();
    if printer.message(&plain) == plain {
        // Nothing is escaped, so the colours of clap are the only control characters.
        drop(error.print());
    } else {
        printer.rendered(plain.trim_end().replace('\u{1b}', "\\u{1b}"));
    }
}

fn new_runtime(name: &str) -> std::io::Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.enable_all().thread_name(name).max_blocking_threads(MAX_CALLS).build()
}

async fn dispatch(context: &Context, command: Command) -> Result<ExitCode, HostError> {
    match command {
        Command::Run(args) => Box::pin(run::run(context, args)).await,
        Command::Plan(args) => plan::run(context, args).await,
        Command::Check(args) => check::run(context, args).await,
        Command::List(args) => list::run(context, args).await,
        Command::Plugin(args) => plugin::run(context, args),
        Command::Cache(args) => cache::run(context, args).await,
        Command::Init(args) => init::run(context, &args),
        Command::Schema => schema::run(context),
        Command::Completions(args) => completions::run(context, &args),
    }
}
