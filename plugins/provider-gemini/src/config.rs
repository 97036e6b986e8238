//! The config table, as it is written.

use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{SamplingOptions, SchemaMode, ServiceOptions};

/// Settings of a Gemini model. Options that are not set are not sent, so that the service's own defaults apply.
#[derive(PluginConfig)]
pub struct Config {
    #[config(flatten(base_url = "https://generativelanguage.googleapis.com", timeout_secs = 120))]
    pub(crate) service: ServiceOptions,
    /// Version of the API, as in its addresses.
    #[config(default = "v1beta")]
    pub(crate) api_version: String,
    /// Structured output: decoding under the JSON Schema, JSON of any shape, or JSON by the prompt alone.
    #[config(default = "json_schema")]
    pub(crate) schema_mode: SchemaMode,
    #[config(flatten)]
    pub(crate) sampling: SamplingOptions,
    /// Sample from this number of likeliest tokens.
    #[config(min = 1)]
    pub(crate) top_k: Option<u32>,
    /// Seed of the random number generator, for answers that repeat as far as the service supports it.
    pub(crate) seed: Option<i32>,
    /// For Gemini 2.5: maximum thinking tokens; 0 disables thinking where the model allows it, -1 lets the model decide.
    /// Not together with `thinking_level`.
    #[config(min = -1, max = 1_000_000)]
    pub(crate) thinking_budget: Option<i64>,
    /// For Gemini 3 and newer: thinking effort. Not together with `thinking_budget`.
    pub(crate) thinking_level: Option<ThinkingLevel>,
    /// Blocking threshold for all four categories of harmful content.
    #[config(default = "default")]
    pub(crate) safety: Safety,
}

/// Thinking effort. Each model supports some of the levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ConfigSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum ThinkingLevel {
    Minimal,
    Low,
    Medium,
    High,
    Xhigh,
}

/// Threshold of the safety filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ConfigSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Safety {
    Default,
    Off,
    BlockNone,
    BlockOnlyHigh,
    BlockMediumAndAbove,
    BlockLowAndAbove,
}
