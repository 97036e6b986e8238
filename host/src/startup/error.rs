//! The error that ends a command early.

use crate::exit_code::ExitCode;
use crate::plugin::PluginError;
use crate::plugin::call_guard::NAMED;
use crate::startup::LoadError;
use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_api::{Error, ErrorKind};

/// An error that ends a command.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The config cannot be used.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The config does not fit its plugins, its source or its files.
    #[error("{0}")]
    Config(String),
    /// The same, as rendered diagnostics that point into the config.
    #[error("{0}")]
    Diagnostics(String),
    /// A plugin cannot be used.
    #[error(transparent)]
    Plugin(Box<PluginError>),
    /// A plugin's method failed.
    #[error("{}", call_text(*kind, name, error))]
    Call {
        /// The plugin's kind.
        kind: PluginKind,
        /// The plugin's name.
        name: String,
        /// The plugin's error.
        error: Box<Error>,
    },
    /// Reading or writing failed.
    #[error("{0}")]
    Io(String),
    /// Wrong usage that the argument parser does not detect.
    #[error("{0}")]
    Usage(String),
}

impl HostError {
    /// Returns the exit code of the error.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Load(LoadError::Invalid(invalid)) if invalid.only_plugins => ExitCode::Plugin,
            Self::Load(_) | Self::Config(_) | Self::Diagnostics(_) => ExitCode::Config,
            Self::Call { kind, error, .. } => code_of(*kind, error),
            Self::Plugin(error) => match error.as_ref() {
                PluginError::Failed { kind, error, .. } => code_of(*kind, error),
                PluginError::NotFound { .. } | PluginError::Unusable { .. } => ExitCode::Plugin,
            },
            Self::Io(_) => ExitCode::Unexpected,
            Self::Usage(_) => ExitCode::Usage,
        }
    }

    /// Returns whether a plugin could not be used, or failed.
    pub fn is_of_a_plugin(&self) -> bool {
        matches!(self, Self::Plugin(_) | Self::Call { .. })
    }

    /// Returns the next step for the user.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Plugin(error) => error.hint(),
            Self::Call { error, .. } => error.hint.clone(),
            Self::Load(_) | Self::Config(_) | Self::Diagnostics(_) | Self::Io(_) | Self::Usage(_) => None,
        }
    }
}

/// Names the plugin, unless the error does so.
fn call_text(kind: PluginKind, name: &str, error: &Error) -> String {
    if error.context(NAMED).is_some() { error.to_string() } else { format!("{kind} plugin `{name}`: {error}") }
}

/// Returns the exit code of a plugin's failure, which depends on the kind of the plugin.
fn code_of(kind: PluginKind, error: &Error) -> ExitCode {
    match (error.kind, kind) {
        (ErrorKind::Config, _) => ExitCode::Config,
        (ErrorKind::Panic, _) => ExitCode::Plugin,
        (_, PluginKind::Scraper) => ExitCode::Source,
        (_, PluginKind::Cache) => ExitCode::Cache,
        (_, PluginKind::Provider) => ExitCode::Provider,
        (_, PluginKind::Exporter) => ExitCode::Export,
    }
}

impl From<PluginError> for HostError {
    fn from(error: PluginError) -> Self {
        Self::Plugin(Box::new(error))
    }
}
