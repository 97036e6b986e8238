//! The config table, as it is written.

use rowsmith_plugin_api::prelude::serde_json::Map;
use rowsmith_plugin_api::prelude::*;
use std::collections::BTreeMap;

/// Settings of a model behind a chat completions endpoint. What is not set is not sent, and the service's own default
/// holds.
#[derive(Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The model's name, as the service knows it.
    pub(crate) model: String,
    /// The API key, as a reference: `{ env = "OPENAI_API_KEY" }` or `{ file = "path" }`. Required for OpenAI itself;
    /// local servers often take none.
    pub(crate) api_key: Option<Secret>,
    /// Where the service is, up to the part before `/chat/completions`. For example `http://127.0.0.1:11434/v1` for
    /// Ollama.
    #[serde(default = "default_base_url")]
    #[config(default = "\"https://api.openai.com/v1\"", format = "uri")]
    pub(crate) base_url: String,
    /// The header that carries the key.
    #[serde(default = "default_auth_header")]
    #[config(default = "\"authorization\"")]
    pub(crate) auth_header: String,
    /// The word before the key in that header; empty for none.
    #[serde(default = "default_auth_scheme")]
    #[config(default = "\"Bearer\"")]
    pub(crate) auth_scheme: String,
    /// The role of the system text. By default `developer` for OpenAI itself, `system` elsewhere.
    pub(crate) system_role: Option<SystemRole>,
    /// The option that carries the output cap. By default `max_completion_tokens` for OpenAI and Azure, `max_tokens`
    /// elsewhere.
    pub(crate) max_tokens_field: Option<MaxTokensField>,
    /// How answers are made to be JSON: decoding under the JSON Schema, JSON of any shape, or by the prompt alone.
    #[serde(default)]
    #[config(default = "\"json_schema\"")]
    pub(crate) schema_mode: SchemaMode,
    /// Whether the service is told to keep strictly to the JSON Schema.
    #[serde(default = "default_strict")]
    #[config(default = "true")]
    pub(crate) strict: bool,
    /// How freely words are chosen, 0 to 2. Reasoning models refuse it.
    pub(crate) temperature: Option<f64>,
    /// Choose among the likeliest words that together have this probability, 0 to 1. Reasoning models refuse it.
    pub(crate) top_p: Option<f64>,
    /// The start of the random numbers, for answers that repeat as far as the service can make them.
    pub(crate) seed: Option<i64>,
    /// How much a reasoning model thinks, for example `none`, `minimal`, `low`, `medium`, `high`.
    pub(crate) reasoning_effort: Option<String>,
    /// Laid over the body of every request, table by table, for options that have no key here.
    #[serde(default)]
    #[config(default = "{}")]
    pub(crate) extra_body: Map<String, Value>,
    /// Sent with every request, for gateways. Not part of the cache's keys.
    #[serde(default)]
    #[config(default = "{}")]
    pub(crate) extra_headers: BTreeMap<String, String>,
    /// The longest time for one answer. By default 120, and 600 for a server on this machine.
    #[config(min = 1, max = 3_600)]
    pub(crate) timeout_secs: Option<u64>,
    /// The service's name in the cache's keys, so that two addresses of one service share answers. By default `openai`
    /// for OpenAI itself, elsewhere the host and port of `base_url`.
    pub(crate) service: Option<String>,
}

/// The role of the system text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ConfigSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SystemRole {
    System,
    Developer,
}

/// The option that carries the output cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ConfigSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MaxTokensField {
    MaxCompletionTokens,
    MaxTokens,
    None,
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

pub(crate) fn default_base_url() -> String {
    "https://api.openai.com/v1".to_owned()
}

fn default_auth_header() -> String {
    "authorization".to_owned()
}

fn default_auth_scheme() -> String {
    "Bearer".to_owned()
}

fn default_strict() -> bool {
    true
}
