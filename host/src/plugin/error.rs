//! Why a plugin cannot be used.

use rowsmith_plugin_api::Error;
use rowsmith_plugin_api::manifest::PluginKind;
use std::path::PathBuf;

/// A plugin that cannot be used, and why.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PluginError {
    /// No file of that name on the search path.
    #[error("there is no {kind} plugin `{name}`")]
    NotFound {
        /// What was looked for.
        kind: PluginKind,
        /// Its name.
        name: String,
        /// Where it was looked for.
        places: Vec<PathBuf>,
        /// Names of that kind that there are.
        available: Vec<String>,
        /// One that is nearly the same.
        near: Option<String>,
    },
    /// The file is there and cannot be a plugin of this host.
    #[error("plugin {}: {reason}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
        /// What to do.
        hint: Option<String>,
    },
    /// The plugin itself refused, or failed.
    #[error("{kind} plugin `{name}`: {error}")]
    Failed {
        /// Its kind.
        kind: PluginKind,
        /// Its name.
        name: String,
        /// What it said.
        error: Error,
    },
}

impl PluginError {
    pub(super) fn unusable(path: impl Into<PathBuf>, reason: impl Into<String>) -> Self {
        Self::Unusable { path: path.into(), reason: reason.into(), hint: None }
    }

    pub(super) fn with_hint(mut self, text: impl Into<String>) -> Self {
        if let Self::Unusable { hint, .. } = &mut self {
            *hint = Some(text.into());
        }
        self
    }

    /// Changes what the plugin itself has said.
    pub(super) fn map(self, change: impl FnOnce(Error) -> Error) -> Self {
        match self {
            Self::Failed { kind, name, error } => Self::Failed { kind, name, error: change(error) },
            other => other,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotFound { places, available, near, kind, .. } => {
                let near = near.as_ref().map_or_else(String::new, |near| format!("did you mean `{near}`? "));
                let places = places.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", ");
                let known = if available.is_empty() {
                    format!("no {kind} plugin was found at all; `cargo build --workspace` puts them beside the binary")
                } else {
                    format!("there are: {}", available.join(", "))
                };
                Some(format!("{near}{known} (looked in {places})"))
            }
            Self::Unusable { hint, .. } => hint.clone(),
            Self::Failed { error, .. } => error.hint.clone(),
        }
    }
}
