//! The options that all HTTP providers share. Their config types flatten them.

use super::{BaseUrl, Service, check};
use crate::completion::StructuredOutput;
use crate::error::{Error, Result};
use crate::schema::{ConfigSchema, PluginConfig};
use crate::secret::Secret;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::time::Duration;

const TIMEOUT_SECS: u64 = 120;
/// A model on this machine may have to be loaded first, and answers at the machine's speed.
const LOOPBACK_TIMEOUT_SECS: u64 = 600;

/// Options of a model behind an HTTP service.
///
/// A provider's config takes them in with `#[config(flatten)] service: ServiceOptions`. `base_url` is required unless the
/// provider states its service's address: `#[config(flatten(base_url = "https://api.example.org"))]`.
#[derive(Debug, Clone, PartialEq, PluginConfig)]
pub struct ServiceOptions {
    /// Name of the model, as the service knows it.
    pub model: String,
    /// API key, as a reference: `{ env = "NAME" }` or `{ file = "path" }`.
    pub api_key: Option<Secret>,
    /// Base address of the service, or of a proxy, gateway or test server. The provider adds the path.
    #[config(format = "uri")]
    pub base_url: String,
    /// Allows an unencrypted address (`http://`) of another machine together with a key. The host refuses it otherwise.
    #[config(default = false)]
    pub allow_insecure: bool,
    /// Maximum time for one answer in seconds. By default 120, and 600 for a server on this machine.
    #[config(min = 1, max = 3_600)]
    pub timeout_secs: Option<u64>,
    /// Maximum time without any byte of the response in seconds, for services that send an answer in pieces. By default only
    /// the whole time is limited.
    #[config(min = 1, max = 3_600)]
    pub idle_timeout_secs: Option<u64>,
    /// Maximum tokens of one answer, thinking included. By default computed from the batch.
    #[config(min = 1)]
    pub max_output_tokens: Option<u32>,
    /// Headers for every request, for gateways. Not part of the cache key.
    #[config(default)]
    pub extra_headers: BTreeMap<String, String>,
    /// Merged into the body of every request, table by table, for options without a key here.
    #[config(default)]
    pub extra_body: Map<String, Value>,
}

impl ServiceOptions {
    /// Checks what the schema cannot express, and returns the service.
    ///
    /// # Errors
    /// [`Error::config`] on the first invalid key.
    pub fn check(self) -> Result<Service> {
        let model = self.model.trim().to_owned();
        if model.is_empty() {
            return Err(
                Error::config("model", "`model` is empty").hint("set it to the name of one of the service's models")
            );
        }
        check::not_a_key("model", &model, self.api_key.as_ref())?;
        let base_url = BaseUrl::parse(&self.base_url)?;
        let default_secs = if base_url.is_loopback() { LOOPBACK_TIMEOUT_SECS } else { TIMEOUT_SECS };
        Ok(Service {
            name: base_url.authority().to_owned(),
            model,
            base_url,
            api_key: check::header_secret("api_key", self.api_key.as_ref())?,
            timeout: Duration::from_secs(self.timeout_secs.unwrap_or(default_secs)),
            idle_timeout: self.idle_timeout_secs.map(Duration::from_secs),
            max_output_tokens: self.max_output_tokens,
            headers: check::header_map("extra_headers", &self.extra_headers)?,
            extra_body: self.extra_body,
        })
    }
}

/// Sampling parameters that all services have. Those that are not set are not sent.
#[derive(Debug, Clone, Copy, PartialEq, PluginConfig)]
pub struct SamplingOptions {
    /// Sampling temperature. Newer models reject it.
    #[config(min = 0.0, max = 2.0)]
    pub temperature: Option<f64>,
    /// Nucleus sampling: sample from the likeliest tokens with this total probability. Newer models reject it.
    #[config(min = 0.0, max = 1.0)]
    pub top_p: Option<f64>,
}

/// The config's `schema_mode`: how the service is asked for JSON.
///
/// It is [`StructuredOutput`] with one difference: a config rejects words that it does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ConfigSchema)]
#[serde(rename_all = "snake_case")]
pub enum SchemaMode {
    /// The service decodes under the JSON Schema.
    #[default]
    JsonSchema,
    /// The service returns JSON of any shape.
    JsonObject,
    /// Only the prompt asks for JSON.
    None,
}

impl From<SchemaMode> for StructuredOutput {
    fn from(mode: SchemaMode) -> Self {
        match mode {
            SchemaMode::JsonSchema => Self::JsonSchema,
            SchemaMode::JsonObject => Self::JsonObject,
            SchemaMode::None => Self::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn sampling_parameters_have_ranges() {
        for (table, bound) in [
            (json!({"temperature": 2.5}), "`temperature` must be at most 2.0"),
            (json!({"temperature": -0.1}), "`temperature` must be at least 0.0"),
            (json!({"top_p": 1.1}), "`top_p` must be at most 1.0"),
            (json!({"top_p": -0.1}), "`top_p` must be at least 0.0"),
        ] {
            let error = serde_json::from_value::<SamplingOptions>(table).unwrap_err();
            assert_eq!(error.to_string(), bound);
        }
        let both = serde_json::from_value::<SamplingOptions>(json!({"temperature": 2, "top_p": 0})).unwrap();
        assert_eq!((both.temperature, both.top_p), (Some(2.0), Some(0.0)));
    }
}
