//! The checked config that the rest of the crate works with.

use crate::config::Config;
use rowsmith_plugin_api::http::HeaderName;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::Service;

/// Version of the answers in cache keys. Raise it when equal requests get other answers.
const ANSWERS_VERSION: &str = "0.2";

/// Name of the service in errors.
const SERVICE: &str = "gemini";
const KEY_HEADER: HeaderName = HeaderName::from_static("x-goog-api-key");
const KEY_HINT: &str = "set GEMINI_API_KEY and write api_key = { env = \"GEMINI_API_KEY\" }; \
                        keys are made at https://aistudio.google.com/apikey";
/// Thinking tokens to reserve when the config does not limit them.
const THINKING_RESERVE_TOKENS: u32 = 8_192;

/// A valid config and its service.
pub(crate) struct Settings {
    pub(crate) service: Service,
    pub(crate) config: Config,
}

impl Settings {
    /// Checks what the config's schema cannot express.
    pub(crate) fn check(config: Config) -> Result<Self> {
        let mut options = config.service.clone();
        let model = options.model.trim();
        let short = model.strip_prefix("models/").unwrap_or(model).to_owned();
        options.model = short;
        let service = options.check()?.with_name(SERVICE).require_key(KEY_HINT)?.with_key_in(KEY_HEADER, "")?;
        if config.api_version.is_empty() || !config.api_version.bytes().all(|b| b.is_ascii_alphanumeric()) {
            let message = format!("`api_version` is {:?}, expected a form like v1beta", config.api_version);
            return Err(Error::config("api_version", message));
        }
        if config.thinking_budget.is_some() && config.thinking_level.is_some() {
            return Err(Error::config("thinking_level", "`thinking_budget` and `thinking_level` are both set")
                .hint("set the budget for Gemini 2.5, the level for newer models"));
        }
        Ok(Self { service, config })
    }

    /// Describes the model to the host.
    pub(crate) fn info(&self) -> ProviderInfo {
        let config = &self.config;
        let identity = json!({
            "temperature": config.sampling.temperature,
            "top_p": config.sampling.top_p,
            "top_k": config.top_k,
            "seed": config.seed,
            "thinking_budget": config.thinking_budget,
            "thinking_level": config.thinking_level,
            // The key of `schema_mode` before version 0.3: with another name, all cached answers would be lost.
            "schema": config.schema_mode,
        });
        ProviderInfo {
            answers_version: Some(ANSWERS_VERSION.to_owned()),
            structured_output: config.schema_mode.into(),
            thinking_tokens: match config.thinking_budget {
                Some(budget @ 0..) => u32::try_from(budget).unwrap_or(u32::MAX),
                _ => THINKING_RESERVE_TOKENS,
            },
            ..self.service.info(identity)
        }
    }
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
            ("budget and level", json!({"thinking_budget": 0, "thinking_level": "LOW"}), "thinking_level"),
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
        for same in [json!({"model": "models/gemini-x"}), json!({"safety": "off"}), json!({"api_version": "v1"})] {
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
            json!({"schema_mode": "none"}),
            json!({"extra_body": {"a": 1}}),
        ] {
            assert_ne!(settings(other.clone()).unwrap().info().identity, plain, "{other}");
        }
    }

    #[test]
    fn thinking_tokens_are_reserved() {
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
