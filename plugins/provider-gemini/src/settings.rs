//! The checked config: what the rest of the crate works with.

use crate::config::{Config, SchemaMode};
use rowsmith_plugin_api::prelude::serde_json::Map;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{BaseUrl, header_fields, header_secret, number_within, quota_scope};

/// What a thinking model may spend before it writes, when the config does not say.
const THINKING_RESERVE_TOKENS: u32 = 8_192;

/// A config that can work.
pub(crate) struct Settings {
    pub(crate) config: Config,
    pub(crate) base_url: BaseUrl,
    pub(crate) api_key: Secret,
    /// The model's name without `models/` before it.
    pub(crate) model: String,
}

impl Settings {
    /// Checks what the config's schema cannot.
    pub(crate) fn check(config: Config) -> Result<Self> {
        let base_url = BaseUrl::parse(&config.base_url)?;
        let name = config.model.trim();
        let model = name.strip_prefix("models/").unwrap_or(name).to_owned();
        if model.is_empty() {
            return Err(Error::config("model", "`model` is empty").hint("name one, for example gemini-2.5-flash-lite"));
        }
        if config.api_version.is_empty() || !config.api_version.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(Error::config(
                "api_version",
                format!("`api_version` is {:?}, not like v1beta", config.api_version),
            ));
        }
        if config.thinking_budget.is_some() && config.thinking_level.is_some() {
            return Err(Error::config("thinking_level", "`thinking_budget` and `thinking_level` are both set")
                .hint("Gemini 2.5 takes the budget, newer models the level"));
        }
        number_within("temperature", config.temperature, 0.0..=2.0)?;
        number_within("top_p", config.top_p, 0.0..=1.0)?;
        header_fields("extra_headers", &config.extra_headers)?;
        let api_key = header_secret("api_key", config.api_key.as_ref())?.ok_or_else(no_key)?;
        Ok(Self { config, base_url, api_key, model })
    }

    /// What the model is, for the host. The identity has what changes answers: not where the service is, nor the key,
    /// nor caps, timeouts and filters, which decide only whether there is an answer.
    pub(crate) fn info(&self) -> ProviderInfo {
        let config = &self.config;
        let mut identity = Map::new();
        let mut add = |name: &str, value: Value| {
            if !value.is_null() {
                identity.insert(name.to_owned(), value);
            }
        };
        add("model", json!(self.model));
        add("temperature", json!(config.temperature));
        add("top_p", json!(config.top_p));
        add("top_k", json!(config.top_k));
        add("seed", json!(config.seed));
        add("thinking_budget", json!(config.thinking_budget));
        add("thinking_level", json!(config.thinking_level));
        add("schema", json!(config.schema));
        if !config.extra_body.is_empty() {
            add("extra_body", json!(config.extra_body));
        }
        ProviderInfo {
            identity: Value::Object(identity),
            structured_output: match config.schema {
                SchemaMode::JsonSchema => StructuredOutput::JsonSchema,
                SchemaMode::JsonObject => StructuredOutput::JsonObject,
                SchemaMode::None => StructuredOutput::None,
            },
            max_output_tokens: config.max_output_tokens,
            thinking_tokens: match config.thinking_budget {
                Some(budget @ 0..) => u32::try_from(budget).unwrap_or(u32::MAX),
                _ => THINKING_RESERVE_TOKENS,
            },
            quota_scope: Some(quota_scope(&self.base_url, Some(&self.api_key))),
            ..ProviderInfo::new(self.model.clone())
        }
    }
}

fn no_key() -> Error {
    Error::config("api_key", "`api_key` is missing").hint(
        "set GEMINI_API_KEY and write api_key = { env = \"GEMINI_API_KEY\" }; \
         keys are made at https://aistudio.google.com/apikey",
    )
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Settings from a config table to which a model and a key are added.
    pub(crate) fn settings(mut table: Value) -> Result<Settings> {
        for (key, value) in [("model", "gemini-x"), ("api_key", "test-key")] {
            if table[key].is_null() {
                table[key] = json!(value);
            }
        }
        Settings::check(serde_json::from_value(table)?)
    }

    #[test]
    fn mistakes_name_their_key() {
        for (name, table, key) in [
            ("blank key", json!({"api_key": " "}), "api_key"),
            ("key of two lines", json!({"api_key": "a\nb"}), "api_key"),
            ("blank model", json!({"model": "models/"}), "model"),
            ("both ways to think", json!({"thinking_budget": 0, "thinking_level": "LOW"}), "thinking_level"),
            ("too hot", json!({"temperature": 2.5}), "temperature"),
            ("negative probability", json!({"top_p": -0.1}), "top_p"),
            ("version with a path", json!({"api_version": "v1/.."}), "api_version"),
            ("relative address", json!({"base_url": "example.org"}), "base_url"),
            ("two headers in one", json!({"extra_headers": {"a": "b\r\nc: d"}}), "extra_headers.a"),
        ] {
            let error = settings(table).err().unwrap();
            assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some(key)), "{name}: {error}");
        }
        let keyless = Settings::check(serde_json::from_value(json!({"model": "m"})).unwrap());
        assert!(keyless.err().unwrap().hint.unwrap().contains("GEMINI_API_KEY"));
    }

    #[test]
    fn the_identity_is_what_changes_answers() {
        let plain = settings(json!({})).unwrap().info().identity;
        assert_eq!(plain, json!({"model": "gemini-x", "schema": "json_schema"}));
        for same in [
            json!({"model": "models/gemini-x"}),
            json!({"base_url": "http://127.0.0.1:1", "timeout_secs": 5, "api_key": "other"}),
            json!({"max_output_tokens": 5, "safety": "off", "extra_headers": {"a": "b"}}),
        ] {
            assert_eq!(settings(same.clone()).unwrap().info().identity, plain, "{same}");
        }
        for other in [
            json!({"model": "gemini-y"}),
            json!({"temperature": 0}),
            json!({"top_p": 0.5}),
            json!({"top_k": 3}),
            json!({"seed": 1}),
            json!({"thinking_budget": 0}),
            json!({"thinking_level": "XHIGH"}),
            json!({"schema": "none"}),
            json!({"extra_body": {"a": 1}}),
        ] {
            assert_ne!(settings(other.clone()).unwrap().info().identity, plain, "{other}");
        }
    }

    #[test]
    fn thinking_is_reserved_for() {
        for (table, reserve) in [
            (json!({}), 8_192),
            (json!({"thinking_budget": 0}), 0),
            (json!({"thinking_budget": 300}), 300),
            (json!({"thinking_budget": -1}), 8_192),
            (json!({"thinking_level": "MINIMAL"}), 8_192),
        ] {
            assert_eq!(settings(table.clone()).unwrap().info().thinking_tokens, reserve, "{table}");
        }
    }
}
