//! Reads the response of a model's service, of any status. The first byte selects the provider, the second the status; then
//! follow lines of headers, a blank line and the body.
//!
//! Properties: an answer or an error, never both; an error has a text of bounded length without line breaks; equal responses
//! give equal results.

use rowsmith_plugin_api::http::{HeaderName, HeaderValue};
use rowsmith_plugin_api::prelude::*;
use rowsmith_provider_gemini::Gemini;
use rowsmith_provider_openai::OpenAi;
use serde::de::DeserializeOwned;

const STATUS: [u16; 16] = [200, 200, 200, 201, 204, 302, 400, 401, 403, 404, 413, 429, 429, 500, 503, 529];
/// Maximum characters of an error's text, which quotes the service.
const MAX_TEXT_CHARS: usize = 2_000;

/// Runs the target.
pub(crate) fn run(bytes: &[u8]) {
    let [provider, status, rest @ ..] = bytes else { return };
    let response = response(STATUS[usize::from(*status) % STATUS.len()], rest);
    let config = json!({"model": "m", "base_url": "http://service.example/v1", "api_key": "test-key"});
    if provider % 2 == 0 {
        check(&provider_of::<OpenAi>(&config), &response);
    } else {
        check(&provider_of::<Gemini>(&config), &response);
    }
}

fn provider_of<P: HttpProvider>(config: &Value) -> P
where
    P::Config: DeserializeOwned,
{
    let config = serde_json::from_value(config.clone()).expect("the config is valid");
    P::new(config).expect("the provider accepts the config")
}

fn response(status: u16, bytes: &[u8]) -> HttpResponse {
    let end = bytes.windows(2).position(|pair| pair == b"\n\n");
    let (head, body) = end.map_or((&[][..], bytes), |end| (&bytes[..end], &bytes[end + 2..]));
    let mut response = HttpResponse::new(status, body);
    for line in head.split(|byte| *byte == b'\n') {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = (line[..colon].trim_ascii(), line[colon + 1..].trim_ascii());
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            response.headers.append(name, value);
        }
    }
    response
}

fn check<P: HttpProvider>(provider: &P, response: &HttpResponse) {
    let question = CompletionRequest::default();
    let answer = provider.response(&question, response);
    match &answer {
        Ok(completion) => {
            let is_quoted = completion.finish_detail.as_ref().is_none_or(|text| !text.contains('\n'));
            assert!(is_quoted, "{:?}", completion.finish_detail);
        }
        Err(error) => {
            assert!(error.message.chars().count() <= MAX_TEXT_CHARS, "{}", error.message);
            assert!(!error.message.contains('\n'), "{:?}", error.message);
        }
    }
    assert_eq!(format!("{answer:?}"), format!("{:?}", provider.response(&question, response)));
    drop(provider.verify_response(response));
    drop(provider.model_response(response));
    drop(provider.count_response(response));
}
