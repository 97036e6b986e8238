//! The provider: pure functions from questions to requests, and from responses to answers.

use crate::answer;
use crate::config::Config;
use rowsmith_plugin_api::http::HeaderName;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::Service;

const KEY_HEADER: HeaderName = HeaderName::from_static("x-api-key");

/// One model of the gateway.
#[derive(Debug)]
pub struct Inhouse(Service);

impl HttpProvider for Inhouse {
    type Config = Config;

    fn new(config: Config) -> Result<Self> {
        let service = config.service.check()?.with_name("the gateway");
        Ok(Self(service.require_key("set it to a reference to the team's key")?.with_key_in(KEY_HEADER, "")?))
    }

    fn info(&self) -> ProviderInfo {
        // The identity holds what changes answers: the model, and the gateway that the model belongs to.
        self.0.info(json!({ "gateway": self.0.base_url().authority() }))
    }

    fn request(&self, question: &CompletionRequest) -> Result<HttpRequest> {
        let body = json!({
            "profile": self.0.model(),
            // There is only one text. The part that never changes comes first: a gateway can cache the start of a prompt.
            "prompt": format!("{}\n\n{}", question.system, question.user_text()),
            "max_tokens": self.0.max_output_tokens(question),
        });
        self.0.post("generate", body)
    }

    fn response(&self, _question: &CompletionRequest, response: &HttpResponse) -> Result<Completion> {
        answer::completion(&self.0, response)
    }

    fn verify_request(&self) -> Result<HttpRequest> {
        Ok(self.0.get("profiles"))
    }

    fn verify_response(&self, response: &HttpResponse) -> Result<String> {
        let model = self.0.model();
        let known: Vec<String> = serde_json::from_value(self.0.success(response)?)?;
        if known.iter().any(|name| name == model) {
            return Ok(format!("the gateway answers and knows the profile {model}"));
        }
        Err(Error::new(ErrorKind::NotFound, format!("the gateway has no profile {model}"))
            .hint(format!("set `model` to one of: {}", known.join(", "))))
    }
}
