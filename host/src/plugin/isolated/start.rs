//! The first message to a plugin's process: the plugin to open and its config.

use crate::plugin::error::PluginError;
use rowsmith_plugin_api::Error;
use rowsmith_plugin_api::manifest::PluginKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::PathBuf;

/// The plugin to open. It holds secrets, so it is sent over the socket and never on the command line.
#[derive(Serialize, Deserialize)]
pub(super) struct Start {
    /// The plugin's kind.
    pub(super) kind: PluginKind,
    /// The plugin's name.
    pub(super) name: String,
    /// The plugin's file; `None` when it is linked into the program.
    pub(super) file: Option<StartFile>,
    /// The plugin's config, with secrets.
    pub(super) config: Value,
    /// The most verbose log level that a subscriber wants.
    pub(super) log_level: u64,
    /// The number of the `LineRecording`.
    pub(super) line_recording: u64,
}

/// A file that the host has checked.
#[derive(Serialize, Deserialize)]
pub(super) struct StartFile {
    /// The path of the file.
    pub(super) path: PathBuf,
    /// A copy of its bytes in the memory of the host, if there is one. It stays the same when the file is replaced.
    pub(super) copy: Option<PathBuf>,
    /// The hash of its bytes; the child opens no other bytes.
    pub(super) sha256: String,
}

/// The reason why the plugin was not created.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Refusal {
    /// The file cannot be used.
    Unusable {
        /// The reason, in the words of the host.
        reason: String,
        /// The next step for the user.
        hint: Option<String>,
    },
    /// The plugin rejected its config, or failed.
    Failed(Error),
}

impl From<PluginError> for Refusal {
    fn from(error: PluginError) -> Self {
        match error {
            PluginError::Unusable { reason, hint, .. } => Self::Unusable { reason, hint },
            PluginError::Failed { error, .. } => Self::Failed(*error),
            missing @ PluginError::NotFound { .. } => {
                Self::Unusable { reason: missing.to_string(), hint: missing.hint() }
            }
        }
    }
}
