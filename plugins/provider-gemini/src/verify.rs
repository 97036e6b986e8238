//! From the service's description of the model to a sentence for the user.

use crate::error;
use crate::settings::Settings;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::JsonResponse;

/// Returns a sentence about key and model.
pub(crate) fn sentence(settings: &Settings, response: &HttpResponse) -> Result<String> {
    let body = match settings.service.read(response)? {
        JsonResponse::Success(body) => body,
        JsonResponse::Failure(body) => return Err(error::from_response(settings, response, body.as_ref(), false)),
    };
    let model = settings.service.model();
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
    Ok(format!("{} accepts the key and knows {model}{limits}", settings.service.base_url().authority()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::settings;

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
            let sentence = sentence(&settings(json!({})).unwrap(), &response);
            assert_eq!(sentence.map(drop).map_err(|error| error.kind), expected, "{name}");
        }
    }
}
