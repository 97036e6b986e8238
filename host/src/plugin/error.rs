//! The error for a plugin that cannot be used.

use super::optional;
use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_api::{Error, ErrorKind};
use std::path::PathBuf;

/// The reason why a plugin cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PluginError {
    /// The search path has no file of the name.
    #[error("there is no {kind} plugin `{name}`")]
    NotFound {
        /// The kind.
        kind: PluginKind,
        /// The name.
        name: String,
        /// The searched folders.
        places: Vec<PathBuf>,
        /// The available names of the kind.
        available: Vec<String>,
        /// The nearest available name.
        near: Option<String>,
    },
    /// The file exists and is not a plugin for this host.
    #[error("plugin {}: {reason}", path.display())]
    Unusable {
        /// The path of the file.
        path: PathBuf,
        /// The problem.
        reason: String,
        /// The next step for the user.
        hint: Option<String>,
    },
    /// The plugin rejected its config, or failed.
    #[error("{kind} plugin `{name}`: {}", creation_text(error))]
    Failed {
        /// The kind.
        kind: PluginKind,
        /// The name.
        name: String,
        /// The plugin's error; boxed, because it is large.
        error: Box<Error>,
    },
}

/// Names the method in errors whose message does not: those of panics and of other libraries.
fn creation_text(error: &Error) -> String {
    match error.kind {
        ErrorKind::Panic => format!("panicked in `new`: {error}"),
        _ if error.is_foreign => format!("failed in `new`: {error}"),
        _ => error.to_string(),
    }
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

    /// Maps the plugin's own error.
    pub(super) fn map(self, change: impl FnOnce(Error) -> Error) -> Self {
        match self {
            Self::Failed { kind, name, error } => Self::Failed { kind, name, error: Box::new(change(*error)) },
            other => other,
        }
    }

    /// Returns the next step for the user.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotFound { places, available, near, kind, name } => {
                let near = near.as_ref().map_or_else(String::new, |near| format!("did you mean `{near}`? "));
                let places = places.iter().map(|p| p.display().to_string()).collect::<Vec<_>>().join(", ");
                let known = if let Some(command) = optional::build_command(*kind, name) {
                    format!("`{command}` in Rowsmith's sources builds this optional plugin")
                } else if available.is_empty() {
                    format!("no {kind} plugin was found; `cargo build --workspace` places them beside the executable")
                } else {
                    format!("available: {}", available.join(", "))
                };
                Some(format!("{near}{known} (searched {places})"))
            }
            Self::Unusable { hint, .. } => hint.clone(),
            Self::Failed { error, .. } => error.hint.clone(),
        }
    }
}
