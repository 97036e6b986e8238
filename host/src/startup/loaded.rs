//! A valid config with its plugins, and the reasons why a config is refused.

use crate::diagnostic::Diagnostic;
use crate::document::{ConfigError, Document};
use crate::plugin::registry::{Registry, Source};
use crate::settings::{PluginUse, Settings};
use rowsmith_plugin_api::manifest::PluginKind;

/// A valid config whose plugins were found.
pub struct Loaded {
    /// The document, for further diagnostics.
    pub document: Document,
    /// Settings of the run.
    pub settings: Settings,
    /// Finds plugins.
    pub registry: Registry,
    /// The plugins of the config, in the order scraper, cache, provider, exporters.
    pub plugins: Vec<LoadedPlugin>,
    /// Warnings about the config.
    pub warnings: Vec<Diagnostic>,
}

/// A plugin of the config, with its library. Its code has not run.
pub struct LoadedPlugin {
    /// The plugin's table in the config.
    pub usage: PluginUse,
    /// The library, or the module that is linked into the program.
    pub source: Source,
}

/// The reason why a config cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file cannot be read or parsed.
    #[error(transparent)]
    Read(#[from] ConfigError),
    /// The config is invalid. Boxed for its size.
    #[error("{} {} in {}", .0.diagnostics.len(), if .0.diagnostics.len() == 1 { "problem" } else { "problems" }, .0.document.name)]
    Invalid(Box<InvalidConfig>),
}

/// A config with problems.
#[derive(Debug)]
pub struct InvalidConfig {
    /// The document.
    pub document: Document,
    /// All problems and warnings.
    pub diagnostics: Vec<Diagnostic>,
    /// True if the only problems are plugins that cannot be used.
    pub only_plugins: bool,
}

impl Loaded {
    /// Returns the plugins of a kind.
    pub fn of_kind(&self, kind: PluginKind) -> impl Iterator<Item = &LoadedPlugin> {
        self.plugins.iter().filter(move |plugin| plugin.usage.kind == kind)
    }
}
