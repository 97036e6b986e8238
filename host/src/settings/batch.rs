//! Packing of rows into calls.

use super::defaults::empty_table;
use rowsmith_plugin_api::schema::Schema;
use rowsmith_plugin_api::{ConfigSchema, PluginConfig};
use serde::Deserialize;
use std::num::NonZeroUsize;

/// Packing of rows into calls.
#[derive(Debug, Clone, PluginConfig)]
pub struct BatchSettings {
    /// Maximum rows per call; more than 20 requires `allow_larger`.
    #[config(default = 20)]
    pub max_rows: NonZeroUsize,
    /// Allows more than 20 rows per call.
    #[config(default = false)]
    pub allow_larger: bool,
    /// Maximum estimated tokens of the rows of a call; it can only make calls smaller.
    pub max_input_tokens: Option<NonZeroUsize>,
    /// Makes calls smaller while most of their rows are invalid, and larger again while they succeed.
    #[config(default = true)]
    pub adapt: bool,
    /// Handling of rows that a call left unanswered.
    #[config(default = "repack")]
    pub fallback: Fallback,
    /// Matching of answers to rows: "tag" (each answer copies a short tag of its row), "off", or the name of an input
    /// column to copy.
    #[config(default = "tag")]
    pub pairing: Pairing,
    /// The title with which each answer begins, fixed by the schema: "auto" (the short text column with the most distinct
    /// values, if the service decodes under schemas that cost nothing), "off", or the name of an input column.
    #[config(default = "auto")]
    pub anchor: Anchor,
    /// Asks rows again individually whose answers are about another row of their call.
    #[config(default = true)]
    pub check_content: bool,
    /// Minimum share of the rows of a call whose answers have the same free text, so that some of them are asked again
    /// individually before they are accepted: 0 to 1, 0 for no check.
    #[config(default = 0.5)]
    pub suspect_equal: f64,
    /// Share of rows that are asked again individually for comparison: 0 to 1.
    #[config(default = 0)]
    pub audit: f64,
}

impl Default for BatchSettings {
    fn default() -> Self {
        empty_table()
    }
}

/// Handling of rows that a call left unanswered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ConfigSchema)]
#[serde(rename_all = "lowercase")]
pub enum Fallback {
    /// Asked together with those of other calls, then in halves, then individually.
    #[default]
    Repack,
    /// Asked individually at once.
    Individual,
    /// Failed.
    None,
}

/// Matching of answers to rows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum Pairing {
    /// Each answer copies a short tag of its row.
    Tag,
    /// Each answer copies the value of a column.
    Column(String),
    /// By id alone.
    Off,
}

impl From<String> for Pairing {
    fn from(text: String) -> Self {
        match text.as_str() {
            "tag" => Self::Tag,
            "off" => Self::Off,
            _ => Self::Column(text),
        }
    }
}

impl ConfigSchema for Pairing {
    const SCHEMA: Schema = String::SCHEMA;
}

/// The title with which each answer begins.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum Anchor {
    /// Selected by the host, where it costs nothing.
    Auto,
    /// The value of a column.
    Column(String),
    /// Answers begin with no title.
    Off,
}

impl From<String> for Anchor {
    fn from(text: String) -> Self {
        match text.as_str() {
            "auto" => Self::Auto,
            "off" => Self::Off,
            _ => Self::Column(text),
        }
    }
}

impl ConfigSchema for Anchor {
    const SCHEMA: Schema = String::SCHEMA;
}
