//! The provider: its checked config, its service, and what it has learned about the model.

use crate::config::Config;
use crate::{request, response, verify};
use rowsmith_plugin_api::completion::SchemaKeyword;
use rowsmith_plugin_api::http::HeaderName;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{RejectedParts, RequestPart, SchemaMode, Service};

/// Version of the answers in cache keys. Raise it when equal requests get other answers.
const ANSWERS_VERSION: &str = "0.2";

/// Name of the service in errors.
const SERVICE: &str = "gemini";
const KEY_HEADER: HeaderName = HeaderName::from_static("x-goog-api-key");
const KEY_HINT: &str = "set GEMINI_API_KEY and write api_key = { env = \"GEMINI_API_KEY\" }; \
                        keys are made at https://aistudio.google.com/apikey";
/// Thinking tokens to reserve when the config does not limit them.
const THINKING_RESERVE_TOKENS: u32 = 8_192;
/// Start of the names of models that accept neither a system instruction nor JSON mode.
const GEMMA: &str = "gemma";

/// A Gemini model.
pub struct Gemini {
    pub(crate) service: Service,
    pub(crate) config: Config,
    pub(crate) rejected: RejectedParts,
}

impl Gemini {
    fn is_gemma(&self) -> bool {
        self.service.model().starts_with(GEMMA)
    }

    /// Returns whether the service is asked to decode under a schema.
    fn has_schemas(&self) -> bool {
        self.config.schema_mode == SchemaMode::JsonSchema && !self.is_gemma()
    }
}

impl HttpProvider for Gemini {
    type Config = Config;

    fn new(config: Config) -> Result<Self> {
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
        let mut provider = Self { service, config, rejected: RejectedParts::default() };
        if provider.is_gemma() {
            provider.rejected = RejectedParts::of(&[RequestPart::SystemText, RequestPart::JsonMode]);
        }
        Ok(provider)
    }

    fn info(&self) -> ProviderInfo {
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
        let has_schemas = self.has_schemas();
        ProviderInfo {
            answers_version: Some(ANSWERS_VERSION.to_owned()),
            structured_output: if self.is_gemma() { SchemaMode::None } else { config.schema_mode }.into(),
            thinking_tokens: match config.thinking_budget {
                Some(budget @ 0..) => u32::try_from(budget).unwrap_or(u32::MAX),
                _ if self.is_gemma() => 0,
                _ => THINKING_RESERVE_TOKENS,
            },
            schema_keywords: if has_schemas {
                vec![SchemaKeyword::NumberRange, SchemaKeyword::ArrayLength, SchemaKeyword::AnyEnum]
            } else {
                Vec::new()
            },
            ..self.service.info(identity)
        }
    }

    fn request(&self, question: &CompletionRequest) -> Result<HttpRequest> {
        request::generate(self, question)
    }

    fn response(&self, question: &CompletionRequest, response: &HttpResponse) -> Result<Completion> {
        response::completion(self, question, None, response)
    }

    fn answer(&self, question: &CompletionRequest, sent: &HttpRequest, response: &HttpResponse) -> Result<Completion> {
        response::completion(self, question, Some(sent), response)
    }

    fn verify_request(&self) -> Result<HttpRequest> {
        Ok(request::look_up(self))
    }

    fn verify_response(&self, response: &HttpResponse) -> Result<String> {
        verify::sentence(self, response)
    }

    fn count_request(&self, question: &CompletionRequest) -> Result<HttpRequest> {
        request::count_tokens(self, question)
    }

    fn count_response(&self, response: &HttpResponse) -> Result<u64> {
        verify::token_count(self, response)
    }

    fn model_request(&self) -> Result<HttpRequest> {
        Ok(request::look_up(self))
    }

    fn model_response(&self, response: &HttpResponse) -> Result<ModelInfo> {
        verify::model_info(self, response)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Settings from a config table to which a model and a key are added.
    pub(crate) fn provider(mut table: Value) -> Result<Gemini> {
        for (key, value) in [("model", "gemini-x"), ("api_key", "test-key")] {
            if table[key].is_null() {
                table[key] = json!(value);
            }
        }
        Gemini::new(serde_json::from_value(table)?)
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
            let error = provider(table).err().unwrap();
            assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some(key)), "{name}: {error}");
        }
        let keyless = Gemini::new(serde_json::from_value(json!({"model": "m"})).unwrap());
        assert!(keyless.err().unwrap().hint.unwrap().contains("GEMINI_API_KEY"));
    }

    #[test]
    fn the_identity_is_what_changes_answers() {
        let plain = provider(json!({})).unwrap().info().identity;
        assert_eq!(plain, json!({"model": "gemini-x", "schema": "json_schema"}));
        for same in [json!({"model": "models/gemini-x"}), json!({"safety": "off"}), json!({"api_version": "v1"})] {
            assert_eq!(provider(same.clone()).unwrap().info().identity, plain, "{same}");
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
            assert_ne!(provider(other.clone()).unwrap().info().identity, plain, "{other}");
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
            assert_eq!(provider(table.clone()).unwrap().info().thinking_tokens, reserve, "{table}");
        }
    }
}
