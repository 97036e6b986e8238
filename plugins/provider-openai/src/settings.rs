//! The checked config: what the rest of the crate works with.

use crate::config::{Config, MaxTokensField, SchemaMode, SystemRole, default_base_url};
use rowsmith_plugin_api::prelude::serde_json::Map;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{BaseUrl, header_fields, header_secret, number_within, quota_scope};
use std::collections::BTreeMap;

/// What a reasoning model may spend before it writes.
const THINKING_RESERVE_TOKENS: u32 = 8_192;
const TIMEOUT_SECS: u64 = 120;
/// A model on this machine may have to be loaded first, and answers at the machine's speed.
const LOCAL_TIMEOUT_SECS: u64 = 600;

/// A config that can work, with the defaults that depend on the service filled in.
pub(crate) struct Settings {
    pub(crate) config: Config,
    pub(crate) base_url: BaseUrl,
    pub(crate) api_key: Option<Secret>,
    pub(crate) service: String,
    pub(crate) system_role: SystemRole,
    pub(crate) max_tokens_field: MaxTokensField,
    pub(crate) timeout_secs: u64,
}

impl Settings {
    /// Checks what the config's schema cannot, and fills in what depends on the service.
    pub(crate) fn check(config: Config) -> Result<Self> {
        let base_url = BaseUrl::parse(&config.base_url)?;
        if config.model.trim().is_empty() {
            return Err(Error::config("model", "`model` is empty").hint("name one as the service knows it"));
        }
        number_within("temperature", config.temperature, 0.0..=2.0)?;
        number_within("top_p", config.top_p, 0.0..=1.0)?;
        header_fields("extra_headers", &config.extra_headers)?;
        header_fields("auth_header", &BTreeMap::from([(config.auth_header.clone(), config.auth_scheme.clone())]))?;
        if config.extra_body.get("stream").is_some_and(|stream| stream != false) {
            return Err(Error::config(
                "extra_body.stream",
                "`extra_body` asks for a stream, but answers are read whole",
            ));
        }
        let is_openai = base_url.is_at("api.openai.com");
        let is_azure = base_url.is_at("openai.azure.com");
        let api_key = header_secret("api_key", config.api_key.as_ref())?;
        if api_key.is_none() && (is_openai || is_azure) {
            return Err(no_key());
        }
        let is_default = BaseUrl::parse(&default_base_url()).is_ok_and(|default| default == base_url);
        let named = config.service.clone().filter(|name| !name.is_empty());
        Ok(Self {
            service: named.unwrap_or_else(|| if is_default { "openai" } else { base_url.authority() }.to_owned()),
            system_role: config.system_role.unwrap_or(if is_openai {
                SystemRole::Developer
            } else {
                SystemRole::System
            }),
            max_tokens_field: config.max_tokens_field.unwrap_or(if is_openai || is_azure {
                MaxTokensField::MaxCompletionTokens
            } else {
                MaxTokensField::MaxTokens
            }),
            timeout_secs: config.timeout_secs.unwrap_or(if base_url.is_loopback() {
                LOCAL_TIMEOUT_SECS
            } else {
                TIMEOUT_SECS
            }),
            config,
            base_url,
            api_key,
        })
    }

    /// Whether the service is OpenAI's own.
    pub(crate) fn is_openai(&self) -> bool {
        self.base_url.is_at("api.openai.com")
    }

    /// Whether the service is Groq, which counts requests by the day.
    pub(crate) fn is_groq(&self) -> bool {
        self.base_url.host().contains("groq")
    }

    /// What the model is, for the host. The identity has what changes answers: not the key, nor headers, caps and
    /// timeouts, which decide only whether there is an answer.
    pub(crate) fn info(&self) -> ProviderInfo {
        let config = &self.config;
        let mut identity = Map::new();
        let mut add = |name: &str, value: Value| {
            if !value.is_null() {
                identity.insert(name.to_owned(), value);
            }
        };
        add("service", json!(self.service));
        add("model", json!(config.model));
        add("temperature", json!(config.temperature));
        add("top_p", json!(config.top_p));
        add("seed", json!(config.seed));
        add("reasoning_effort", json!(config.reasoning_effort));
        add("schema_mode", json!(config.schema_mode));
        if config.schema_mode == SchemaMode::JsonSchema {
            add("strict", json!(config.strict));
        }
        if !config.extra_body.is_empty() {
            add("extra_body", json!(config.extra_body));
        }
        ProviderInfo {
            identity: Value::Object(identity),
            structured_output: match config.schema_mode {
                SchemaMode::JsonSchema => StructuredOutput::JsonSchema,
                SchemaMode::JsonObject => StructuredOutput::JsonObject,
                SchemaMode::None => StructuredOutput::None,
            },
            thinking_tokens: match config.reasoning_effort.as_deref() {
                None | Some("none" | "minimal") => 0,
                Some(_) => THINKING_RESERVE_TOKENS,
            },
            quota_scope: Some(quota_scope(&self.base_url, self.api_key.as_ref())),
            ..ProviderInfo::new(config.model.clone())
        }
    }
}

fn no_key() -> Error {
    Error::config("api_key", "`api_key` is missing").hint(
        "set OPENAI_API_KEY and write api_key = { env = \"OPENAI_API_KEY\" }; \
         a service without keys is named by `base_url`",
    )
}
