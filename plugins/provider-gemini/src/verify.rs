//! The service's description of the model, and its count of tokens.

use crate::error;
use crate::provider::Gemini;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{FailureReport, JsonResponse};

fn success(provider: &Gemini, response: &HttpResponse) -> Result<Value> {
    match provider.service.read(response)? {
        JsonResponse::Success(body) => Ok(body),
        JsonResponse::Failure(body) => {
            let report = FailureReport::of(response, body.as_ref());
            Err(error::from_response(provider, response, &report, body.as_ref(), None, None))
        }
    }
}

/// Returns the number of tokens that the service counted.
pub(crate) fn token_count(provider: &Gemini, response: &HttpResponse) -> Result<u64> {
    let body = success(provider, response)?;
    body["totalTokens"].as_u64().ok_or_else(|| provider.service.unexpected_json(response, "a number of tokens"))
}

/// Returns the limits of the model.
pub(crate) fn model_info(provider: &Gemini, response: &HttpResponse) -> Result<ModelInfo> {
    let body = success(provider, response)?;
    Ok(ModelInfo {
        context_tokens: body["inputTokenLimit"].as_u64(),
        max_output_tokens: body["outputTokenLimit"].as_u64(),
        ..ModelInfo::default()
    })
}

/// Returns a sentence about key and model.
pub(crate) fn sentence(provider: &Gemini, response: &HttpResponse) -> Result<String> {
    let body = success(provider, response)?;
    let model = provider.service.model();
    if let Some(methods) = body["supportedGenerationMethods"].as_array() {
        let methods: Vec<&str> = methods.iter().filter_map(Value::as_str).collect();
        if !methods.contains(&"generateContent") {
            let message =
                format!("the model {model} does not support generateContent (it supports: {})", methods.join(", "));
            return Err(Error::new(ErrorKind::NotFound, message).hint("use another `model`"));
        }
    }
    let limits = match (body["inputTokenLimit"].as_u64(), body["outputTokenLimit"].as_u64()) {
        (Some(input), Some(output)) => format!("; limits: {input} input tokens, {output} output tokens"),
        _ => String::new(),
    };
    Ok(format!("{} accepts the key and knows {model}{limits}", provider.service.base_url().authority()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::tests::provider;

    #[test]
    fn tokens_and_limits_are_read() {
        let provider = provider(json!({})).unwrap();
        let response = |body: Value| HttpResponse::new(200, body.to_string());
        assert_eq!(token_count(&provider, &response(json!({"totalTokens": 31}))), Ok(31));
        let error = token_count(&provider, &response(json!({}))).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidData);
        let limits =
            model_info(&provider, &response(json!({"inputTokenLimit": 1_048_576, "outputTokenLimit": 65_536})))
                .unwrap();
        assert_eq!((limits.context_tokens, limits.max_output_tokens), (Some(1_048_576), Some(65_536)));
    }

    #[test]
    fn key_and_model_are_checked() {
        let generates =
            json!({"inputTokenLimit": 10, "outputTokenLimit": 5, "supportedGenerationMethods": ["generateContent"]});
        for (name, status, body, expected) in [
            ("good", 200, generates, Ok(())),
            ("terse", 200, json!({}), Ok(())),
            ("embeds only", 200, json!({"supportedGenerationMethods": ["embedContent"]}), Err(ErrorKind::NotFound)),
            ("unknown", 404, json!({"error": {"code": 404, "message": "no such model"}}), Err(ErrorKind::NotFound)),
            ("refused", 200, json!({"error": {"code": 403, "message": "no"}}), Err(ErrorKind::Auth)),
        ] {
            let response = HttpResponse::new(status, body.to_string());
            let sentence = sentence(&provider(json!({})).unwrap(), &response);
            assert_eq!(sentence.map(drop).map_err(|error| error.kind), expected, "{name}");
        }
    }
}
