//! The provider: what each of its functions is made of.

use crate::config::Config;
use crate::settings::Settings;
use crate::{request, response, verify};
use rowsmith_plugin_api::prelude::*;

/// A model behind a chat completions endpoint, with its settings.
pub struct OpenAi(Settings);

impl HttpProvider for OpenAi {
    type Config = Config;

    fn new(config: Config) -> Result<Self> {
        Ok(Self(Settings::check(config)?))
    }

    fn info(&self) -> ProviderInfo {
        self.0.info()
    }

    fn request(&self, question: &CompletionRequest) -> Result<HttpRequest> {
        request::complete(&self.0, question)
    }

    fn response(&self, question: &CompletionRequest, response: &HttpResponse) -> Result<Completion> {
        response::completion(&self.0, question, response)
    }

    fn verify_request(&self) -> Result<HttpRequest> {
        Ok(self.0.service.get("models"))
    }

    fn verify_response(&self, response: &HttpResponse) -> Result<String> {
        verify::sentence(&self.0, response)
    }
}
