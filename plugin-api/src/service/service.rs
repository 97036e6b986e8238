//! [`Service`]: one model behind an HTTP service.

use super::extra_body::of_answers;
use super::json_body::{merge, without_nulls};
use super::json_response::JsonResponse;
use super::text::{one_line, redact};
use super::{BaseUrl, quota_scope};
use crate::completion::{CompletionRequest, ProviderInfo};
use crate::error::{Error, Result};
use crate::http::{HeaderMap, HeaderName, HeaderValue, HttpRequest, HttpResponse, Method};
use crate::secret::Secret;
use http::header::AUTHORIZATION;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// Characters of the service's own text that a message holds.
const MAX_TEXT_CHARS: usize = 300;

/// A model behind an HTTP service, with checked options.
///
/// It adds to every request what all services share (credential, headers, time limit, `extra_body`), and turns what all
/// services say in different words into the same errors. Everything here is pure.
#[derive(Debug)]
pub struct Service {
    pub(super) name: String,
    pub(super) model: String,
    pub(super) base_url: BaseUrl,
    pub(super) api_key: Option<Secret>,
    pub(super) timeout: Duration,
    pub(super) idle_timeout: Option<Duration>,
    pub(super) max_output_tokens: Option<u32>,
    pub(super) headers: HeaderMap,
    pub(super) extra_body: Map<String, Value>,
}

impl Service {
    /// Sets the name of the service in messages, which is the host of `base_url` by default.
    #[must_use]
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// Adds a header to every request, unless `extra_headers` has it.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.entry(name).or_insert(value);
        self
    }

    /// Sends the key in this header, after the scheme and a space. With an empty scheme the value is the key; without a key
    /// the header is not sent.
    ///
    /// # Errors
    /// [`Error::config`] on `auth_scheme` when a header cannot contain the scheme.
    pub fn with_key_in(self, header: HeaderName, scheme: &str) -> Result<Self> {
        let Some(key) = self.api_key.as_ref().map(Secret::expose) else { return Ok(self) };
        let text = match scheme.trim() {
            "" => key.to_owned(),
            scheme => format!("{scheme} {key}"),
        };
        let mut value = HeaderValue::from_str(&text).map_err(|_| {
            Error::config("auth_scheme", format!("`auth_scheme` is {scheme:?}, which a header cannot hold"))
        })?;
        value.set_sensitive(true);
        Ok(self.with_header(header, value))
    }

    /// Sends the key as `Authorization: Bearer …`.
    ///
    /// # Errors
    /// As [`Service::with_key_in`].
    pub fn with_bearer_key(self) -> Result<Self> {
        self.with_key_in(AUTHORIZATION, "Bearer")
    }

    /// Returns the service if it has a key.
    ///
    /// # Errors
    /// [`Error::config`] on `api_key` with the hint.
    pub fn require_key(self, hint: &str) -> Result<Self> {
        if self.api_key.is_some() { Ok(self) } else { Err(Error::config("api_key", "`api_key` is missing").hint(hint)) }
    }

    /// Returns the name of the service in messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the name of the model.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// Returns the address.
    pub fn base_url(&self) -> &BaseUrl {
        &self.base_url
    }

    /// Returns whether there is a key.
    pub fn has_key(&self) -> bool {
        self.api_key.is_some()
    }

    /// Returns the maximum output tokens of an answer: the smaller of those of the config and of the request.
    pub fn max_output_tokens(&self, request: &CompletionRequest) -> Option<u32> {
        self.max_output_tokens.into_iter().chain(request.max_output_tokens).min()
    }

    /// Returns whether `extra_body` has the member at this path, such as `generationConfig.seed`.
    pub fn has_extra(&self, path: &str) -> bool {
        let mut steps = path.split('.');
        let first = steps.next().and_then(|step| self.extra_body.get(step));
        first.is_some_and(|first| steps.try_fold(first, |value, step| value.get(step)).is_some())
    }

    /// Describes the model to the host.
    ///
    /// `identity` holds the options of the provider that change answers; null ones are left out. The model and
    /// `extra_body` are added. Address, key, headers, limits, and the members of `extra_body` that are limits or transport,
    /// are not part of it: they only decide whether there is an answer.
    pub fn info(&self, identity: Value) -> ProviderInfo {
        let mut all = without_nulls(json!({ "model": self.model }));
        all.extend(without_nulls(identity));
        let extra = of_answers(&self.extra_body);
        if !extra.is_empty() {
            all.insert("extra_body".to_owned(), Value::Object(extra));
        }
        ProviderInfo {
            identity: Value::Object(all),
            max_output_tokens: self.max_output_tokens,
            is_local: self.base_url.is_loopback(),
            quota_scope: Some(quota_scope(&self.base_url, self.api_key.as_ref())),
            ..ProviderInfo::new(self.model.clone())
        }
    }

    /// Returns a `GET` of a path below the service's address.
    pub fn get(&self, path: &str) -> HttpRequest {
        self.request(HttpRequest::new(Method::GET, self.base_url.join(path)))
    }

    /// Returns a `POST` of a JSON body to a path below the service's address. Null members of the body are left out, and
    /// `extra_body` is merged into it.
    ///
    /// # Errors
    /// When the body cannot be JSON.
    pub fn post(&self, path: &str, body: Value) -> Result<HttpRequest> {
        let mut body = without_nulls(body);
        merge(&mut body, &self.extra_body);
        Ok(self.request(HttpRequest::post_json(self.base_url.join(path), &body)?))
    }

    fn request(&self, mut request: HttpRequest) -> HttpRequest {
        request.headers.extend(self.headers.clone());
        let request = request.timeout(self.timeout);
        match self.idle_timeout {
            Some(limit) => request.idle_timeout(limit),
            None => request,
        }
    }

    /// Reads the JSON body of a response.
    ///
    /// # Errors
    /// For a success: [`ErrorKind::Retryable`](crate::ErrorKind::Retryable) when the body is empty or cut off,
    /// [`ErrorKind::InvalidData`](crate::ErrorKind::InvalidData) when it is not JSON.
    pub fn read(&self, response: &HttpResponse) -> Result<JsonResponse> {
        JsonResponse::read(&self.name, response)
    }

    /// Returns a text of the service for an error message: one line of limited length, without the key.
    pub fn quote(&self, text: &str) -> String {
        one_line(&redact(text, self.api_key.as_ref()), MAX_TEXT_CHARS)
    }
}

#[cfg(test)]
mod tests {
    use crate::service::{Service, ServiceOptions};
    use crate::{CompletionRequest, ErrorKind, Result};
    use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
    use serde_json::{Value, json};

    fn service(mut table: Value) -> Result<Service> {
        for (key, value) in [("model", "m"), ("base_url", "http://h.example/v1"), ("api_key", "test-key")] {
            if table[key].is_null() {
                table[key] = json!(value);
            }
        }
        serde_json::from_value::<ServiceOptions>(table)?.check()
    }

    #[test]
    fn invalid_options_are_config_errors() {
        for (table, key) in [
            (json!({"model": " "}), "model"),
            (json!({"base_url": "example.org"}), "base_url"),
            (json!({"api_key": "a\nb"}), "api_key"),
            (json!({"extra_headers": {"a": "b\r\nc: d"}}), "extra_headers.a"),
        ] {
            let error = service(table.clone()).unwrap_err();
            assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some(key)), "{table}");
        }
        let keyless = service(json!({"api_key": " "})).unwrap();
        let error = keyless.require_key("set it").unwrap_err();
        assert_eq!((error.context("config_key"), error.hint.as_deref()), (Some("api_key"), Some("set it")));
        let error = service(json!({})).unwrap().with_key_in(AUTHORIZATION, "a\nb").unwrap_err();
        assert_eq!(error.context("config_key"), Some("auth_scheme"));
    }

    #[test]
    fn the_default_time_limit_depends_on_the_machine() {
        for (table, millis) in [
            (json!({}), 120_000),
            (json!({"base_url": "http://127.0.0.1:11434/v1"}), 600_000),
            (json!({"base_url": "http://127.0.0.1:11434/v1", "timeout_secs": 5}), 5_000),
        ] {
            assert_eq!(service(table.clone()).unwrap().get("x").timeout_ms, Some(millis), "{table}");
        }
    }

    #[test]
    fn the_key_is_sent_after_its_scheme() {
        for (scheme, key, expected) in [
            ("Bearer", "test-key", Some("Bearer test-key")),
            (" ", "test-key", Some("test-key")),
            ("Bearer", " ", None),
        ] {
            let service = service(json!({ "api_key": key })).unwrap().with_key_in(AUTHORIZATION, scheme).unwrap();
            let request = service.get("models");
            assert_eq!(request.headers.get(AUTHORIZATION).map(|value| value.to_str().unwrap()), expected);
            assert!(!format!("{request:?} {service:?}").contains("test-key"));
        }
    }

    #[test]
    fn extra_headers_and_extra_body_have_the_last_word() {
        let table = json!({
            "extra_headers": {"Authorization": "Basic x", "content-type": "text/json", "x-team": "rows"},
            "extra_body": {"options": {"temperature": 0.0}, "tier": "flex"},
        });
        let service = service(table).unwrap().with_bearer_key().unwrap();
        let service = service.with_header(HeaderName::from_static("x-team"), HeaderValue::from_static("other"));
        let request = service.post("ask", json!({"options": {"temperature": 1.0, "n": 1}, "seed": null})).unwrap();
        assert_eq!(request.url, "http://h.example/v1/ask");
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(body, json!({"options": {"temperature": 0.0, "n": 1}, "tier": "flex"}));
        let headers: Vec<_> =
            request.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())).collect();
        let expected = [("content-type", "text/json"), ("authorization", "Basic x"), ("x-team", "rows")];
        assert_eq!(headers.len(), expected.len());
        assert!(expected.iter().all(|header| headers.contains(header)), "{headers:?}");
        assert_eq!((request.redirects, request.retries), (0, 0));
    }

    #[test]
    fn the_identity_is_what_changes_answers() {
        let identity = |table| service(table).unwrap().info(json!({"top_k": 3, "seed": null})).identity;
        let plain = identity(json!({}));
        assert_eq!(plain, json!({"model": "m", "top_k": 3}));
        for same in [
            json!({"base_url": "http://127.0.0.1:1", "timeout_secs": 5, "api_key": "other"}),
            json!({"max_output_tokens": 5, "extra_headers": {"a": "b"}}),
        ] {
            assert_eq!(identity(same.clone()), plain, "{same}");
        }
        let extra = json!({"extra_body": {"a": 1, "user": "u"}});
        assert_eq!(identity(extra)["extra_body"], json!({"a": 1}));
    }

    #[test]
    fn the_smaller_output_cap_counts() {
        let request = CompletionRequest { max_output_tokens: Some(500), ..CompletionRequest::default() };
        for (table, expected) in
            [(json!({}), 500), (json!({"max_output_tokens": 70}), 70), (json!({"max_output_tokens": 900}), 500)]
        {
            assert_eq!(service(table).unwrap().max_output_tokens(&request), Some(expected));
        }
    }
}
