//! The config table, as it is written.

use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{SamplingOptions, SchemaMode, ServiceOptions};

/// Settings of a model behind a chat completions endpoint. Options that are not set are not sent, so that the service's
/// own defaults apply. `base_url` ends before `/chat/completions`.
#[derive(PluginConfig)]
pub struct Config {
    #[config(flatten(base_url = "https://api.openai.com/v1"))]
    pub(crate) service: ServiceOptions,
    /// Name of the service in the cache key, so that two addresses of one service share answers. By default `openai` for
    /// OpenAI itself, elsewhere the host and port of `base_url`.
    #[serde(rename = "service")]
    pub(crate) service_name: Option<String>,
    /// Header that carries the key.
    #[config(default = "authorization")]
    pub(crate) auth_header: String,
    /// Scheme before the key in that header; empty for none.
    #[config(default = "Bearer")]
    pub(crate) auth_scheme: String,
    /// Role of the system message. By default `developer` for OpenAI itself, `system` elsewhere.
    pub(crate) system_role: Option<SystemRole>,
    /// Request field for the output limit. By default `max_completion_tokens` for OpenAI and Azure, `max_tokens`
    /// elsewhere.
    pub(crate) max_tokens_field: Option<MaxTokensField>,
    /// Structured output: decoding under the JSON Schema, JSON of any shape, or JSON by the prompt alone.
    #[config(default = "json_schema")]
    pub(crate) schema_mode: SchemaMode,
    /// Asks the service to follow the JSON Schema strictly.
    #[config(default = true)]
    pub(crate) strict: bool,
    #[config(flatten)]
    pub(crate) sampling: SamplingOptions,
    /// Seed of the random number generator, for answers that repeat as far as the service supports it.
    pub(crate) seed: Option<i64>,
    /// Reasoning effort of the model, for example `none`, `minimal`, `low`, `medium`, `high`.
    pub(crate) reasoning_effort: Option<String>,
}

/// Role of the system message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ConfigSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SystemRole {
    System,
    Developer,
}

/// Request field for the output limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ConfigSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MaxTokensField {
    MaxCompletionTokens,
    MaxTokens,
    None,
}
