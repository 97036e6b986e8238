//! The config table, as it is written.

use rowsmith_plugin_api::prelude::serde_json::Map;
use rowsmith_plugin_api::prelude::*;
use std::collections::BTreeMap;

/// Settings of a Gemini model. What is not set is not sent, and the service's own default holds.
#[derive(Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The model's name, for example `gemini-2.5-flash-lite`.
    pub(crate) model: String,
    /// The API key, as a reference: `{ env = "GEMINI_API_KEY" }` or `{ file = "path" }`. Required.
    pub(crate) api_key: Option<Secret>,
    /// Where the service is; a proxy, a gateway or a test server can stand in for it.
    #[serde(default = "default_base_url")]
    #[config(default = "\"https://generativelanguage.googleapis.com\"", format = "uri")]
    pub(crate) base_url: String,
    /// The version of the API, as it stands in addresses.
    #[serde(default = "default_api_version")]
    #[config(default = "\"v1beta\"")]
    pub(crate) api_version: String,
    /// How freely words are chosen, 0 to 2. Newer models refuse it.
    pub(crate) temperature: Option<f64>,
    /// Choose among the likeliest words that together have this probability, 0 to 1. Newer models refuse it.
    pub(crate) top_p: Option<f64>,
    /// Choose among so many of the likeliest words.
    #[config(min = 1)]
    pub(crate) top_k: Option<u32>,
    /// The start of the random numbers, for answers that repeat as far as the service can make them.
    pub(crate) seed: Option<i32>,
    /// For Gemini 2.5: how many tokens the model may think; 0 turns thinking off where the model allows it, -1 leaves
    /// it to the model. Not together with `thinking_level`.
    #[config(min = -1, max = 1_000_000)]
    pub(crate) thinking_budget: Option<i64>,
    /// For Gemini 3 and newer: how much the model thinks. Not together with `thinking_budget`.
    pub(crate) thinking_level: Option<ThinkingLevel>,
    /// The most tokens the model may write in one answer, thinking included, in place of the cap that is computed
    /// from the batch.
    #[config(min = 1)]
    pub(crate) max_output_tokens: Option<u32>,
    /// From which probability on harmful content is blocked, for all four categories.
    #[serde(default)]
    #[config(default = "\"default\"")]
    pub(crate) safety: Safety,
    /// How answers are made to be JSON: decoding under the JSON Schema, JSON of any shape, or by the prompt alone.
    #[serde(default)]
    #[config(default = "\"json_schema\"")]
    pub(crate) schema: SchemaMode,
    /// The longest time for one answer.
    #[serde(default = "default_timeout_secs")]
    #[config(default = "120", min = 1, max = 3_600)]
    pub(crate) timeout_secs: u64,
    /// Laid over the body of every request, table by table, for options that have no key here.
    #[serde(default)]
    #[config(default = "{}")]
    pub(crate) extra_body: Map<String, Value>,
    /// Sent with every request, for gateways. Not part of the cache's keys.
    #[serde(default)]
    #[config(default = "{}")]
    pub(crate) extra_headers: BTreeMap<String, String>,
}

/// How much a model thinks; which levels there are differs by model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ConfigSchema)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum ThinkingLevel {
    Minimal,
    Low,
    Medium,
    High,
    Xhigh,
}

/// The threshold of the safety filters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ConfigSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Safety {
    #[default]
    Default,
    Off,
    BlockNone,
    BlockOnlyHigh,
    BlockMediumAndAbove,
    BlockLowAndAbove,
}

/// How answers are made to be JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ConfigSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SchemaMode {
    #[default]
    JsonSchema,
    JsonObject,
    None,
}

fn default_base_url() -> String {
    "https://generativelanguage.googleapis.com".to_owned()
}

fn default_api_version() -> String {
    "v1beta".to_owned()
}

fn default_timeout_secs() -> u64 {
    120
}
