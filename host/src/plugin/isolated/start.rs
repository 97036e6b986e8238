//! The first message to a plugin's process: what to open, and with which config.

use crate::plugin::error::PluginError;
use rowsmith_plugin_api::Error;
use rowsmith_plugin_api::manifest::PluginKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::PathBuf;

/// What to open. It holds secrets, so it goes over the socket and never over the command line.
#[derive(Serialize, Deserialize)]
pub(super) struct Start {
    /// The plugin's kind.
    pub(super) kind: PluginKind,
    /// Its name.
    pub(super) name: String,
    /// Its file; nothing when it is linked into the program.
    pub(super) file: Option<StartFile>,
    /// Its config, with secrets.
    pub(super) config: Value,
    /// The most talkative log level that anyone listens to.
    pub(super) log_level: u64,
}

/// A file that the host has judged.
#[derive(Serialize, Deserialize)]
pub(super) struct StartFile {
    /// Where it is.
    pub(super) path: PathBuf,
    /// What its bytes were; the child opens no others.
    pub(super) sha256: String,
}

/// Why the plugin was not made.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Refusal {
    /// The file cannot be used.
    Unusable {
        /// The reason, as the host itself would say it.
        reason: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// The plugin refused its config, or failed.
    Failed(Error),
}

impl From<PluginError> for Refusal {
    fn from(error: PluginError) -> Self {
        match error {
            PluginError::Unusable { reason, hint, .. } => Self::Unusable { reason, hint },
            PluginError::Failed { error, .. } => Self::Failed(error),
            missing @ PluginError::NotFound { .. } => {
                Self::Unusable { reason: missing.to_string(), hint: missing.hint() }
            }
        }
    }
}
