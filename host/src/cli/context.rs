//! The state that all commands share.

use super::args::{ConfigArgs, GlobalArgs};
use crate::limit::stop::Stop;
use crate::printer::Printer;
use crate::redact::{Redactor, suspects};
use crate::startup::open_plugins::{OpenPlugins, services};
use crate::startup::{HostError, LoadError, Loaded, LoadedPlugin, load};
use tokio::runtime::Handle;

/// The state that all commands share.
pub(crate) struct Context {
    pub(crate) printer: Printer,
    pub(crate) global: GlobalArgs,
    pub(crate) stop: Stop,
    pub(crate) redactor: Redactor,
    /// Runtime of the calls of providers.
    pub(crate) calls: Handle,
}

impl Context {
    /// Loads the config and prints its warnings.
    pub(crate) fn load(&self, args: &ConfigArgs, output: Option<String>) -> Result<Loaded, HostError> {
        let loaded = load(&args.path(), &args.overrides(output, &self.global));
        let config = match &loaded {
            Ok(loaded) => Some(&loaded.document.value),
            Err(LoadError::Invalid(invalid)) => Some(&invalid.document.value),
            Err(LoadError::Read(_)) => None,
        };
        // A key that is pasted into another setting, such as the model, is not printed either.
        self.redactor.add(config.map(suspects::in_config).unwrap_or_default());
        let loaded = loaded?;
        if !loaded.warnings.is_empty() && !self.printer.quiet {
            self.printer.rendered(loaded.document.render(&loaded.warnings, self.printer.color));
        }
        if self.global.verbose > 0 {
            self.print_hidden(&loaded);
        }
        Ok(loaded)
    }

    /// Prints the plugins that earlier ones of the same name on the search path hide.
    fn print_hidden(&self, loaded: &Loaded) {
        for LoadedPlugin { usage, source } in loaded.plugins.iter().filter(|plugin| plugin.usage.library.is_none()) {
            for hidden in loaded.registry.hidden(usage) {
                let (kind, name, used) = (usage.kind, &usage.name, source.place());
                self.printer.note(format_args!("{kind} plugin `{name}`: {used} hides {hidden}"));
            }
        }
    }

    /// Prepares to open the plugins of a command.
    pub(crate) fn open_plugins(&self, loaded: Loaded, secrets_may_be_missing: bool) -> OpenPlugins {
        let services = services(self.stop.clone(), self.redactor.clone(), self.calls.clone());
        OpenPlugins::new(loaded, services, secrets_may_be_missing, self.printer.color)
    }

    /// Prints a line of data. A closed pipe is not an error.
    pub(crate) fn data(&self, text: impl std::fmt::Display) -> Result<(), HostError> {
        match self.printer.data(text) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(HostError::Io(format!("cannot write to standard output: {error}")))
            }
            _ => Ok(()),
        }
    }
}
