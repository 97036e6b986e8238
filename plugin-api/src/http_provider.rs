//! Providers over HTTP: pure functions, and the adapter that sends what they return.

use crate::completion::{Completion, CompletionRequest, ModelInfo, ProviderInfo};
use crate::error::{Error, Result};
use crate::host::Host;
use crate::http::{HttpRequest, HttpResponse};
use crate::provider::Provider;
use crate::schema::ConfigSchema;
use serde::de::DeserializeOwned;

/// A model behind an HTTP service, as pure functions from questions to requests and from responses to answers.
///
/// [`HttpAdapter`] makes it a [`Provider`]. It needs no host, no runtime and no network, so its tests are plain function
/// calls.
///
/// ```
/// use rowsmith_plugin_api::prelude::*;
/// use rowsmith_plugin_api::service::{Service, ServiceOptions};
///
/// /// A service that takes one text and returns one.
/// #[derive(PluginConfig)]
/// struct Config {
///     #[config(flatten(base_url = "https://api.example.org"))]
///     service: ServiceOptions,
/// }
///
/// struct Example(Service);
///
/// impl HttpProvider for Example {
///     type Config = Config;
///
///     fn new(config: Config) -> Result<Self> {
///         Ok(Self(config.service.check()?))
///     }
///
///     fn info(&self) -> ProviderInfo {
///         self.0.info(json!({}))
///     }
///
///     fn request(&self, question: &CompletionRequest) -> Result<HttpRequest> {
///         let prompt = format!("{}\n{}", question.system, question.user_text());
///         self.0.post("generate", json!({ "model": self.0.model(), "prompt": prompt }))
///     }
///
///     fn response(&self, _question: &CompletionRequest, response: &HttpResponse) -> Result<Completion> {
///         let body = self.0.success(response)?;
///         let text = body["text"].as_str().ok_or_else(|| self.0.unexpected_json(response, "an answer"))?;
///         Ok(Completion::text(text))
///     }
/// }
///
/// export_plugin!(provider: HttpAdapter<Example>, name = "example", about = "One text in, one text out");
/// ```
pub trait HttpProvider: Send + Sync + Sized + 'static {
    /// The plugin's table in the config.
    type Config: DeserializeOwned + ConfigSchema;

    /// Creates the provider from its config.
    ///
    /// # Errors
    /// [`Error::config`] for a config that cannot work.
    fn new(config: Self::Config) -> Result<Self>;

    /// Describes the configured provider.
    fn info(&self) -> ProviderInfo;

    /// Returns the request that asks a question.
    ///
    /// # Errors
    /// When the question cannot be asked.
    fn request(&self, question: &CompletionRequest) -> Result<HttpRequest>;

    /// Returns the answer in the response to a question. A response of any status comes here.
    ///
    /// # Errors
    /// The failure that the response describes, with the [`ErrorKind`](crate::ErrorKind) that selects the reaction of the host.
    fn response(&self, question: &CompletionRequest, response: &HttpResponse) -> Result<Completion>;

    /// As [`HttpProvider::response`], with the request that was sent: for providers whose requests change with the parts that
    /// a model rejects.
    ///
    /// # Errors
    /// As [`HttpProvider::response`].
    fn answer(&self, question: &CompletionRequest, _sent: &HttpRequest, response: &HttpResponse) -> Result<Completion> {
        self.response(question, response)
    }

    /// Returns the request that checks key and model without spending tokens (capability `verify`).
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) by default.
    fn verify_request(&self) -> Result<HttpRequest> {
        Err(Error::unsupported("verify"))
    }

    /// Returns a sentence for the user about the response to [`HttpProvider::verify_request`].
    ///
    /// # Errors
    /// The failure that the response describes.
    fn verify_response(&self, _response: &HttpResponse) -> Result<String> {
        Err(Error::unsupported("verify"))
    }

    /// Returns the request that counts the input tokens of a question (capability `count_tokens`).
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) by default.
    fn count_request(&self, _question: &CompletionRequest) -> Result<HttpRequest> {
        Err(Error::unsupported("count_tokens"))
    }

    /// Returns the number of tokens in the response to [`HttpProvider::count_request`].
    ///
    /// # Errors
    /// The failure that the response describes.
    fn count_response(&self, _response: &HttpResponse) -> Result<u64> {
        Err(Error::unsupported("count_tokens"))
    }

    /// Returns the request for the description of the model (capability `model_info`); often that of
    /// [`HttpProvider::verify_request`].
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) by default.
    fn model_request(&self) -> Result<HttpRequest> {
        Err(Error::unsupported("model_info"))
    }

    /// Returns the description in the response to [`HttpProvider::model_request`].
    ///
    /// # Errors
    /// The failure that the response describes.
    fn model_response(&self, _response: &HttpResponse) -> Result<ModelInfo> {
        Err(Error::unsupported("model_info"))
    }
}

/// Makes an [`HttpProvider`] a [`Provider`]: sends each request once over the host's HTTP client.
#[derive(Debug)]
pub struct HttpAdapter<P> {
    provider: P,
    host: Host,
}

impl<P: HttpProvider> Provider for HttpAdapter<P> {
    type Config = P::Config;

    fn new(config: P::Config, host: Host) -> Result<Self> {
        Ok(Self { provider: P::new(config)?, host })
    }

    fn info(&self) -> ProviderInfo {
        self.provider.info()
    }

    async fn complete(&self, question: CompletionRequest) -> Result<Completion> {
        let request = self.provider.request(&question)?;
        let response = self.host.http().send(&request).await?;
        self.provider.answer(&question, &request, &response)
    }

    async fn verify(&self) -> Result<String> {
        let response = self.send(self.provider.verify_request()).await?;
        self.provider.verify_response(&response)
    }

    async fn count_tokens(&self, question: CompletionRequest) -> Result<u64> {
        let response = self.send(self.provider.count_request(&question)).await?;
        self.provider.count_response(&response)
    }

    async fn model_info(&self) -> Result<ModelInfo> {
        let response = self.send(self.provider.model_request()).await?;
        self.provider.model_response(&response)
    }
}

impl<P> HttpAdapter<P> {
    async fn send(&self, request: Result<HttpRequest>) -> Result<HttpResponse> {
        self.host.http().send(&request?).await
    }
}
