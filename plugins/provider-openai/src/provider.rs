//! The provider: its checked config, its service, and what it has learned about the model.

use crate::config::{Config, MaxTokensField, SystemRole};
use crate::{request, response, verify};
use rowsmith_plugin_api::completion::SchemaKeyword;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{RejectedParts, SchemaMode, Service, header_name};

/// Version of the answers in cache keys. Raise it when equal requests get other answers.
const ANSWERS_VERSION: &str = "0.2";

const KEY_HINT: &str = "set OPENAI_API_KEY and write api_key = { env = \"OPENAI_API_KEY\" }; \
                        for another service set `base_url`";
/// Thinking tokens to reserve for a reasoning model.
const THINKING_RESERVE_TOKENS: u32 = 8_192;
/// The address whose answers are cached under the name `openai`.
const OPENAI_URL: &str = "https://api.openai.com/v1";

/// A model behind a chat completions endpoint.
pub struct OpenAi {
    pub(crate) service: Service,
    pub(crate) config: Config,
    pub(crate) system_role: SystemRole,
    pub(crate) max_tokens_field: MaxTokensField,
    /// Name of the service in cache keys.
    identity_name: String,
    pub(crate) rejected: RejectedParts,
}

impl OpenAi {
    /// Returns whether the service is OpenAI's own.
    pub(crate) fn is_openai(&self) -> bool {
        self.service.base_url().is_at("api.openai.com")
    }

    /// Returns whether the service is Groq, which counts requests by the day.
    pub(crate) fn is_groq(&self) -> bool {
        self.service.base_url().host().contains("groq")
    }

    /// Returns the constraints that the service enforces in schemas; `docs/providers.md` lists them.
    fn schema_keywords(&self) -> Vec<SchemaKeyword> {
        use SchemaKeyword::{AnyEnum, ArrayLength, NumberRange, StringLength};
        if self.config.schema_mode != SchemaMode::JsonSchema {
            Vec::new()
        } else if self.service.base_url().is_loopback() {
            vec![StringLength, NumberRange, ArrayLength, AnyEnum]
        } else if self.is_openai() {
            vec![NumberRange, ArrayLength, AnyEnum]
        } else {
            Vec::new()
        }
    }
}

impl HttpProvider for OpenAi {
    type Config = Config;

    fn new(config: Config) -> Result<Self> {
        let auth_header = header_name("auth_header", &config.auth_header)?;
        let mut service = config.service.clone().check()?;
        let is_openai = service.base_url().is_at("api.openai.com");
        let is_azure = service.base_url().is_at("openai.azure.com");
        if is_openai || is_azure {
            service = service.require_key(KEY_HINT)?;
        }
        if config.service.extra_body.get("stream").is_some_and(|stream| stream != false) {
            let message = "`extra_body.stream` is set, but streaming is not supported";
            return Err(Error::config("extra_body.stream", message));
        }
        let name = config.service_name.clone().filter(|name| !name.is_empty());
        let name = name.or_else(|| (service.base_url().as_str() == OPENAI_URL).then(|| "openai".to_owned()));
        let identity_name = name.clone().unwrap_or_else(|| service.base_url().service_name());
        let name = name.unwrap_or_else(|| service.name().to_owned());
        let system_role = if is_openai { SystemRole::Developer } else { SystemRole::System };
        let max_tokens_field =
            if is_openai || is_azure { MaxTokensField::MaxCompletionTokens } else { MaxTokensField::MaxTokens };
        Ok(Self {
            service: service.with_name(name).with_key_in(auth_header, &config.auth_scheme)?,
            system_role: config.system_role.unwrap_or(system_role),
            max_tokens_field: config.max_tokens_field.unwrap_or(max_tokens_field),
            identity_name,
            rejected: RejectedParts::default(),
            config,
        })
    }

    fn info(&self) -> ProviderInfo {
        let config = &self.config;
        let identity = json!({
            "service": self.identity_name,
            "temperature": config.sampling.temperature,
            "top_p": config.sampling.top_p,
            "seed": config.seed,
            "reasoning_effort": config.reasoning_effort,
            "schema_mode": config.schema_mode,
            "strict": (config.schema_mode == SchemaMode::JsonSchema).then_some(config.strict),
        });
        ProviderInfo {
            answers_version: Some(ANSWERS_VERSION.to_owned()),
            structured_output: config.schema_mode.into(),
            thinking_tokens: match config.reasoning_effort.as_deref() {
                None | Some("none" | "minimal") => 0,
                Some(_) => THINKING_RESERVE_TOKENS,
            },
            free_schemas: self.service.base_url().is_loopback(),
            schema_keywords: self.schema_keywords(),
            ..self.service.info(identity)
        }
    }

    fn request(&self, question: &CompletionRequest) -> Result<HttpRequest> {
        request::complete(self, question)
    }

    fn response(&self, question: &CompletionRequest, response: &HttpResponse) -> Result<Completion> {
        response::completion(self, question, None, response)
    }

    fn answer(&self, question: &CompletionRequest, sent: &HttpRequest, response: &HttpResponse) -> Result<Completion> {
        response::completion(self, question, Some(sent), response)
    }

    fn verify_request(&self) -> Result<HttpRequest> {
        Ok(self.service.get("models"))
    }

    fn verify_response(&self, response: &HttpResponse) -> Result<String> {
        verify::sentence(self, response)
    }
}
