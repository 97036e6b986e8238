//! The command line: one file per command.

mod args;
mod cache;
mod check;
mod completions;
mod init;
mod list;
mod logging;
mod outcome;
mod plan;
mod plugin;
mod record_replay;
mod run;
mod schema;
mod signals;

pub use args::{Cli, Command};

use crate::document::ConfigError;
use crate::exit_code::ExitCode;
use crate::limit::stop::{Stop, StopReason};
use crate::plugin::exit_guard::ExitGuard;
#[cfg(unix)]
use crate::plugin::isolated;
use crate::plugin::redact::Redactor;
use crate::printer::Printer;
use crate::startup::open_plugins::{OpenPlugins, services};
use crate::startup::{HostError, LoadError, Loaded, LoadedPlugin, load};
use args::{ConfigArgs, GlobalArgs};
use clap::Parser as _;
use std::time::Duration;

/// What commands share.
pub(crate) struct Context {
    pub(crate) printer: Printer,
    pub(crate) global: GlobalArgs,
    pub(crate) stop: Stop,
    pub(crate) redactor: Redactor,
    /// The runtime that calls of providers run on.
    pub(crate) calls: tokio::runtime::Handle,
}

/// Most calls of plugins at once, those that never return included.
const MAX_CALLS: usize = 4_096;
/// How long a plugin that blocks may hold up the end of the program.
const SHUTDOWN: Duration = Duration::from_millis(200);

/// Parses the command line, runs the command and returns how it ended.
pub fn main() -> ExitCode {
    #[cfg(unix)]
    if let Some(kind) = isolated::is_asked_for(std::env::args_os()) {
        return isolated::serve(&kind);
    }
    let _guard = ExitGuard::arm();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are data and no error; clap knows which is which.
            drop(error.print());
            return if error.use_stderr() { ExitCode::Usage } else { ExitCode::Success };
        }
    };
    let global = cli.global.clone();
    let printer = Printer { color: global.color.for_stderr(), quiet: global.quiet };
    let redactor = Redactor::default();
    logging::start(&global, printer, redactor.clone());
    rowsmith_abi::install_panic_hook();
    let (runtime, calls) = match (new_runtime("rowsmith"), new_runtime("rowsmith-call")) {
        (Ok(runtime), Ok(calls)) => (runtime, calls),
        (Err(error), _) | (_, Err(error)) => {
            printer.error(format_args!("cannot start: {error}"));
            return ExitCode::Unexpected;
        }
    };
    let context = Context { printer, global, stop: Stop::default(), redactor, calls: calls.handle().clone() };
    let result = runtime.block_on(dispatch(&context, cli.command));
    calls.shutdown_timeout(SHUTDOWN);
    runtime.shutdown_timeout(SHUTDOWN);
    result.unwrap_or_else(|error| report(&context, &error))
}

fn new_runtime(name: &str) -> std::io::Result<tokio::runtime::Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.enable_all().thread_name(name).max_blocking_threads(MAX_CALLS).build()
}

async fn dispatch(context: &Context, command: Command) -> Result<ExitCode, HostError> {
    match command {
        Command::Run(args) => run::run(context, args).await,
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

impl Context {
    /// Reads and checks the config; warnings are printed.
    pub(crate) fn load(&self, args: &ConfigArgs, output: Option<String>) -> Result<Loaded, HostError> {
        let loaded = load(&args.path(), &args.overrides(output, &self.global))?;
        if !loaded.warnings.is_empty() && !self.printer.quiet {
            self.printer.rendered(loaded.document.render(&loaded.warnings, self.printer.color));
        }
        if self.global.verbose > 0 {
            self.say_hidden(&loaded);
        }
        Ok(loaded)
    }

    /// Says which plugin is used where the search path has several of one name.
    fn say_hidden(&self, loaded: &Loaded) {
        for LoadedPlugin { usage, source } in loaded.plugins.iter().filter(|plugin| plugin.usage.library.is_none()) {
            for hidden in loaded.registry.hidden(usage) {
                let (kind, name, used) = (usage.kind, &usage.name, source.place());
                self.printer.note(format_args!("{kind} plugin `{name}`: {used} is used, and not {hidden}"));
            }
        }
    }

    /// A session over a config.
    pub(crate) fn session(&self, loaded: Loaded, secrets_may_be_missing: bool) -> OpenPlugins {
        let services = services(self.stop.clone(), self.redactor.clone(), self.calls.clone());
        OpenPlugins::new(loaded, services, secrets_may_be_missing, self.printer.color)
    }

    /// Prints a line of data; a closed pipe is no error.
    pub(crate) fn data(&self, text: impl std::fmt::Display) -> Result<(), HostError> {
        match self.printer.data(text) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(HostError::Io(format!("cannot write to standard output: {error}")))
            }
            _ => Ok(()),
        }
    }
}

/// Prints an error with its way out.
fn report(context: &Context, error: &HostError) -> ExitCode {
    let printer = context.printer;
    match error {
        HostError::Load(LoadError::Invalid(invalid)) => {
            printer.rendered(invalid.document.render(&invalid.diagnostics, printer.color));
            printer.error(error);
        }
        HostError::Load(LoadError::Read(ConfigError::Invalid(invalid))) => {
            printer.rendered(crate::diagnostic::render(
                &invalid.name,
                &invalid.text,
                &invalid.diagnostics,
                printer.color,
            ));
        }
        HostError::Load(LoadError::Read(missing @ ConfigError::Missing { .. })) => {
            printer.error(missing);
            printer.hint("name a config, or make one with `rowsmith init`");
        }
        HostError::Config(rendered) if rendered.contains("error[") => {
            printer.rendered(context.redactor.clean(rendered));
        }
        other => printer.error(context.redactor.clean(&other.to_string())),
    }
    if let Some(hint) = error.hint() {
        printer.hint(context.redactor.clean(&hint));
    }
    // A Ctrl-C in the terminal reaches the processes of plugins too, and one that has just begun to start ends by it.
    match context.stop.reason().filter(|_| error.is_of_a_plugin()) {
        Some(reason @ (StopReason::Interrupted | StopReason::Terminated)) => {
            printer.error(outcome::stop_text(&reason));
            if reason == StopReason::Interrupted { ExitCode::Interrupted } else { ExitCode::Terminated }
        }
        _ => error.exit_code(),
    }
}
