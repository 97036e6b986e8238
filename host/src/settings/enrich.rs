//! The question about each row.

use crate::rules::OutputColumn;
use rowsmith_plugin_api::ConfigSchema;
use serde::Deserialize;

/// The question about each row.
#[derive(Debug, Clone)]
pub struct Enrich {
    /// Columns that the model sees; empty for all.
    pub input: Vec<String>,
    /// Maximum characters of a column that the model sees.
    pub max_chars: Vec<(String, usize)>,
    /// Handling of an input column that the source does not have.
    pub missing_input: MissingInput,
    /// Instructions for the model.
    pub instructions: String,
    /// Columns that the model fills.
    pub output: Vec<OutputColumn>,
}

/// Handling of an input column that the source does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ConfigSchema)]
#[serde(rename_all = "snake_case")]
pub enum MissingInput {
    /// The run stops before the first call.
    #[default]
    Error,
    /// The column counts as empty.
    Ignore,
}
