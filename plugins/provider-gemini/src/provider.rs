//! The provider: what each of its functions is made of.

use crate::config::Config;
use crate::settings::Settings;
use crate::{request, response, verify};
use rowsmith_plugin_api::prelude::*;

/// A Gemini model with its settings.
pub struct Gemini(Settings);

impl HttpProvider for Gemini {
    type Config = Config;

    fn new(config: Config) -> Result<Self> {
        Ok(Self(Settings::check(config)?))
    }

    fn info(&self) -> ProviderInfo {
        self.0.info()
    }

    fn request(&self, question: &CompletionRequest) -> Result<HttpRequest> {
        request::generate(&self.0, question)
    }

    fn response(&self, question: &CompletionRequest, response: &HttpResponse) -> Result<Completion> {
        response::completion(&self.0, question, response)
    }

    fn verify_request(&self) -> Result<HttpRequest> {
        Ok(request::look_up(&self.0))
    }

    fn verify_response(&self, response: &HttpResponse) -> Result<String> {
        verify::sentence(&self.0, response)
    }

    fn count_request(&self, question: &CompletionRequest) -> Result<HttpRequest> {
        request::count_tokens(&self.0, question)
    }

    fn count_response(&self, response: &HttpResponse) -> Result<u64> {
        verify::token_count(&self.0, response)
    }

    fn model_request(&self) -> Result<HttpRequest> {
        Ok(request::look_up(&self.0))
    }

    fn model_response(&self, response: &HttpResponse) -> Result<ModelInfo> {
        verify::model_info(&self.0, response)
    }
}
